package org.reckoning.cli.ask;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import picocli.CommandLine.Option;

/** How texts are written. */
final class DecodingOptions {
  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "Draw the tokens of the text, from logits divided by this; 0 takes the likeliest"
              + " (default: 1 with --top-k, --top-p or --seed, else 0).")
  private @Nullable Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Draw among the N likeliest tokens; 0 for all.")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "X",
      description = "Draw among the fewest likeliest tokens of this probability; 1 for all.")
  private @Nullable Double topP;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the draws: the same seed gives the same text.")
  private @Nullable Long seed;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Longest text (default: max_new_tokens of the run, else 32).")
  private @Nullable Integer newTokens;

  /**
   * Returns what is asked for.
   *
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
