package org.reckoning.graph.gpt2;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.TestTensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/** Small float64 models with given weights, and their hidden states. */
final class TestModels {
  static final Gpt2Config SMALL = new Gpt2Config(11, 8, 8, 2, 2, 16, 1e-5);

  private final TestTensors tensors;
  private final Ops tf;

  TestModels(TestTensors tensors) {
    this.tensors = tensors;
    this.tf = tensors.tf();
  }

  static Gpt2<TFloat64> model(Gpt2Config config, @Nullable Lora lora) {
    return new Gpt2<>(config, lora, Dropout.none());
  }

  /** Returns the hidden states [1, 1, T, C] of one sequence. */
  Operand<TFloat64> hidden(
      Gpt2Config config, Map<String, double[]> weights, int[] ids, int[] length) {
    return hidden(
        config,
        null,
        parameters(config.parameterShapes(), weights, 1),
        new long[] {1, 1, ids.length},
        ids,
        length);
  }

  Operand<TFloat64> hidden(
      Gpt2Config config,
      @Nullable Lora lora,
      Parameters<TFloat64> p,
      long[] shape,
      int[] ids,
      int... lengths) {
    return model(config, lora)
        .hidden(
            tf,
            p,
            tensors.ints(shape, ids),
            tensors.ints(new long[] {shape[0], shape[1]}, lengths),
            null);
  }

  Parameters<TFloat64> parameters(
      Map<String, Shape> shapes, Map<String, double[]> values, int tasks) {
    Map<String, Operand<TFloat64>> weights = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) -> {
          double[] copies = new double[0];
          for (int n = 0; n < tasks; n++) {
            copies = concat(copies, get(values, name));
          }
          weights.put(name, tensors.tensor(shape.prepend(tasks).asArray(), copies));
        });
    return new Parameters<>(weights);
  }

  static Map<String, double[]> random(Map<String, Shape> shapes) {
    Random random = new Random(5);
    Map<String, double[]> weights = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) -> {
          double[] values = new double[(int) shape.size()];
          Arrays.setAll(values, i -> 0.4 * random.nextGaussian());
          weights.put(name, values);
        });
    return weights;
  }

  static double[] get(Map<String, double[]> weights, String name) {
    double[] values = weights.get(name);
    if (values == null) {
      throw new IllegalArgumentException(name);
    }
    return values;
  }

  static double[] concat(double[] a, double[] b) {
    double[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  static int[] concat(int[] a, int[] b) {
    int[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
