package org.reckoning.trainer.data.formats;

import static org.reckoning.trainer.data.formats.BadLineException.quote;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Reads the original lines of CLUTRR-SG:
 *
 * <pre>{@code
 * <STORY> ent_4 is the son of ent_1 . ent_4 has a sister named ent_2 . <QUERY> How are ent_1 and
 * ent_2 related to each other ? <PROOF> since .. <ANSWER> ent_2 is the daughter of ent_1 .
 * }</pre>
 *
 * <p>Facts are the sentences of the story, all of them relevant; {@code hops} is their number. The
 * question asks about the two people of the answer. The proof is not read.
 */
final class ClutrrSgLines implements LineFormat {
  private static final String STORY = "STORY";
  private static final String QUERY = "QUERY";
  private static final String ANSWER = "ANSWER";
  private static final Pattern PART = Pattern.compile("<(STORY|QUERY|PROOF|ANSWER)>([^<]*)");

  /** The end of a sentence; tokens are separated by blanks. */
  private static final Pattern STOP = Pattern.compile("\\s*\\.(?:\\s+|$)");

  private static final Pattern BLANKS = Pattern.compile("(?:'s)?\\s+");

  /** Forms of an answer: a is the r of b. */
  private static final List<Pattern> FORMS =
      List.of(
          Pattern.compile("(?<a>\\S+) is (?:a|an|the) (?<r>\\S+) (?:of|to) (?<b>\\S+)"),
          Pattern.compile("(?<a>\\S+) is (?<b>\\S+)'s (?<r>\\S+)"),
          Pattern.compile("(?<b>\\S+) has an? (?<r>\\S+) (?:called|named|who is) (?<a>\\S+)"),
          Pattern.compile("[Tt]he (?<r>\\S+) of (?<b>\\S+) is (?<a>\\S+)"));

  private int number;

  /** Returns whether a text begins with a story. */
  static boolean begins(String text) {
    return text.stripLeading().startsWith("<" + STORY + ">");
  }

  @Override
  public Parsed parse(String line) throws BadLineException {
    number++;
    Map<String, String> parts = new HashMap<>();
    for (MatchResult part : PART.matcher(line).results().toList()) {
      String text = part.group(2).strip().replace(" 's ", "'s ");
      if (parts.put(part.group(1), text) != null) {
        throw new BadLineException(
            "the line must have one <%s>; write each problem on a line of its own"
                .formatted(part.group(1)));
      }
    }
    List<Fact> facts =
        sentences(part(parts, STORY)).map(sentence -> new Fact(sentence, true)).toList();
    List<String> answers = sentences(part(parts, ANSWER)).toList();
    String query = part(parts, QUERY);
    if (facts.isEmpty() || answers.isEmpty()) {
      throw new BadLineException("<STORY> and <ANSWER> must have at least one sentence");
    }
    Matcher answer = answer(answers.get(0));
    String a = answer.group("a");
    String b = answer.group("b");
    if (!BLANKS.splitAsStream(query).toList().containsAll(List.of(a, b))) {
      throw new BadLineException(
          "the query (%s) must name the people of the answer, %s and %s"
              .formatted(quote(query), quote(a), quote(b)));
    }
    String label = Labels.read(DatasetType.CLUTRR, "answer", new TextNode(answer.group("r")));
    return Parsed.of(
        new ReasoningTask(
            "clutrr_sg-" + number,
            DatasetType.CLUTRR,
            facts,
            List.of(
                Question.ofKinship(a, b, label, IntStream.range(0, facts.size()).boxed().toList())),
            facts.size(),
            DatasetType.CLUTRR.labels()));
  }

  private static String part(Map<String, String> parts, String name) throws BadLineException {
    String part = parts.get(name);
    if (part == null) {
      throw new BadLineException(
          "the line must have the parts <STORY>, <QUERY> and <ANSWER> but has no <%s>"
              .formatted(name));
    }
    return part;
  }

  private static Stream<String> sentences(String text) {
    return STOP.splitAsStream(text).map(String::strip).filter(sentence -> !sentence.isEmpty());
  }

  private static Matcher answer(String sentence) throws BadLineException {
    for (Pattern form : FORMS) {
      Matcher matcher = form.matcher(sentence);
      if (matcher.matches()) {
        return matcher;
      }
    }
    throw new BadLineException(
        "the answer (%s) must say who is what of whom, such as 'ent_1 is the son of ent_2'"
            .formatted(quote(sentence)));
  }
}
