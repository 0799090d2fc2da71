package org.reckoning.trainer.data.formats;

import static org.reckoning.trainer.data.formats.BadLineException.quote;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Reads the official files of bAbI. A question becomes a task with the statements of its story
 * before it as facts. Relevant are its supporting statements, in the order of the file; {@code
 * hops} is their number.
 *
 * <p>The answers decide the labels: rooms (tasks 1, 2, 3), animals (15) or pairs of directions
 * (19). Other answers are malformed lines. So are all questions after a malformed line that may be
 * a statement, up to the next story.
 */
final class BabiLines implements LineFormat {
  private static final Pattern LINE = Pattern.compile("(\\d{1,6}) +(.*\\S.*)");
  private static final Pattern QUESTION =
      Pattern.compile("([^\\t]*\\S[^\\t]*)\\t([^\\t]*\\S[^\\t]*)\\t *(\\d{1,6}(?: +\\d{1,6})*) *");
  private static final Pattern QUESTION_LINE =
      Pattern.compile("^\\d+ [^\\t\\n]+\\t[^\\t\\n]+\\t[\\d ]+$", Pattern.MULTILINE);
  private static final Pattern BLANKS = Pattern.compile(" +");

  private static final List<List<String>> ANSWERS =
      List.of(
          List.of("bathroom", "bedroom", "garden", "hallway", "kitchen", "office"),
          List.of("cat", "mouse", "sheep", "wolf"),
          Stream.of("n", "e", "s", "w")
              .flatMap(
                  first ->
                      Stream.of("n", "e", "s", "w")
                          .filter(
                              second -> !Set.of("ns", "sn", "ew", "we").contains(first + second))
                          .map(second -> first + "," + second))
              .toList());

  private final String name;
  private final List<String> statements = new ArrayList<>();
  private final Map<Integer, Integer> places = new HashMap<>();
  private int story;
  private int last;
  private boolean lacksLine;

  /**
   * @param file whose name up to the first {@code _} or {@code .} begins the ids of its tasks
   */
  BabiLines(Path file) {
    name = String.valueOf(file.getFileName()).replaceFirst("(?<=.)[_.].*", "");
  }

  /** Returns whether a text begins with a story. */
  static boolean begins(String text) {
    return text.stripLeading().startsWith("1 ") && QUESTION_LINE.matcher(text).find();
  }

  @Override
  public Parsed parse(String line) throws BadLineException {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      missLine();
      throw new BadLineException(
          "the line (%s) must be a number and a text".formatted(quote(line)));
    }
    int number = Integer.parseInt(matcher.group(1));
    int before = last;
    last = number;
    if (number == 1) {
      story++;
      statements.clear();
      places.clear();
      lacksLine = false;
    } else if (number != before + 1 && !lacksLine) {
      missLine();
      String next = before == 0 ? "1" : "%d, or 1 for a new story".formatted(before + 1);
      throw new BadLineException("line number (%d) must be %s".formatted(number, next));
    }
    String text = matcher.group(2);
    if (text.indexOf('\t') >= 0) {
      if (lacksLine) {
        throw new BadLineException(
            "a line of the story before the question is malformed; correct that line");
      }
      return Parsed.of(task("%s-%s-%s".formatted(name, story, number), text));
    }
    places.put(number, statements.size());
    statements.add(text.strip());
    return Parsed.NOTHING;
  }

  @Override
  public void missLine() {
    lacksLine = true;
  }

  private ReasoningTask task(String id, String line) throws BadLineException {
    Matcher cells = QUESTION.matcher(line);
    if (!cells.matches()) {
      throw new BadLineException(
          "question (%s) must be a text, an answer and numbers of supporting lines between tabs"
              .formatted(quote(line)));
    }
    Set<Integer> relevant = new LinkedHashSet<>();
    for (String number : BLANKS.split(cells.group(3), -1)) {
      Integer place = places.get(Integer.valueOf(number));
      if (place == null) {
        throw new BadLineException(
            "supporting line (%s) must be a statement of the story before the question"
                .formatted(number));
      }
      relevant.add(place);
    }
    String answer = cells.group(2).strip();
    return new ReasoningTask(
        id,
        DatasetType.QUESTION,
        IntStream.range(0, statements.size())
            .mapToObj(i -> new Fact(statements.get(i), relevant.contains(i)))
            .toList(),
        List.of(new Question(cells.group(1).strip(), answer, List.copyOf(relevant))),
        relevant.size(),
        labels(answer));
  }

  private static List<String> labels(String answer) throws BadLineException {
    for (List<String> answers : ANSWERS) {
      if (answers.contains(answer)) {
        return answers;
      }
    }
    throw new BadLineException(
        "answer (%s) must be one of %s; other tasks of bAbI are not read"
            .formatted(quote(answer), ANSWERS));
  }
}
