package org.reckoning.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * An examination of best checkpoints on other problems than those of their runs.
 *
 * @param words overrides that choose the problems
 * @param runs names of the runs that are examined; empty: all
 */
record StudyExamination(List<String> words, List<String> runs) {
  /** Copies the lists. */
  StudyExamination {
    words = List.copyOf(words);
    runs = List.copyOf(runs);
  }

  /** Returns whether runs of a name are examined. */
  boolean isOf(String run) {
    return runs.isEmpty() || runs.contains(run);
  }

  /** Completes the short form of a file, the list of words alone, which examines all runs. */
  static void complete(JsonNode examinations) {
    if (examinations instanceof ObjectNode all) {
      for (Map.Entry<String, JsonNode> each : all.properties()) {
        JsonNode given = each.getValue();
        if (given.isArray()) {
          ObjectNode whole = all.objectNode();
          whole.set("words", given);
          each.setValue(whole);
        }
        if (each.getValue() instanceof ObjectNode whole && !whole.has("runs")) {
          whole.putArray("runs");
        }
      }
    }
  }
}
