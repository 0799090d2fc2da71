package org.reckoning.trainer.data;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.ZipException;

/**
 * Reads tasks from files, one line at a time.
 *
 * <pre>{@code
 * TaskReader reader = TaskReader.of(DataFormat.RECORDS, DatasetType.PROOFWRITER);
 * DataProblems problems = reader.read(file, task -> ...);
 * problems.lines().forEach(System.err::println);
 * }</pre>
 *
 * <p>Every line becomes tasks, is listed as bad, or has its questions counted as left out; a blank
 * line is no line. Texts are as in the file: templates change them later.
 */
public final class TaskReader {
  /** How many bad lines of a file are listed unless said otherwise. */
  public static final int DEFAULT_LIMIT = 20;

  private final DataFormat format;
  private final DatasetType type;
  private final int limit;
  private final boolean shortProofs;

  private TaskReader(DataFormat format, DatasetType type, int limit, boolean shortProofs) {
    this.format = format;
    this.type = type;
    this.limit = limit;
    this.shortProofs = shortProofs;
  }

  /**
   * Reads files of a format.
   *
   * @param type the kind of data in them
   * @throws IllegalArgumentException if the format is only for another kind of data
   */
  public static TaskReader of(DataFormat format, DatasetType type) {
    DatasetType only = format.type().orElse(type);
    if (only != type) {
      throw new IllegalArgumentException(
          "dataset_type (%s) must be %s for files of the format %s"
              .formatted(lower(type), lower(only), format));
    }
    return new TaskReader(format, type, DEFAULT_LIMIT, false);
  }

  /** Returns a reader that lists so many bad lines of a file, and counts the rest. */
  public TaskReader withLimit(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit (%d) must be 0 or more".formatted(limit));
    }
    return new TaskReader(format, type, limit, shortProofs);
  }

  /**
   * Returns a reader that keeps the questions of official theories whose proof names fewer than two
   * sentences; the recipe of the RECKONING authors leaves them out.
   */
  public TaskReader withShortProofs() {
    return new TaskReader(format, type, limit, true);
  }

  /**
   * Reads a file.
   *
   * @param tasks takes each task as soon as it is read
   * @return what became of the lines
   * @throws IOException if the file cannot be read at all
   */
  public DataProblems read(Path file, Consumer<? super ReasoningTask> tasks) throws IOException {
    ProblemLog log = new ProblemLog(file, limit, tasks);
    if (DataFormat.isArray(file) && format != DataFormat.RECORDS) {
      MultipleChoiceArray.read(file, log);
    } else {
      readLines(file, log);
    }
    return log.problems();
  }

  /**
   * The tasks of files, all in memory.
   *
   * @param tasks in the order of the files
   * @param problems what became of the lines
   */
  public record Result(List<ReasoningTask> tasks, DataProblems problems) {
    /** Copies the list. */
    public Result {
      tasks = List.copyOf(tasks);
    }
  }

  /** Reads files into memory, one after the other. */
  public Result readAll(List<Path> files) throws IOException {
    List<ReasoningTask> tasks = new ArrayList<>();
    DataProblems problems = DataProblems.NONE;
    for (Path file : files) {
      problems = problems.plus(read(file, tasks::add));
    }
    return new Result(tasks, problems);
  }

  private void readLines(Path file, ProblemLog log) throws IOException {
    LineFormat lines =
        switch (format) {
          case RECORDS -> new RecordLines(type);
          case PROOFWRITER, RULETAKER -> new TheoryLines(shortProofs);
          case CLUTRR_CSV -> new ClutrrLines();
        };
    try (LineReader reader = LineReader.open(file)) {
      try {
        while (reader.next()) {
          Parsed parsed;
          try {
            String line = reader.text();
            parsed = line.isBlank() ? Parsed.NOTHING : lines.parse(line);
          } catch (BadLineException | IllegalArgumentException e) {
            log.bad(reader.number(), String.valueOf(e.getMessage()));
            continue;
          }
          log.good(parsed);
        }
      } catch (EOFException | ZipException e) {
        log.bad(reader.number() + 1L, brokenGzip(e));
      }
    }
  }

  /** Explains compressed data that cannot be unpacked further. */
  static String brokenGzip(IOException e) {
    return "the compressed data breaks off here (%s); the rest was not read, get the file again"
        .formatted(e.getMessage());
  }

  private static String lower(DatasetType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
