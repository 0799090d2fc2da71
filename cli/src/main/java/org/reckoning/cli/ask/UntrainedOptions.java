package org.reckoning.cli.ask;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.answering.InnerLoopSettings;
import org.reckoning.trainer.data.DatasetType;
import picocli.CommandLine.Option;

/** How a model is asked that is no run, and does not say so itself. */
final class UntrainedOptions {
  @Option(
      names = "--steps",
      paramLabel = "K",
      description = "Of a model that is no run: gradient steps on the facts (default: 4).")
  private @Nullable Integer steps;

  @Option(
      names = "--rate",
      paramLabel = "X",
      description = "Of a model that is no run: rate of these steps (default: 0.01).")
  private @Nullable Double rate;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "Of a model that is no run: kind of data that decides the texts around facts and"
              + " questions, one of ${COMPLETION-CANDIDATES} (default: clutrr, questions as they are).")
  private @Nullable DatasetType type;

  /**
   * Returns what is asked for; null if nothing is.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  @Nullable InnerLoopSettings given() {
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
