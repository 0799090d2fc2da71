package org.reckoning.graph.bilevel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Dropout;
import org.reckoning.graph.gpt2.Gpt2;
import org.reckoning.graph.gpt2.LanguageModelLoss;
import org.reckoning.graph.gpt2.Parameters;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * The model on tasks of one shape: what all segments of a bucket have in common. It names their
 * arguments:
 *
 * <pre>{@code
 * theta/NAME         adapted weights, one copy a task        [N, ...]
 * state/SLOT/NAME    state of the inner optimizer            [N, ...]
 * shared/NAME        all other weights                       [1, ...]
 * rates              inner rates of this step, one a tensor  [J]
 * step               number of this step, from 1             scalar
 * facts/tokens, facts/lengths, facts/targets                 [N, F, T], [N, F], [N, F, T]
 * d_theta/NAME, d_state/SLOT/NAME, d_shared/NAME             cotangents
 * }</pre>
 */
final class TaskModel<T extends TNumber> {
  /** 64 MB in float32: 333 positions with all of GPT-2's tokens. */
  private static final long LOGITS_OF_A_PART = 1 << 24;

  private final BilevelConfig config;
  private final WeightLayout layout;
  private final TaskShape shape;
  private final Class<T> type;

  TaskModel(BilevelConfig config, WeightLayout layout, TaskShape shape, Class<T> type) {
    this.config = config;
    this.layout = layout;
    this.shape = shape;
    this.type = type;
  }

  BilevelConfig config() {
    return config;
  }

  WeightLayout layout() {
    return layout;
  }

  TaskShape shape() {
    return shape;
  }

  Class<T> type() {
    return type;
  }

  Map<String, Shape> thetaShapes() {
    return layout.withTaskAxis(layout.adapted(), shape.tasks());
  }

  /** Shapes of the optimizer's state by SLOT/NAME. */
  Map<String, Shape> stateShapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (String slot : config.innerOptimizer().slots()) {
      thetaShapes().forEach((name, each) -> shapes.put(slot + "/" + name, each));
    }
    return shapes;
  }

  Map<String, Shape> trainedSharedShapes() {
    return layout.withTaskAxis(layout.trainedShared(), 1);
  }

  Specs weightSpecs() {
    return new Specs()
        .tensors("theta", type, thetaShapes())
        .tensors("shared", type, layout.withTaskAxis(layout.shared(), 1));
  }

  Specs stepSpecs() {
    return new Specs()
        .tensors("state", type, stateShapes())
        .tensor("rates", type, Shape.of(layout.adapted().size()))
        .tensor("step", type, Shape.scalar());
  }

  Specs factSpecs() {
    Shape tokens = Shape.of(shape.tasks(), shape.facts(), shape.factTokens());
    return new Specs()
        .tensor("facts/tokens", TInt32.class, tokens)
        .tensor("facts/lengths", TInt32.class, Shape.of(shape.tasks(), shape.facts()))
        .tensor("facts/targets", type, tokens)
        .tensor("seed", TInt64.class, Shape.scalar());
  }

  Specs questionSpecs() {
    return new Specs()
        .tensor("facts/relevant", type, Shape.of(shape.tasks(), shape.facts()))
        .all(questionTextSpecs())
        .tensor("task_weights", type, Shape.of(shape.tasks()));
  }

  /** The questions alone. */
  Specs questionTextSpecs() {
    Shape tokens = Shape.of(shape.tasks(), shape.questions(), shape.questionTokens());
    return new Specs()
        .tensor("questions/tokens", TInt32.class, tokens)
        .tensor("questions/lengths", TInt32.class, Shape.of(shape.tasks(), shape.questions()))
        .tensor("questions/spans", TInt32.class, tokens);
  }

  /** The weights of the model: the adapted ones and those that the tasks share. */
  Parameters<T> parameters(Tensors in) {
    return new Parameters<>(in.under("shared", type)).with(in.under("theta", type));
  }

  /** Scores the facts with the weights among the arguments. */
  LanguageModelLoss<T> facts(Ops tf, Tensors in, double dropout, @Nullable Operand<T> nudge) {
    return score(tf.withSubScope("facts"), in, "facts", dropout, nudge);
  }

  /** Scores the questions with the weights among the arguments. */
  LanguageModelLoss<T> questions(Ops tf, Tensors in, double dropout) {
    return score(tf.withSubScope("questions"), in, "questions", dropout, null);
  }

  private LanguageModelLoss<T> score(
      Ops tf, Tensors in, String what, double dropout, @Nullable Operand<T> nudge) {
    return LanguageModelLoss.of(
        tf,
        gpt2(in, what, dropout),
        parameters(in),
        in.get(what + "/tokens", TInt32.class),
        in.get(what + "/lengths", TInt32.class),
        nudge);
  }

  /**
   * Scores facts or questions without derivatives: their logits are never in memory all at once.
   *
   * @param what {@code facts} or {@code questions}
   */
  LanguageModelLoss<T> evaluated(Ops tf, Tensors in, String what) {
    return LanguageModelLoss.inParts(
        tf.withSubScope(what),
        new Gpt2<>(config.model(), config.lora(), Dropout.none()),
        parameters(in),
        in.get(what + "/tokens", TInt32.class),
        in.get(what + "/lengths", TInt32.class),
        LOGITS_OF_A_PART);
  }

  private Gpt2<T> gpt2(Tensors in, String what, double dropout) {
    Dropout<T> masks = new Dropout<>(dropout, in.get("seed", TInt64.class), what);
    return new Gpt2<>(config.model(), config.lora(), masks);
  }

  /** The update rule on all adapted weights. */
  InnerUpdate<T> update() {
    return new InnerUpdate<>(config.innerOptimizer(), layout.adapted(), type);
  }

  /** Whether the outer gradient sees the Hessian of step {@code k}. */
  boolean isExact(int k) {
    return config.gradientMode().isExact(k, config.innerSteps());
  }

  /** Whether it sees that of any step. */
  boolean anyExact() {
    return config.innerSteps() > 0 && isExact(config.innerSteps() - 1);
  }

  /** Whether there is a step of which it does not. */
  boolean anyFirstOrder() {
    return config.innerSteps() > 0 && !isExact(0);
  }

  /** Calls a segment, compiled if the configuration says so. */
  Tensors call(Ops tf, Segment segment, Tensors arguments) {
    return segment.call(tf, arguments, config.xla().compiles());
  }
}
