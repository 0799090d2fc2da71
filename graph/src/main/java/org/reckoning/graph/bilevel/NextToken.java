package org.reckoning.graph.bilevel;

import java.util.List;
import org.reckoning.graph.gpt2.Dropout;
import org.reckoning.graph.gpt2.Gpt2;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * The segment {@code next_token}: continues every question by its likeliest next token, unless it
 * has ended or is as long as the shape allows.
 *
 * <pre>{@code
 * theta/NAME, shared/NAME       adapted weights, shared weights         [N, ...], [1, ...]
 * tokens, lengths               prompts with what was generated so far  [N, Q, S], [N, Q]
 * end                           the token that ends a text              []
 * }</pre>
 *
 * <p>Results: {@code tokens} and {@code lengths} after it.
 */
final class NextToken {
  private NextToken() {}

  static <T extends TNumber> Segment define(TaskModel<T> model) {
    TaskShape shape = model.shape();
    Specs specs =
        new Specs()
            .all(model.weightSpecs())
            .tensor(
                "tokens",
                TInt32.class,
                Shape.of(shape.tasks(), shape.questions(), shape.questionTokens()))
            .tensor("lengths", TInt32.class, Shape.of(shape.tasks(), shape.questions()))
            .tensor("end", TInt32.class, Shape.scalar());
    return Segment.define("next_token", specs, List.of(), (tf, in) -> build(tf, model, in));
  }

  private static <T extends TNumber> Tensors build(Ops tf, TaskModel<T> model, Tensors in) {
    Operand<TInt32> tokens = in.get("tokens", TInt32.class);
    Operand<TInt32> lengths = in.get("lengths", TInt32.class);
    long n = tokens.shape().get(0);
    long q = tokens.shape().get(1);
    long s = tokens.shape().get(2);
    long c = model.config().model().nEmbd();
    Gpt2<T> gpt2 =
        new Gpt2<>(
            model.config().model(), model.config().lora(), new Dropout<>(0, tf.constant(0L)));
    Operand<T> hidden =
        gpt2.hidden(tf, model.parameters(in), tokens, lengths, null); // [N, Q, S, C]

    Ops scope = tf.withSubScope("next");
    Operand<TInt32> one = scope.constant(1);
    Operand<TInt32> last =
        scope.expandDims(
            scope.math.maximum(scope.math.sub(lengths, one), scope.constant(0)),
            scope.constant(-1)); // [N, Q, 1]
    Operand<T> lastHidden =
        scope.reshape(
            scope.gather(hidden, last, scope.constant(2), Gather.batchDims(2L)),
            scope.constant(new long[] {n, q, c}));
    Operand<T> logits = gpt2.logits(scope, model.parameters(in), lastHidden); // [N, Q, V]
    Operand<TInt64> best = scope.math.argMax(logits, scope.constant(-1)); // [N, Q]
    Operand<TInt32> next = scope.dtypes.cast(best, TInt32.class);

    Operand<TInt32> lastToken =
        scope.reshape(
            scope.gather(tokens, last, scope.constant(2), Gather.batchDims(2L)),
            scope.constant(new long[] {n, q}));
    Operand<TBool> open = scope.math.notEqual(lastToken, in.get("end", TInt32.class));
    Operand<TBool> fits = scope.math.less(lengths, scope.constant((int) s));
    Operand<TBool> real = scope.math.greater(lengths, scope.constant(0)); // else padding
    Operand<TBool> goesOn = scope.math.logicalAnd(open, scope.math.logicalAnd(fits, real));
    Operand<TInt32> position = scope.range(scope.constant(0), scope.constant((int) s), one); // [S]
    Operand<TBool> here =
        scope.math.logicalAnd(
            scope.math.equal(position, scope.expandDims(lengths, scope.constant(-1))),
            scope.expandDims(goesOn, scope.constant(-1))); // [N, Q, S]
    return new Tensors()
        .put("tokens", scope.select(here, scope.expandDims(next, scope.constant(-1)), tokens))
        .put("lengths", scope.math.add(lengths, scope.dtypes.cast(goesOn, TInt32.class)));
  }
}
