package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.formats.DataFile;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.formats.TaskReader;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.text.ShellWord;

/** Reads files of tasks for a run, which accepts no malformed line. */
final class TaskFiles {
  private TaskFiles() {}

  /**
   * Reads a file.
   *
   * @param report takes a sentence about questions that are skipped
   * @throws IOException if the file cannot be read, or has invalid lines, with each of them
   */
  static List<ReasoningTask> read(
      Path file, DataFormat format, DatasetType type, Consumer<String> report) throws IOException {
    requireReadable(file, "data.data_dir, data.dataset or data.train, data.val and data.test");
    try (DataFile opened = DataFile.open(file)) {
      return read(opened, format, type, report);
    }
  }

  /**
   * Reads an open file.
   *
   * @param report takes a sentence about questions that are skipped
   * @throws IOException if the file cannot be read, or has invalid lines, with each of them
   */
  static List<ReasoningTask> read(
      DataFile file, DataFormat format, DatasetType type, Consumer<String> report)
      throws IOException {
    List<ReasoningTask> tasks = new ArrayList<>();
    DataProblems problems = TaskReader.of(format, type).read(file, tasks::add);
    if (!problems.isEmpty()) {
      throw new IOException(
          String.join(System.lineSeparator(), problems.lines())
              + System.lineSeparator()
              + "correct or remove these lines, which are listed by: ./reckoning data validate --format %s%s %s"
                  .formatted(
                      EnumWord.of(format),
                      format == DataFormat.RECORDS ? " --type " + EnumWord.of(type) : "",
                      ShellWord.quoted(file.path())));
    }
    if (tasks.isEmpty()) {
      throw new IOException(
          "'%s': all %s questions were left out (%s); 'reckoning data convert --short-proofs' makes records of them"
              .formatted(
                  file.path(),
                  problems.leftOut().values().stream().mapToLong(Long::longValue).sum(),
                  String.join("; ", problems.leftOut().keySet())));
    }
    problems.lines().forEach(report);
    return tasks;
  }

  /**
   * Checks that a file can be read.
   *
   * @param keys that name it, for the message
   */
  static void requireReadable(Path file, String keys) throws IOException {
    boolean isDirectory = Files.isDirectory(file);
    if (isDirectory || !Files.isReadable(file)) {
      throw new IOException(
          "'%s' must be a readable file%s; set %s"
              .formatted(file, isDirectory ? ", not a directory" : "", keys));
    }
  }
}
