package org.reckoning.trainer.data.formats;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.files.TextFile.NotTextException;
import org.reckoning.trainer.files.TextLines;
import org.reckoning.trainer.text.EnumWord;

/**
 * Reads tasks from files, one line, CSV row or element of a JSON array at a time.
 *
 * <pre>{@code
 * TaskReader reader = TaskReader.of(DataFormat.RECORDS, DatasetType.PROOFWRITER);
 * DataProblems problems = reader.read(file, task -> ...);
 * problems.lines().forEach(System.err::println);
 * }</pre>
 *
 * <p>The lines of a file become tasks, are counted as bad, or their questions are counted as left
 * out. Blank lines are ignored. Texts remain as in the file: templates change them later.
 */
public final class TaskReader {
  /** Default of the number of bad lines that are listed for a file. */
  public static final int DEFAULT_LIMIT = 20;

  /** What is wrong with a file without content. */
  static final String NO_TASK = "the file has no task; remove it or give another";

  /** Formats that are never a JSON array, besides the rows of CSV. */
  private static final Set<DataFormat> TEXT =
      Collections.unmodifiableSet(EnumSet.of(DataFormat.BABI, DataFormat.CLUTRR_SG));

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
   * Returns a reader of a format.
   *
   * @param type the dataset type of the files
   * @throws IllegalArgumentException if the format does not fit the type
   */
  public static TaskReader of(DataFormat format, DatasetType type) {
    DatasetType only = format.type().orElse(type);
    if (only != type) {
      throw new IllegalArgumentException(
          "dataset_type (%s) must be %s for files of format %s"
              .formatted(EnumWord.of(type), EnumWord.of(only), format));
    }
    return new TaskReader(format, type, DEFAULT_LIMIT, false);
  }

