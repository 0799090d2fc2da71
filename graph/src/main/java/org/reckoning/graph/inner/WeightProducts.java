package org.reckoning.graph.inner;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.family.TNumber;

/**
 * The matrix products of an inner step that have a weight as an operand: those of the forward pass
 * and the cotangents of their inputs. A pullback that reads them instead of recomputing them has a
 * quarter fewer products. An operand may be a weight that was cast to another dtype.
 */
public final class WeightProducts {
  /** Path of the products among the results of an inner step and the arguments of its pullback. */
  public static final String PATH = "products";

  /** Elements of a step that {@code AUTO} keeps however small the weights are: 64 MB in float32. */
  private static final long FEW = 1 << 24;

  private WeightProducts() {}

  /**
   * Returns whether the inner steps of a model keep their products. {@code AUTO} keeps them if
   * those of a step have at most half the elements of the weights of all tasks, or at most 2^24.
   * Micro-batches, which save memory, always recompute them.
   */
  public static boolean areKept(TaskModel<?> model) {
    return model.anyExact()
        && !model.splitsFacts()
        && switch (model.config().innerProducts()) {
          case KEEP -> true;
          case RECOMPUTE -> false;
          case AUTO -> elements(model) <= Math.max(FEW, weights(model) / 2);
        };
  }

  /** Returns the elements of the products of a step, if all weights are adapted. */
  private static long elements(TaskModel<?> model) {
    Gpt2Config gpt2 = model.config().model();
    long rows = (long) model.shape().tasks() * model.shape().facts() * model.shape().factTokens();
    long ofLayer = 8L * gpt2.nEmbd() + 2L * gpt2.nInner();
    return rows * (gpt2.nLayer() * ofLayer + gpt2.vocabSize() + gpt2.nEmbd());
  }

  private static long weights(TaskModel<?> model) {
    return Stream.of(model.thetaShapes(), model.sharedShapes())
        .flatMap(shapes -> shapes.values().stream())
        .mapToLong(Shape::size)
        .sum();
  }

  /**
   * Returns the products of a graph, numbered in the order of building.
   *
   * @param weights operands of the products
   */
  static <T extends TNumber> Map<String, Operand<T>> find(
      Ops tf, Weights<T> weights, Class<T> type) {
    Set<Output<?>> operands = new HashSet<>();
    weights.theta().values().forEach(weight -> operands.add(weight.asOutput()));
    weights.shared().values().forEach(weight -> operands.add(weight.asOutput()));
    Map<String, Operand<T>> products = new LinkedHashMap<>();
    Iterator<GraphOperation> ops = ((Graph) tf.scope().env()).operations();
    while (ops.hasNext()) {
      GraphOperation op = ops.next();
      if (op.type().equals(BatchMatMul.OP_NAME)
          && (operands.contains(uncast(op.input(0))) || operands.contains(uncast(op.input(1))))) {
        products.put(String.valueOf(products.size()), op.output(0).expect(type));
      }
    }
    return products;
  }

  private static Output<?> uncast(Output<?> tensor) {
    GraphOperation op = (GraphOperation) tensor.op();
    return op.type().equals(Cast.OP_NAME) ? op.input(0) : tensor;
  }
}
