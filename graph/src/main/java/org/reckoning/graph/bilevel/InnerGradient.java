package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * The gradient of the inner loss, built to be pushed forward: by the adapted weights and, as far as
 * the outer loop trains them, by those that the tasks share.
 */
final class InnerGradient<T extends TNumber> {
  private static final Differentiator DIFFERENTIATOR = Differentiator.standard();

  private final TaskModel<T> model;
  private final List<Operand<T>> theta;
  private final List<Operand<T>> gradients;

  /** Emits the forward pass and the gradient. */
  InnerGradient(Ops tf, TaskModel<T> model, Tensors in) {
    this.model = model;
    Class<T> type = model.type();
    Operand<T> mask = in.get("facts/targets", type);
    Operand<T> loss =
        model
            .facts(tf, in, model.config().innerDropout(), nudge(tf, model, in))
            .taskLosses(tf.withSubScope("inner_loss"), mask); // [N]
    theta = List.copyOf(in.under("theta", type).values());
    List<Operand<T>> variables = new ArrayList<>(theta);
    model.layout().trainedShared().forEach(name -> variables.add(in.get("shared/" + name, type)));
    Tangents gradient = DIFFERENTIATOR.gradients(tf.withSubScope("gradient"), loss, variables);
    gradients = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      gradients.add(gradient.orZero(i).asOutput().expect(type));
    }
  }

  /** Returns g of each adapted weight, in order. */
  List<Operand<T>> ofTheta() {
    return gradients.subList(0, theta.size());
  }

  /**
   * What a step's Hessian adds to cotangents.
   *
   * @param theta of the adapted weights, in order; null where it is zero
   * @param shared {@code d_shared/NAME}
   */
  record Pulled<T extends TNumber>(List<@Nullable Operand<T>> theta, Tensors shared) {}

  /**
   * Emits the pullback of g: {@code H g_bar}, H being the Hessian of the inner loss, by pushing the
   * gradient forward along g_bar. The mixed derivatives are symmetric, so pushing those by the
   * shared weights along g_bar gives their part.
   *
   * @param in holds {@code d_shared/NAME}, to which their part is added
   * @param gradientBars g_bar of each adapted weight; null for zero
   * @param thetaBars what is added for each adapted weight; null for zero
   */
  Pulled<T> pullback(
      Ops tf,
      Tensors in,
      List<@Nullable Operand<T>> gradientBars,
      List<@Nullable Operand<T>> thetaBars) {
    Tangents product =
        DIFFERENTIATOR.pushforward(tf.withSubScope("hessian"), gradients, theta, gradientBars);
    List<@Nullable Operand<T>> ofTheta = new ArrayList<>();
    for (int j = 0; j < theta.size(); j++) {
      ofTheta.add(sum(tf, thetaBars.get(j), typed(product.get(j))));
    }
    Tensors ofShared = new Tensors();
    List<String> names = model.layout().trainedShared();
    for (int i = 0; i < names.size(); i++) {
      String name = "d_shared/" + names.get(i);
      Operand<T> known = in.get(name, model.type());
      Operand<T> more = typed(product.get(theta.size() + i));
      ofShared.put(name, more == null ? known : tf.math.add(known, more));
    }
    return new Pulled<>(ofTheta, ofShared);
  }

  /**
   * In one program with the inner step, this step's recomputation would be merged with it, and its
   * activations kept. A zero that depends on the cotangents keeps the two apart, as no compiler may
   * fold 0 x.
   */
  private static <T extends TNumber> @Nullable Operand<T> nudge(
      Ops tf, TaskModel<T> model, Tensors in) {
    if (model.config().xla() != XlaMode.WHOLE) {
      return null;
    }
    Operand<T> smallest = null;
    for (Operand<T> d : in.under("d_theta", model.type()).values()) {
      smallest = smallest == null || d.shape().size() < smallest.shape().size() ? d : smallest;
    }
    if (smallest == null) {
      return null;
    }
    int[] axes = new int[smallest.shape().numDimensions()];
    Arrays.setAll(axes, axis -> axis);
    Ops scope = tf.withSubScope("nudge");
    return scope.math.mul(
        Scalars.of(scope, model.type(), 0), scope.math.mean(smallest, scope.constant(axes)));
  }

  private @Nullable Operand<T> typed(@Nullable Operand<TNumber> d) {
    return d == null ? null : d.asOutput().expect(model.type());
  }

  private static <T extends TNumber> @Nullable Operand<T> sum(
      Ops tf, @Nullable Operand<T> a, @Nullable Operand<T> b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return tf.math.add(a, b);
  }
}