  /**
   * Returns a reader that lists at most {@code limit} bad lines of a file and counts the others.
   */
  public TaskReader withLimit(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit (%d) must be 0 or more".formatted(limit));
    }
    return new TaskReader(format, type, limit, shortProofs);
  }

  /**
   * Returns a reader that also reads official questions whose proof has fewer than two sentences.
   * The RECKONING authors leave these out.
   */
  public TaskReader withShortProofs() {
    return new TaskReader(format, type, limit, true);
  }

  /**
   * Reads a file.
   *
   * @param tasks receives each task as soon as it is read
   * @return the outcome
   * @throws IOException if the file cannot be read at all
   */
  public DataProblems read(Path file, Consumer<? super ReasoningTask> tasks) throws IOException {
    try (DataFile opened = DataFile.open(file)) {
      return read(opened, tasks);
    }
  }

  /**
   * Reads an open file.
   *
   * @param tasks receives each task as soon as it is read
   * @return the outcome
   * @throws IOException if the file cannot be read at all
   */
  public DataProblems read(DataFile file, Consumer<? super ReasoningTask> tasks)
      throws IOException {
    ProblemLog log = new ProblemLog(file.path(), limit, tasks);
    try {
      if (format == DataFormat.CLUTRR_CSV) {
        readRows(file, log);
      } else if (!TEXT.contains(format) && file.isArray()) {
        readArray(file, log);
      } else {
        readLines(file, log);
      }
    } catch (EOFException | ZipException e) {
      log.broken(brokenGzip(e));
    } catch (NotTextException e) {
      log.broken(String.valueOf(e.getMessage()));
    } catch (BoundedInput.TooLongException e) {
      log.bad(log.line(), String.valueOf(e.getMessage()));
    }
    if (log.isEmpty()) {
      log.bad(1, NO_TASK);
    }
    return log.problems();
  }

  /**
   * The tasks of several files, in memory.
   *
   * @param tasks in the order of the files
   * @param problems the outcome of reading
   */
  public record Result(List<ReasoningTask> tasks, DataProblems problems) {
    /** Copies the list. */
    public Result {
      tasks = List.copyOf(tasks);
    }
  }

  /** Reads files into memory. */
  public Result readAll(List<Path> files) throws IOException {
    List<ReasoningTask> tasks = new ArrayList<>();
    DataProblems problems = DataProblems.NONE;
    for (Path file : files) {
      problems = problems.plus(read(file, tasks::add));
    }
    return new Result(tasks, problems);
  }

  private RecordFormat records() {
    return switch (format) {
      case RECORDS -> new RecordLines(type);
      case PROOFWRITER, RULETAKER -> new TheoryLines(shortProofs);
      case FOLIO -> new FolioRecords();
      case PRONTOQA -> new ProntoQaRecords();
      case KEY_VALUE -> new KeyValueRecords();
      case CLUTRR_CSV, CLUTRR_SG, BABI ->
          throw new IllegalStateException(format + " has lines of text instead of records");
    };
  }

  private LineFormat lines(Path file) {
    return switch (format) {
      case BABI -> new BabiLines(file);
      case CLUTRR_SG -> new ClutrrSgLines();
      case RECORDS, PROOFWRITER, RULETAKER, CLUTRR_CSV, FOLIO, PRONTOQA, KEY_VALUE -> {
        RecordFormat records = records();
        yield line -> records.parse(JsonFields.object(line));
      }
    };
  }

  private void readLines(DataFile file, ProblemLog log) throws IOException {
    LineFormat tasks = lines(file.path());
    TextLines lines = TextLines.ofOpened(file.text());
    while (lines.next()) {
      try {
        String line = lines.text();
        if (!line.isBlank()) {
          log.good(tasks.parse(line));
        }
      } catch (NotTextException e) {
        tasks.missLine();
        log.bad(lines.number(), String.valueOf(e.getMessage()));
      } catch (BadLineException | IllegalArgumentException e) {
        log.bad(lines.number(), String.valueOf(e.getMessage()));
      }
      log.at(lines.number() + 1);
    }
  }

  private static void readRows(DataFile file, ProblemLog log) throws IOException {
    ClutrrLines clutrr = new ClutrrLines();
    CsvRows rows = new CsvRows(TextLines.ofOpened(file.text()));
    while (rows.next()) {
      log.at(rows.last() + 1);
      try {
        String row = rows.text();
        if (!row.isBlank()) {
          log.good(clutrr.parse(row));
        }
      } catch (BadLineException | IllegalArgumentException e) {
        log.bad(rows.number(), String.valueOf(e.getMessage()));
        if (!clutrr.hasHeader()) {
          return;
        }
      }
    }
  }

  private void readArray(DataFile file, ProblemLog log) throws IOException {
    if (format != DataFormat.PROOFWRITER && format != DataFormat.RULETAKER) {
      readElements(file, records(), log);
      return;
    }
    try (MultipleChoiceArray questions = new MultipleChoiceArray(file.path(), records())) {
      readElements(file, questions, log);
    }
  }

  private static void readElements(DataFile file, RecordFormat records, ProblemLog log)
      throws IOException {
    BoundedInput in = new BoundedInput(file.text());
    try (JsonParser json = JsonFields.parser(in)) {
      json.nextToken(); // the start of the array
      while (json.nextToken() != JsonToken.END_ARRAY) {
        int line = json.currentTokenLocation().getLineNr();
        log.at(line);
        in.restart();
        JsonNode item = json.readValueAsTree();
        try {
          if (!item.isObject()) {
            throw new BadLineException(
                "an element of the array (%s) must be an object"
                    .formatted(BadLineException.quote(item.toString())));
          }
          log.good(records.parse(item));
        } catch (BadLineException | IllegalArgumentException e) {
          log.bad(line, String.valueOf(e.getMessage()));
        }
      }
      if (json.nextToken() != null) {
        log.bad(
            json.currentTokenLocation().getLineNr(),
            "no text may follow the array; the rest of the file was not read");
      }
    } catch (JsonProcessingException e) {
      log.bad(
          e.getLocation() == null ? log.line() : e.getLocation().getLineNr(),
          "the text from here on was not read: " + JsonFields.explain(e));
    }
  }

  /** Returns a message for compressed data that ends early or is damaged. */
  private static String brokenGzip(IOException e) {
    return "the compressed data is damaged or incomplete from here on%s and was not read; get the file again"
        .formatted(e.getMessage() == null ? "" : " (%s)".formatted(e.getMessage()));
  }

  /**
   * The outcome of reading files: tasks, bad lines, and questions left out.
   *
   * @param tasks number of tasks that were read
   * @param badLines number of malformed lines; none of their tasks was read
   * @param listed the first bad lines, up to a limit
   * @param leftOut number of well-formed questions that were left out on purpose, by reason
   */
  public record DataProblems(
      long tasks, long badLines, List<Problem> listed, Map<String, Long> leftOut) {
    /** The outcome before anything was read. */
    public static final DataProblems NONE = new DataProblems(0, 0, List.of(), Map.of());

    /** Copies its arguments. */
    public DataProblems {
      listed = List.copyOf(listed);
      leftOut = Collections.unmodifiableMap(new TreeMap<>(leftOut));
    }

    /**
     * A malformed line.
     *
     * @param file the file
     * @param line number of the line, from 1
     * @param reason one sentence with problem and requirement
     */
    public record Problem(Path file, long line, String reason) {
      /** Returns {@code file:line: reason}. */
      @Override
      public String toString() {
        return "%s:%s: %s".formatted(file, line, reason);
      }
    }

    /** Returns whether all lines were well-formed. */
    public boolean isEmpty() {
      return badLines == 0;
    }

    /** Returns the sum of two outcomes, with the listed lines of both. */
    public DataProblems plus(DataProblems other) {
      Map<String, Long> reasons = new TreeMap<>(leftOut);
      other.leftOut.forEach((reason, count) -> reasons.merge(reason, count, Long::sum));
      return new DataProblems(
          tasks + other.tasks,
          badLines + other.badLines,
          Stream.concat(listed.stream(), other.listed.stream()).toList(),
          reasons);
    }

    /** Returns the outcome with one more reason for leaving questions out. */
    public DataProblems plusLeftOut(String reason, long questions) {
      return questions == 0
          ? this
          : plus(new DataProblems(0, 0, List.of(), Map.of(reason, questions)));
    }

    /** Returns a report: one line for each listed problem and each reason, then the counts. */
    public List<String> lines() {
      List<String> lines = new ArrayList<>();
      listed.forEach(problem -> lines.add(problem.toString()));
      long more = badLines - listed.size();
      if (more > 0) {
        lines.add("... and %d more bad lines".formatted(more));
      }
      leftOut.forEach((reason, count) -> lines.add("left out: %d (%s)".formatted(count, reason)));
      lines.add("tasks read: %d, bad lines: %d".formatted(tasks, badLines));
      return List.copyOf(lines);
    }
  }
}
