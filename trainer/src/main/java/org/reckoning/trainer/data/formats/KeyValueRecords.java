package org.reckoning.trainer.data.formats;

import static org.reckoning.trainer.data.formats.BadLineException.quote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Reads the key-value retrieval of "Lost in the Middle". A fact is a pair, {@code KEY: VALUE}; the
 * relevant one is that of the key. The labels are the values of the record.
 */
final class KeyValueRecords implements RecordFormat {
  @Override
  public Parsed parse(JsonNode json) throws BadLineException {
    String key = JsonFields.text(json, "key");
    try {
      return Parsed.of(task(key, json));
    } catch (BadLineException e) {
      throw e.in("key", key);
    }
  }

  private static ReasoningTask task(String key, JsonNode json) throws BadLineException {
    String value = JsonFields.text(json, "value");
    List<Fact> facts = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    List<Integer> relevant = new ArrayList<>();
    for (JsonNode pair : JsonFields.elements(json, "ordered_kv_records")) {
      if (!pair.isArray() || pair.size() != 2) {
        throw new BadLineException(
            "pair (%s) must be [key, value]".formatted(quote(pair.toString())));
      }
      String name = JsonFields.text("key", pair.get(0));
      String content = JsonFields.text("value", pair.get(1));
      boolean isAsked = name.equals(key) && content.equals(value);
      if (isAsked) {
        relevant.add(facts.size());
      }
      facts.add(new Fact(name + ": " + content, isAsked));
      if (!labels.contains(content)) {
        labels.add(content);
      }
    }
    if (relevant.size() != 1) {
      throw new BadLineException(
          "ordered_kv_records must have one pair of the key and value (%s) but has %d"
              .formatted(quote(value), relevant.size()));
    }
    return new ReasoningTask(
        key,
        DatasetType.QUESTION,
        facts,
        List.of(new Question("What is the value of %s ?".formatted(key), value, relevant)),
        1,
        labels);
  }
}
