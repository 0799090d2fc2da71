package org.reckoning.cli.data;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.formats.DataFile;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.formats.TaskReader;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;
import org.reckoning.trainer.files.TextFile.NotTextException;
import org.reckoning.trainer.progress.ConsoleText;
import org.reckoning.trainer.text.EnumWord;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Input files of a command, and options for reading them. */
final class DataFiles {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files or pipes, plain or compressed by gzip.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "Format: records, proofwriter, ruletaker, clutrr_csv, clutrr_sg, folio, prontoqa, babi or"
              + " key_value (default: detected per file).")
  private @Nullable DataFormat format;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "Dataset type of records: proofwriter, clutrr, folio, entailment_tree or question. Other"
              + " formats imply it.")
  private @Nullable DatasetType type;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Malformed lines to list per file (default: ${DEFAULT-VALUE}).")
  private int limit = TaskReader.DEFAULT_LIMIT;

  @Option(
      names = "--short-proofs",
      description = "Keep questions of official theories with proofs of fewer than two sentences.")
  private boolean shortProofs;

  /** Returns the existing files and pipes. */
  List<Path> files() {
    List<Path> missing = files.stream().filter(file -> !Files.exists(file)).toList();
    if (!missing.isEmpty()) {
      throw wrong("no such file: %s".formatted(missing));
    }
    List<Path> directories = files.stream().filter(Files::isDirectory).toList();
    if (!directories.isEmpty()) {
      throw wrong("%s is a directory; name the files in it".formatted(directories.get(0)));
    }
    return files;
  }

  /** Reads a file. */
  DataProblems read(Path file, Consumer<ReasoningTask> tasks) throws IOException {
    try (DataFile opened = DataFile.open(file)) {
      return read(file, opened, tasks);
    }
  }

  private DataProblems read(Path file, DataFile opened, Consumer<ReasoningTask> tasks)
      throws IOException {
    DataFormat fileFormat = format == null ? opened.format() : format;
    Optional<DatasetType> known = fileFormat.type().or(() -> Optional.ofNullable(type));
    if (known.isEmpty()) {
      boolean isRecords = format != null || isRecords(file, opened);
      throw wrong(
          isRecords
              ? "%s has records: give --type, one of %s"
                  .formatted(file, String.join(", ", EnumWord.all(DatasetType.class)))
              : "%s: %s".formatted(file, opened.reasonUnrecognized()));
    }
    if (format != null && type != null && known.get() != type) {
      throw wrong(
          "--type (%s) must be %s with --format %s, or be left out"
              .formatted(EnumWord.of(type), EnumWord.of(known.get()), EnumWord.of(format)));
    }
    TaskReader reader;
    try {
      reader = TaskReader.of(fileFormat, known.get()).withLimit(limit);
    } catch (IllegalArgumentException e) {
      throw wrong("%s: %s".formatted(file, e.getMessage()));
    }
    return (shortProofs ? reader.withShortProofs() : reader).read(opened, tasks);
  }

  private boolean isRecords(Path file, DataFile opened) throws IOException {
    try {
      return opened.recognized().isPresent();
    } catch (NotTextException e) {
      throw wrong("%s: %s".formatted(file, e.getMessage()));
    }
  }

  /** Prints the problems of lines. */
  void report(DataProblems problems) {
    PrintWriter out = command.commandLine().getErr();
    problems.lines().forEach(line -> out.println(ConsoleText.of(line)));
    out.flush();
  }

  /** Returns an exception for an invalid command. */
  ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
