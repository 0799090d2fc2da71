package org.reckoning.graph.settings;

import java.util.Set;
import org.reckoning.graph.task.Span;

/**
 * A term of the outer loss, evaluated at the adapted weights. The loss is the sum of the terms
 * times their weights.
 */
public sealed interface OuterTerm {

  /** Returns the name under which the term is reported. */
  String name();

  /** Returns the factor of the term in the loss. */
  double weight();

  /**
   * Cross-entropy of some spans of the questions: the mean over their tokens, then over the
   * questions of a task that have any.
   *
   * @param spans the spans that are scored, as one string
   */
  record Questions(String name, double weight, Set<Span> spans) implements OuterTerm {
    /**
     * Checks the term.
     *
     * @throws IllegalArgumentException if the prompt is to be scored, nothing is, or the weight is
     *     negative
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
   * Cross-entropy of the relevant facts, as in the inner loss: the mean over the tokens of a fact,
   * then over the relevant facts.
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
   * Answer and knowledge as one string, one mean over all its tokens: the objective of the
   * published results.
   */
  static OuterTerm target() {
    return new Questions("target", 1, Set.of(Span.ANSWER, Span.KNOWLEDGE));
  }

  /** The answer alone. */
  static OuterTerm answer(double weight) {
    return new Questions("answer", weight, Set.of(Span.ANSWER));
  }

  /** The knowledge span of the questions alone. */
  static OuterTerm knowledge(double weight) {
    return new Questions("knowledge", weight, Set.of(Span.KNOWLEDGE));
  }

  /** The relevant facts themselves. */
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
