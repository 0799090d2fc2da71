package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.JsonRecord;

/**
 * Labels and length of the answers of a run, in {@code answers.json}.
 *
 * @param labels labels common to all problems; null if they are those of the dataset type, or
 *     differ
 * @param tokens of the longest target of the training, with the end of text
 */
public record RunAnswers(@Nullable List<String> labels, int tokens) {
  private static final String NAME = "answers.json";

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public RunAnswers {
    labels = labels == null ? null : List.copyOf(labels);
    if (tokens < 1) {
      throw new IllegalArgumentException("tokens (%d) must be at least 1".formatted(tokens));
    }
  }

  /** Reads the file; empty for a run or a model of an older version. */
  static Optional<RunAnswers> read(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    return Files.exists(file)
        ? Optional.of(JsonRecord.read(file, RunAnswers.class, "the answers of a run"))
        : Optional.empty();
  }

  void write(Path directory) throws IOException {
    JsonRecord.write(directory.resolve(NAME), this);
  }
}
