package org.reckoning.cli.ask;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.answering.InnerLoopSettings;
import org.reckoning.trainer.data.DatasetType;
import picocli.CommandLine.Option;

/** Inner-loop options of a model that was not meta-trained. */
public final class UntrainedOptions {
  @Option(
      names = "--steps",
      paramLabel = "K",
      description = "Without a run: number of inner steps on the facts (default: 4).")
  private @Nullable Integer steps;

  @Option(
      names = "--rate",
      paramLabel = "X",
      description = "Without a run: learning rate of the inner steps (default: 0.01).")
  private @Nullable Double rate;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "Without a run: dataset type, which decides the prompts: proofwriter, clutrr, folio or"
              + " entailment_tree (default: clutrr, plain questions).")
  private @Nullable DatasetType type;

  /**
   * Returns the settings; null without any of the options.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public @Nullable InnerLoopSettings given() {
    if (steps == null && rate == null && type == null) {
      return null;
    }
    InnerLoopSettings standard = InnerLoopSettings.DEFAULT;
    return new InnerLoopSettings(
        Objects.requireNonNullElse(steps, standard.steps()),
        Objects.requireNonNullElse(rate, standard.rate()),
        Objects.requireNonNullElse(type, standard.type()));
  }
}
