package org.reckoning.cli.model;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.config.ModelConfig.Preset;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.published.ModelDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning model init}: writes a model with random weights. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description = "Write a model with random weights, as at the start of training.",
    footer = {
      "%nExamples:",
      "  reckoning model init --to models/random",
      "  reckoning model init --layers 2 --heads 4 --width 64 --to models/tiny"
    })
final class InitCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description = "Base sizes: small, medium, large or xl (default: small).")
  private Preset preset = Preset.SMALL;

  @Option(names = "--layers", paramLabel = "N", description = "Transformer blocks.")
  private @Nullable Integer layers;

  @Option(names = "--heads", paramLabel = "N", description = "Attention heads per block.")
  private @Nullable Integer heads;

  @Option(names = "--width", paramLabel = "N", description = "Width, a multiple of the heads.")
  private @Nullable Integer width;

  @Option(names = "--positions", paramLabel = "N", description = "Limit of tokens per sequence.")
  private @Nullable Integer positions;

  @Option(
      names = "--range",
      paramLabel = "X",
      description = "Standard deviation of the weights (default: ${DEFAULT-VALUE}).")
  private double range = Gpt2Config.INITIALIZER_RANGE;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed; other seeds give other weights (default: ${DEFAULT-VALUE}).")
  private long seed = 42;

  @Mixin private final ModelTarget target = new ModelTarget();

  @Override
  public Integer call() throws IOException {
    target.checkNoBase();
    target.check();
    Vocabulary vocabulary = Objects.requireNonNullElse(target.vocabulary(), Vocabulary.full());
    try (Gpt2Weights weights = Gpt2Weights.random(sizes(vocabulary), vocabulary, seed)) {
      target.create(directory -> ModelDirectory.writeModel(directory, weights));
      target.report(weights);
    }
    return 0;
  }

  private Gpt2Config sizes(Vocabulary vocabulary) {
    Gpt2Config sizes = preset.sizes();
    try {
      sizes =
          sizes
              .withVocabSize(vocabulary.size())
              .withNHead(1) // divides every width
              .withNEmbd(Objects.requireNonNullElse(width, sizes.nEmbd()))
              .withNHead(Objects.requireNonNullElse(heads, sizes.nHead()))
              .withNLayer(Objects.requireNonNullElse(layers, sizes.nLayer()))
              .withNPositions(Objects.requireNonNullElse(positions, sizes.nPositions()))
              .withInitializerRange(range);
      ModelDirectory.checkSizes(sizes);
      return sizes;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
