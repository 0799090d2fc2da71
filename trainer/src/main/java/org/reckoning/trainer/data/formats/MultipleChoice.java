package org.reckoning.trainer.data.formats;

import static org.reckoning.trainer.data.formats.BadLineException.quote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * A question with options, as in the Logic-LM repository.
 *
 * @param sentences of the context
 * @param statement the statement to judge
 * @param labels of the options, in their order
 * @param label of the right option
 */
record MultipleChoice(List<String> sentences, String statement, List<String> labels, String label) {
  private static final Pattern OPTION = Pattern.compile("([A-Z])\\) (.+)");

  /** Reads the keys {@code context}, {@code question}, {@code options} and {@code answer}. */
  static MultipleChoice of(JsonNode item) throws BadLineException {
    List<String> labels = new ArrayList<>();
    String answer = JsonFields.text(item, "answer");
    String label = null;
    for (JsonNode option : JsonFields.elements(item, "options")) {
      Matcher matcher = OPTION.matcher(JsonFields.text("option", option));
      if (!matcher.matches()) {
        throw new BadLineException(
            "option (%s) must be a letter, ')' and a text".formatted(quote(option.toString())));
      }
      String word = Labels.read(DatasetType.PROOFWRITER, "option", new TextNode(matcher.group(2)));
      labels.add(word);
      label = matcher.group(1).equals(answer) ? word : label;
    }
    if (label == null) {
      throw new BadLineException(
          "answer (%s) must be the letter of an option".formatted(quote(answer)));
    }
    String question = JsonFields.text(item, "question");
    String statement = question.substring(question.lastIndexOf("? ") + 1).strip();
    List<String> sentences = TheoryLines.sentences(JsonFields.text(item, "context"));
    return new MultipleChoice(sentences, statement, labels, label);
  }

  /**
   * Returns the task.
   *
   * @param relevant indices of the sentences that the answer needs; empty if unknown
   */
  ReasoningTask task(String id, SortedSet<Integer> relevant, int hops) {
    List<Fact> facts =
        relevant.isEmpty()
            ? sentences.stream().map(text -> new Fact(text, true)).toList()
            : TheoryLines.facts(sentences, relevant);
    return new ReasoningTask(
        id,
        DatasetType.PROOFWRITER,
        facts,
        List.of(new Question(statement, label, List.copyOf(relevant))),
        hops,
        labels);
  }
}
