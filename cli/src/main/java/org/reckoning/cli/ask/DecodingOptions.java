package org.reckoning.cli.ask;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import picocli.CommandLine.Option;

/** Options of decoding. */
final class DecodingOptions {
  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "Sample tokens from logits divided by X; 0 takes the most likely token (default: 1 with"
              + " --top-k, --top-p or --seed, else 0).")
  private @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Sample from the N most likely tokens; 0 for all.")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "X",
      description =
          "Sample from the fewest most likely tokens with total probability X; 1 for all.")
  private @Nullable Double topP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of sampling; the same seed gives the same text.")
  private @Nullable Long seed;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description =
          "Limit of tokens (default: max_new_tokens of the run, else its longest target; 32 for other models).")
  private @Nullable Integer newTokens;

  /**
   * Returns the settings of decoding.
   *
   * @param greedy defaults of the model
   * @throws IllegalArgumentException if a value is out of range
   */
  Decoding of(Decoding greedy) {
    boolean draws = topK != null || topP != null || seed != null;
    return new Decoding(
        Objects.requireNonNullElse(newTokens, greedy.newTokens()),
        greedy.endOfText(),
        Objects.requireNonNullElse(temperature, draws ? 1.0 : 0.0),
        Objects.requireNonNullElse(topK, 0),
        Objects.requireNonNullElse(topP, 1.0),
        Objects.requireNonNullElse(seed, 0L));
  }
}
