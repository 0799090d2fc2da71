package org.reckoning.graph.model;

import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TInt32;

/**
 * Padded questions of the tasks of a pass.
 *
 * @param tokens token ids [N, Q, T]
 * @param lengths number of tokens of each question, 0 for padding [N, Q]
 * @param spans {@link Span#code} of each token [N, Q, T]
 */
public record Questions(Operand<TInt32> tokens, Operand<TInt32> lengths, Operand<TInt32> spans) {
  private static final String TOKENS = "questions/tokens";
  private static final String LENGTHS = "questions/lengths";
  private static final String SPANS = "questions/spans";

  /** Returns the arguments of a segment that reads questions. */
  public static Specs specs(TaskShape shape) {
    Shape tokens = Shape.of(shape.tasks(), shape.questions(), shape.questionTokens());
    return new Specs()
        .tensor(TOKENS, TInt32.class, tokens)
        .tensor(LENGTHS, TInt32.class, tokens.take(2))
        .tensor(SPANS, TInt32.class, tokens);
  }

  /** Reads the questions from the arguments of a segment. */
  public static Questions of(Tensors in) {
    return new Questions(
        in.get(TOKENS, TInt32.class), in.get(LENGTHS, TInt32.class), in.get(SPANS, TInt32.class));
  }

  /** Returns the questions as named arguments of a segment. */
  public Tensors named() {
    return new Tensors().put(TOKENS, tokens).put(LENGTHS, lengths).put(SPANS, spans);
  }
}
