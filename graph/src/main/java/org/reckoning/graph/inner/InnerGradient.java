package org.reckoning.graph.inner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.autodiff.Tangents;
import org.reckoning.graph.gpt2.LanguageModelLoss;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * The gradient of the inner loss, built for forward-mode differentiation. It covers the adapted
 * weights and, except from {@code ofTheta}, the trained shared weights.
 */
final class InnerGradient<T extends TNumber> {
  private static final Differentiator DIFFERENTIATOR = Differentiator.standard();

  private final TaskModel<T> model;
  private final List<Operand<T>> theta;
  private final Operand<T> loss;
  private final List<Operand<T>> gradients;
  private final Map<String, Operand<T>> products;

  /**
   * Emits the forward pass and the gradient.
   *
   * @param withShared whether the gradient covers the trained shared weights
   * @param nudge a zero that the activations depend on, or null
   */
  private InnerGradient(
      Ops tf,
      TaskModel<T> model,
      Weights<T> weights,
      Facts<T> facts,
      TaskModel.Masks masks,
      boolean withShared,
      @Nullable Operand<T> nudge) {
    this.model = model;
    LanguageModelLoss<T> scores = model.score(tf, weights, facts, masks, nudge);
    loss = model.innerLoss(tf.withSubScope("inner_loss"), scores, facts); // [N]
    theta = List.copyOf(weights.theta().values());
    List<Operand<T>> variables = new ArrayList<>(theta);
    if (withShared) {
      model
          .layout()
          .trainedShared()
          .forEach(name -> variables.add(Objects.requireNonNull(weights.shared().get(name))));
    }
    Tangents gradient = DIFFERENTIATOR.gradients(tf.withSubScope("gradient"), loss, variables);
    gradients = new ArrayList<>();
    for (int i = 0; i < variables.size(); i++) {
      gradients.add(gradient.orZero(i).asOutput().expect(model.type()));
    }
    products = withShared ? WeightProducts.find(tf, weights, model.type()) : Map.of();
  }

  /** Emits the gradient of the adapted weights alone. */
  static <T extends TNumber> InnerGradient<T> ofTheta(
      Ops tf, TaskModel<T> model, Weights<T> weights, Facts<T> facts, TaskModel.Masks masks) {
    return new InnerGradient<>(tf, model, weights, facts, masks, false, null);
  }

  /** Emits the gradient of all trained weights, in an inner step that keeps its products. */
  static <T extends TNumber> InnerGradient<T> ofAll(
      Ops tf, TaskModel<T> model, Weights<T> weights, Facts<T> facts, TaskModel.Masks masks) {
    return new InnerGradient<>(tf, model, weights, facts, masks, true, null);
  }

  /**
   * Emits the gradient of all trained weights again, in a pullback.
   *
   * @param cotangents cotangents of theta_k+1; the recomputation waits for them
   */
  static <T extends TNumber> InnerGradient<T> again(
      Ops tf,
      TaskModel<T> model,
      Weights<T> weights,
      Facts<T> facts,
      Operand<TInt64> seed,
      Map<String, Operand<T>> cotangents) {
    TaskModel.Masks masks = new TaskModel.Masks(model.config().innerDropout(), seed);
    return new InnerGradient<>(
        tf, model, weights, facts, masks, true, nudge(tf, model, cotangents));
  }

  /** Returns the inner loss [N]. */
  Operand<T> loss() {
    return loss;
  }

  /** Returns the {@link WeightProducts} of the forward pass and the gradient, by name. */
  Map<String, Operand<T>> products() {
    return products;
  }

  /**
   * Takes the values of products from arguments of the segment.
   *
   * @param results results of the segment
   * @param kept products that the inner step kept, by name; empty if it kept none
   */
  Tensors withKept(Tensors results, Map<String, Operand<T>> kept) {
    kept.forEach((name, value) -> results.known(Objects.requireNonNull(products.get(name)), value));
    return results;
  }

  /** Returns g of each adapted weight, by name. */
  Map<String, Operand<T>> ofTheta() {
    Map<String, Operand<T>> ofTheta = new LinkedHashMap<>();
    model.layout().adapted().forEach(name -> ofTheta.put(name, gradients.get(ofTheta.size())));
    return ofTheta;
  }

  /**
   * Cotangents of a step, including the Hessian term.
   *
   * @param theta cotangents of the adapted weights, in order; null for zero
   * @param shared cotangents of the trained shared weights, by name
   */
  record PulledGradient<T extends TNumber>(
      List<@Nullable Operand<T>> theta, Map<String, Operand<T>> shared) {}

  /**
   * Emits the pullback of g: {@code H g_bar}, where H is the Hessian of the inner loss. It is the
   * forward-mode derivative of the gradient along g_bar. Mixed derivatives are symmetric, so the
   * same derivative of the shared weights' gradient gives their cotangents.
   *
   * @param gradientBars g_bar of each adapted weight; null for zero
   * @param thetaBars cotangent to add for each adapted weight; null for zero
   * @param shared accumulated cotangents of the shared weights, to which their part is added
   */
  PulledGradient<T> pullback(
      Ops tf,
      List<? extends @Nullable Operand<T>> gradientBars,
      List<? extends @Nullable Operand<T>> thetaBars,
      Map<String, Operand<T>> shared) {
    Tangents product =
        DIFFERENTIATOR.pushforward(
            tf.withSubScope("hessian"), gradients, theta, new ArrayList<>(gradientBars));
    List<@Nullable Operand<T>> ofTheta = new ArrayList<>();
    for (int j = 0; j < theta.size(); j++) {
      ofTheta.add(sum(tf, thetaBars.get(j), typed(product.get(j))));
    }
    Map<String, Operand<T>> ofShared = new LinkedHashMap<>();
    for (String name : model.layout().trainedShared()) {
      Operand<T> known = Objects.requireNonNull(shared.get(name), name);
      Operand<T> more = typed(product.get(theta.size() + ofShared.size()));
      ofShared.put(name, more == null ? known : tf.math.add(known, more));
    }
    return new PulledGradient<>(ofTheta, ofShared);
  }

  /**
   * Emits a zero that depends on the cotangents, in {@code XlaMode.WHOLE}. Otherwise the compiler
   * would merge this step's recomputation with the inner step and keep its activations. No compiler
   * may fold {@code 0 * x}.
   */
  private static <T extends TNumber> @Nullable Operand<T> nudge(
      Ops tf, TaskModel<T> model, Map<String, Operand<T>> cotangents) {
    if (model.config().xla() != XlaMode.WHOLE) {
      return null;
    }
    Operand<T> smallest = null;
    for (Operand<T> d : cotangents.values()) {
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
