package org.reckoning.trainer.data.formats;

import static org.reckoning.trainer.data.formats.BadLineException.quote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Reads CLUTRR's CSV files: a row holds a story and the relation of two people in it.
 *
 * <p>A row with the query (a, b) and the target r means "b is the r of a". It becomes the question
 * {@code How are b and a related to each other ?} with the label r. The square brackets around
 * names are removed.
 *
 * <p>A fact is a part of the story that names at least two people: usually a sentence, with the
 * sentences after it that name fewer. It is relevant if the story without noise contains it, too.
 * If that story contains no fact (1 published row in 1,000), relevance is unknown.
 */
final class ClutrrLines {
  private static final ObjectReader CELLS = new CsvMapper().readerFor(String[].class);
  static final List<String> COLUMNS =
      List.of("id", "story", "query", "target", "clean_story", "task_name");

  /** A pair as Python prints it; a name with an apostrophe is in double quotes. */
  private static final Pattern PAIR = Pattern.compile("\\((['\"])(.+)\\1, (['\"])(.+)\\3\\)");

  /** Kind of noise, where 1 is none, and number of hops. */
  private static final Pattern TASK_NAME = Pattern.compile("task_(\\d+)\\.(\\d{1,9})");

  private static final Pattern NAME = Pattern.compile("\\[([^\\[\\]]+)\\]");
  private static final Pattern BLANKS = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private final Map<String, Integer> columns = new HashMap<>();
  private int headerCells; // more than the columns if two have the same name

  /**
   * Reads a row, which must not be blank.
   *
   * @throws BadLineException if the row is malformed
   * @throws IllegalArgumentException if the content is not a valid {@link ReasoningTask}
   */
  Parsed parse(String row) throws BadLineException {
    List<String> cells = cells(row);
    if (columns.isEmpty()) {
      readHeader(cells, COLUMNS);
      return Parsed.NOTHING;
    }
    checkNumber(cells);
    String id = cell(cells, "id");
    try {
      return Parsed.of(task(id, cells));
    } catch (BadLineException e) {
      throw e.in("row", id);
    }
  }

  /**
   * Returns the cell of a column in a row; empty for the header.
   *
   * @throws BadLineException if the row is malformed, the header lacks the column or the cell is
   *     blank
   */
  String cell(String row, String column) throws BadLineException {
    List<String> cells = cells(row);
    if (columns.isEmpty()) {
      readHeader(cells, List.of(column));
      return "";
    }
    checkNumber(cells);
    return cell(cells, column);
  }

  /** Returns whether the header was read, without which no row can be. */
  boolean hasHeader() {
    return !columns.isEmpty();
  }

  private void checkNumber(List<String> cells) throws BadLineException {
    if (cells.size() != headerCells) {
      throw new BadLineException(
          "the row has %d cells but the header has %d".formatted(cells.size(), headerCells));
    }
  }

  private static List<String> cells(String line) throws BadLineException {
    try {
      String[] cells = CELLS.readValue(line);
      return Arrays.asList(cells);
    } catch (JsonProcessingException e) {
      throw new BadLineException("the line must be a row of a CSV file: " + JsonFields.explain(e));
    }
  }

  private void readHeader(List<String> names, List<String> needed) throws BadLineException {
    if (!names.containsAll(needed)) {
      List<String> missing = needed.stream().filter(column -> !names.contains(column)).toList();
      throw new BadLineException(
          "the header must have the columns %s but lacks %s; no row can be read without them"
              .formatted(needed, missing));
    }
    headerCells = names.size();
    for (int i = 0; i < names.size(); i++) {
      columns.put(names.get(i), i);
    }
  }

  private String cell(List<String> cells, String column) throws BadLineException {
    String cell = cells.get(Objects.requireNonNull(columns.get(column)));
    if (cell.isBlank()) {
      throw new BadLineException("column '%s' must not be blank".formatted(column));
    }
    return BLANKS.matcher(cell).replaceAll(" ").strip();
  }

