package org.reckoning.graph.settings;

import java.util.Set;
import org.reckoning.graph.task.Span;

/**
 * A term of the outer loss, evaluated at the adapted weights. The outer loss is the weighted sum of
 * its terms.
 */
public sealed interface OuterTerm {

  /** Returns the name of the term in reports. */
  String name();

  /** Returns the factor of the term in the loss. */
  double weight();

  /**
   * Cross-entropy of some spans of the questions. It is the mean over the tokens of these spans,
   * then over the questions of a task that have such tokens.
   *
   * @param spans the scored spans, as one string
   */
  record Questions(String name, double weight, Set<Span> spans) implements OuterTerm {
    /**
     * Checks the term.
     *
     * @throws IllegalArgumentException if {@code spans} is empty or has the prompt, or the weight
     *     is negative
     */
    public Questions {
      spans = Set.copyOf(spans);
      if (spans.isEmpty() || spans.contains(Span.PROMPT)) {
        throw new IllegalArgumentException(
            "outer term '%s' must score ANSWER or KNOWLEDGE but scores %s".formatted(name, spans));
      }
      requireWeight(name, weight);
    }
  }

  /**
   * Cross-entropy of the relevant facts, as in the inner loss. It is the mean over the tokens of a
   * fact, then over the relevant facts.
   */
  record Recall(String name, double weight) implements OuterTerm {
    /**
     * Checks the term.
     *
     * @throws IllegalArgumentException if the weight is negative
     */
    public Recall {
      requireWeight(name, weight);
    }
  }

  /**
   * Returns the term of answer and knowledge as one string, with one mean over all its tokens. This
   * is the objective of the published results.
   */
  static OuterTerm target() {
    return new Questions("target", 1, Set.of(Span.ANSWER, Span.KNOWLEDGE));
  }

  /** Returns the term of the answer alone. */
  static OuterTerm answer(double weight) {
    return new Questions("answer", weight, Set.of(Span.ANSWER));
  }

  /** Returns the term of the knowledge span alone. */
  static OuterTerm knowledge(double weight) {
    return new Questions("knowledge", weight, Set.of(Span.KNOWLEDGE));
  }

  /** Returns the term of the relevant facts. */
  static OuterTerm recall(double weight) {
    return new Recall("recall", weight);
  }

  private static void requireWeight(String name, double weight) {
    if (!(weight >= 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "weight (%s) of outer term '%s' must be 0 or more and finite".formatted(weight, name));
    }
  }
}
