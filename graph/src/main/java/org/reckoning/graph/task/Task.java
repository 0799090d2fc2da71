package org.reckoning.graph.task;

import java.util.Collections;
import java.util.List;
import org.reckoning.graph.settings.OuterTerm;

/**
 * Facts to adapt to and questions to answer.
 *
 * @param facts at least one
 * @param relevant for each fact, whether the questions need it; only {@link OuterTerm.Recall} reads
 *     it
 * @param questions at least one
 */
public record Task(
    List<TokenSequence> facts, List<Boolean> relevant, List<TokenSequence> questions) {

  /**
   * Checks the task.
   *
   * @throws IllegalArgumentException if facts or questions are empty, or the numbers of flags and
   *     facts differ
   */
  public Task {
    facts = List.copyOf(facts);
    relevant = List.copyOf(relevant);
    questions = List.copyOf(questions);
    if (facts.isEmpty() || questions.isEmpty()) {
      throw new IllegalArgumentException(
          "a task must have facts (%d) and questions (%d)"
              .formatted(facts.size(), questions.size()));
    }
    if (relevant.size() != facts.size()) {
      throw new IllegalArgumentException(
          "flags of relevance (%d) must be as many as facts (%d)"
              .formatted(relevant.size(), facts.size()));
    }
  }

  /** Returns a task in which every fact is relevant. */
  public static Task of(List<TokenSequence> facts, List<TokenSequence> questions) {
    return new Task(facts, Collections.nCopies(facts.size(), true), questions);
  }
}
