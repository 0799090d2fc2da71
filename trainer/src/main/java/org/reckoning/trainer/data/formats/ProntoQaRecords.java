package org.reckoning.trainer.data.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.SortedSet;
import java.util.TreeSet;
import org.reckoning.trainer.data.ReasoningTask;

/**
 * Reads PrOntoQA's questions with options and explanation, as in the Logic-LM repository. The
 * explanation is a fact, then a rule and what follows from it in turn. Relevant are its sentences
 * that the context has; {@code hops} is the number of rules among them.
 */
final class ProntoQaRecords implements RecordFormat {
  @Override
  public Parsed parse(JsonNode item) throws BadLineException {
    String id = JsonFields.text(item, "id");
    try {
      return Parsed.of(task(id, item));
    } catch (BadLineException e) {
      throw e.in("question", id);
    }
  }

  private static ReasoningTask task(String id, JsonNode item) throws BadLineException {
    MultipleChoice choice = MultipleChoice.of(item);
    SortedSet<Integer> relevant = new TreeSet<>();
    for (JsonNode sentence : JsonFields.elements(item, "explanation")) {
      int index = choice.sentences().indexOf(JsonFields.text("sentence of explanation", sentence));
      if (index >= 0) {
        relevant.add(index);
      }
    }
    if (relevant.size() < 2) {
      throw new BadLineException(
          "explanation must have at least 2 sentences of the context but has %d"
              .formatted(relevant.size()));
    }
    return choice.task(id, relevant, relevant.size() - 1);
  }
}
