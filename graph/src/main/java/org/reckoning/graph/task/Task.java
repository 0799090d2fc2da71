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
 * @param questions at least one, without the prefix
 * @param prefix the first tokens of all questions
 */
public record Task(
    List<TokenSequence> facts,
    List<Boolean> relevant,
    List<TokenSequence> questions,
    Prefix prefix) {

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

  /** Returns a task whose questions have no prefix. */
  public Task(List<TokenSequence> facts, List<Boolean> relevant, List<TokenSequence> questions) {
    this(facts, relevant, questions, Prefix.NONE);
  }

  /** Returns a task in which every fact is relevant. */
  public static Task of(List<TokenSequence> facts, List<TokenSequence> questions) {
    return new Task(facts, Collections.nCopies(facts.size(), true), questions);
  }

  /**
   * Returns the same task with the longest common prefix of its questions. Each question keeps at
   * least one token of its prompt.
   *
   * @throws IllegalStateException if the task has a prefix
   */
  public Task withSharedPrefix() {
    return after(Prefix.sharedBy(questions));
  }

  /**
   * Returns the same task with a prefix that was read before, or with as much of it as the
   * questions share. Each question keeps at least one token of its prompt.
   *
   * @throws IllegalStateException if the task has a prefix
   */
  public Task withPrefix(Prefix read) {
    return after(read.sharedWith(questions));
  }

  private Task after(Prefix shared) {
    if (prefix.length() > 0) {
      throw new IllegalStateException(
          "a task with a prefix (%d tokens) cannot get another one".formatted(prefix.length()));
    }
    List<TokenSequence> rest =
        questions.stream().map(question -> question.from(shared.length())).toList();
    return new Task(facts, relevant, rest, shared);
  }
}