  private ReasoningTask task(String id, List<String> cells) throws BadLineException {
    String taskName = cell(cells, "task_name");
    Matcher kind = TASK_NAME.matcher(taskName);
    if (!kind.matches()) {
      throw new BadLineException(
          "task_name (%s) must be of the form task_1.2".formatted(quote(taskName)));
    }
    Matcher query = PAIR.matcher(cell(cells, "query"));
    if (!query.matches()) {
      throw new BadLineException(
          "query (%s) must be of the form ('A', 'B')".formatted(quote(cell(cells, "query"))));
    }
    String story = cell(cells, "story");
    boolean hasNoise = !kind.group(1).equals("1");
    List<Fact> facts = facts(story, hasNoise ? cell(cells, "clean_story") : story);
    List<Integer> relevant =
        IntStream.range(0, facts.size()).filter(i -> facts.get(i).relevant()).boxed().toList();
    if (relevant.isEmpty()) {
      facts.replaceAll(fact -> new Fact(fact.text(), true));
    }
    String label = Labels.read(DatasetType.CLUTRR, "target", new TextNode(cell(cells, "target")));
    return new ReasoningTask(
        id,
        DatasetType.CLUTRR,
        facts,
        // the order of the pair is reversed
        List.of(Question.ofKinship(query.group(4), query.group(2), label, relevant)),
        Integer.parseInt(kind.group(2)),
        DatasetType.CLUTRR.labels());
  }

  /** Splits a story into facts. */
  private static List<Fact> facts(String story, String clean) {
    List<String> pieces = new ArrayList<>();
    for (String sentence : TheoryLines.sentences(story)) {
      pieces.addAll(pieces(sentence, clean));
    }
    List<Fact> facts = new ArrayList<>();
    String begun = "";
    for (String piece : pieces) {
      String text = begun + piece;
      if (people(text) >= 2 && (facts.isEmpty() || people(piece) >= 2)) {
        facts.add(new Fact(bare(text), clean.contains(piece)));
        begun = "";
      } else if (facts.isEmpty()) {
        begun = text + " ";
      } else {
        Fact last = facts.remove(facts.size() - 1);
        facts.add(new Fact(last.text() + " " + bare(piece), last.relevant()));
      }
    }
    if (facts.isEmpty()) {
      facts.add(new Fact(bare(story), true));
    }
    return facts;
  }

  /**
   * Splits two sentences that lack a full stop between them, as in {@code [A] has a son called [B]
   * [C] met his brother [A].} The clean story may have them in another order.
   */
  private static List<String> pieces(String sentence, String clean) {
    if (clean.contains(sentence)) {
      return List.of(sentence);
    }
    for (int cut = sentence.indexOf(" ["); cut >= 0; cut = sentence.indexOf(" [", cut + 1)) {
      String head = sentence.substring(0, cut);
      String tail = sentence.substring(cut + 1);
      if (people(head) < 2 || people(tail) < 2) {
        continue;
      }
      boolean headEnds = clean.endsWith(head) || clean.contains(head + " [");
      boolean tailStarts = clean.startsWith(tail) || clean.contains(" " + tail);
      boolean cleanHead = headEnds && !clean.contains(sentence.substring(0, end(sentence, cut)));
      if (cleanHead || tailStarts) {
        List<String> pieces = new ArrayList<>(cleanHead ? List.of(head) : pieces(head, clean));
        pieces.addAll(pieces(tail, clean));
        return pieces;
      }
    }
    return List.of(sentence);
  }

  /** Returns the end of the name that starts after a blank. */
  private static int end(String sentence, int blank) {
    return sentence.indexOf(']', blank) + 1;
  }

  private static int people(String text) {
    return (int) NAME.matcher(text).results().map(name -> name.group(1)).distinct().count();
  }

  private static String bare(String text) {
    return NAME.matcher(text).replaceAll("$1");
  }
}
