package org.reckoning.trainer.data.formats;

import static org.reckoning.trainer.data.formats.BadLineException.quote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.TextFile.NotTextException;
import org.reckoning.trainer.files.TextLines;

/**
 * Reads a JSON array of ProofWriter's questions with options, as in the Logic-LM repository, and a
 * table in the same order: id, label, depth and relevant sentences of a shortest proof.
 *
 * <p>The table is {@code NAME.depth.tsv} beside {@code NAME.json}, or {@code
 * ../derived/FOLDER.NAME.depth.tsv}. Without the table, and for unknown statements, {@code hops}
 * and the relevant sentences are unknown.
 */
final class MultipleChoiceArray implements RecordFormat, Closeable {
  private static final Pattern DEPTH_ROW =
      Pattern.compile("([^\t]*)\t([^\t]*)\t(\\d{0,9})\t((?:\\d{1,9}(?:,\\d{1,9})*)?)");
  private static final Pattern INTEGER = Pattern.compile("\\d+");

  private final DepthTable depths;
  private final RecordFormat theories;

  /**
   * @param array the array; its table is read in parallel
   * @param theories the reader of elements that are whole theories instead of questions
   */
  MultipleChoiceArray(Path array, RecordFormat theories) throws IOException {
    depths = DepthTable.of(array);
    this.theories = theories;
  }

  @Override
  public Parsed parse(JsonNode item) throws BadLineException {
    if (item.has("triples") || item.has("questions")) {
      return theories.parse(item);
    }
    return Parsed.of(task(item, depths.next()));
  }

  @Override
  public void close() throws IOException {
    depths.close();
  }

  private static ReasoningTask task(JsonNode item, @Nullable Proof proof) throws BadLineException {
    String id = JsonFields.text(item, "id");
    try {
      return task(id, item, proof);
    } catch (BadLineException e) {
      throw e.in("question", id);
    }
  }

  private static ReasoningTask task(String id, JsonNode item, @Nullable Proof proof)
      throws BadLineException {
    MultipleChoice choice = MultipleChoice.of(item);
    if (proof == null) {
      return choice.task(id, new TreeSet<>(), ReasoningTask.UNKNOWN_HOPS);
    }
    checkProof(proof, id, choice.label(), choice.sentences().size());
    return choice.task(id, new TreeSet<>(proof.relevant()), proof.depth());
  }

  private static void checkProof(Proof proof, String id, String label, int sentences)
      throws BadLineException {
    if (!proof.id().equals(id)) {
      throw new BadLineException(
          "the depth table has %s here; both files must have the same order"
              .formatted(quote(proof.id())));
    }
    String derived = Labels.read(DatasetType.PROOFWRITER, "label", new TextNode(proof.label()));
    if (!derived.equals(label)) {
      throw new BadLineException(
          "the answer is %s but the depth table says %s".formatted(label, derived));
    }
    for (int index : proof.relevant()) {
      if (index >= sentences) {
        throw new BadLineException(
            "the depth table names sentence %d but the context has %d (from 0)"
                .formatted(index, sentences));
      }
    }
  }

  /**
   * A row of the table.
   *
   * @param depth -1 if unknown
   * @param relevant indices of sentences; empty if unknown
   */
  private record Proof(String id, String label, int depth, List<Integer> relevant) {}

  /** Reads the table row by row; without a table, all proofs are null. */
  private static final class DepthTable implements Closeable {
    private final Path file;
    private final @Nullable TextLines rows;

    private DepthTable(Path file, @Nullable TextLines rows) {
      this.file = file;
      this.rows = rows;
    }

    static DepthTable of(Path array) throws IOException {
      for (Path table : candidates(array.toAbsolutePath())) {
        if (Files.exists(table)) {
          TextLines rows = TextLines.open(table);
          DepthTable depths = new DepthTable(table, rows);
          depths.nextRow(); // the header
          return depths;
        }
      }
      return new DepthTable(array, null);
    }

    private static List<Path> candidates(Path array) {
      String name = String.valueOf(array.getFileName()).replaceFirst("\\.json(\\.gz)?$", "");
      List<Path> candidates = new ArrayList<>();
      candidates.add(array.resolveSibling(name + ".depth.tsv"));
      Path folder = array.getParent();
      if (folder != null && folder.getFileName() != null) {
        candidates.add(
            folder.resolveSibling("derived/%s.%s.depth.tsv".formatted(folder.getFileName(), name)));
      }
      return candidates;
    }

    private boolean nextRow() throws IOException {
      try {
        return rows != null && rows.next();
      } catch (NotTextException e) {
        throw new IOException("'%s': %s".formatted(file, e.getMessage()), e);
      } catch (IOException e) {
        throw FileProblem.cannotRead(file, e);
      }
    }

    @Nullable Proof next() throws BadLineException {
      if (rows == null) {
        return null;
      }
      String text;
      try {
        if (!nextRow()) {
          throw new BadLineException("the depth table has no row for this question");
        }
        text = rows.text();
      } catch (IOException e) {
        throw new BadLineException("the depth table: " + e.getMessage());
      }
      Matcher row = DEPTH_ROW.matcher(text);
      if (!row.matches()) {
        throw new BadLineException(
            "row (%s) of the depth table must be id, label, depth and sentences between tabs"
                .formatted(quote(text)));
      }
      String depth = row.group(3);
      List<Integer> relevant = new ArrayList<>();
      Matcher index = INTEGER.matcher(row.group(4));
      while (index.find()) {
        relevant.add(Integer.valueOf(index.group()));
      }
      return new Proof(
          row.group(1),
          row.group(2),
          depth.isEmpty() ? ReasoningTask.UNKNOWN_HOPS : Integer.parseInt(depth),
          relevant);
    }

    @Override
    public void close() throws IOException {
      if (rows != null) {
        rows.close();
      }
    }
  }
}
