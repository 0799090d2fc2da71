package org.reckoning.graph.unroll;

import java.util.List;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The losses of a pass.
 *
 * @param innerLosses loss of the facts before each inner step and after the last [K+1, N]
 * @param loss outer loss: sum over terms and tasks of term weight * task weight * term loss, a
 *     scalar
 * @param terms loss of each term and task [terms, N]
 * @param check 0 if every inner loss after the last step is finite, else NaN, a scalar
 * @param questions scores of the questions
 */
public record PassScores<T extends TNumber>(
    Operand<T> innerLosses,
    Operand<T> loss,
    Operand<T> terms,
    Operand<T> check,
    QuestionScores<T> questions) {
  static final String INNER_LOSSES = "inner_losses";
  static final String LOSS = "loss";
  static final String TERMS = "terms";
  static final String CHECK = "check";

  /** Reads the results of a segment that holds a whole pass. */
  static <T extends TNumber> PassScores<T> of(Tensors out, Class<T> type) {
    return new PassScores<>(
        out.get(INNER_LOSSES, type),
        out.get(LOSS, type),
        out.get(TERMS, type),
        out.get(CHECK, type),
        QuestionScores.of(out, type));
  }

  /** Returns the results by name, for a segment that holds a whole pass. */
  Tensors named() {
    return new Tensors()
        .put(INNER_LOSSES, innerLosses)
        .put(LOSS, loss)
        .put(TERMS, terms)
        .put(CHECK, check)
        .putAll(questions.named());
  }

  /**
   * Returns the fetches of a run: loss, terms, inner losses, then loss, correct and targets of
   * questions.
   */
  public List<Operand<T>> fetches() {
    return List.of(
        loss, terms, innerLosses, questions.loss(), questions.correct(), questions.targets());
  }
}
