package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.reckoning.trainer.files.JsonRecord;

/**
 * The file {@code labels.json} of a run or a model directory: what its problems have as answers. It
 * is there if all problems have the same labels and others than those of their type, such as yes
 * and no of a closed world.
 */
record LabelsFile(List<String> labels) {
  private static final String NAME = "labels.json";

  /** Copies the list. */
  LabelsFile {
    labels = List.copyOf(labels);
  }

  /** Returns the labels in a directory; empty if it has those of the type of its problems. */
  static Optional<List<String>> read(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    return Files.exists(file)
        ? Optional.of(JsonRecord.read(file, LabelsFile.class, "the labels of a run").labels())
        : Optional.empty();
  }

  static void write(Path directory, List<String> labels) throws IOException {
    JsonRecord.write(directory.resolve(NAME), new LabelsFile(labels));
  }
}
