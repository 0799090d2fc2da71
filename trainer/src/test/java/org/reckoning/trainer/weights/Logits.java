package org.reckoning.trainer.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.graph.gpt2.Dropout;
import org.reckoning.graph.gpt2.Gpt2;
import org.reckoning.graph.gpt2.Parameters;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.trainer.tensors.FloatTensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** What a model says to tokens. */
public final class Logits {
  private Logits() {}

  /**
   * Computes logits.
   *
   * @param tokens padded on the right [B, T]
   * @param lengths of the sequences without padding
   * @return [B, T, V], flat
   */
  public static float[] of(Gpt2Weights weights, int[][] tokens, int[] lengths) throws IOException {
    int b = tokens.length;
    int t = tokens[0].length;
    List<TFloat32> values = new ArrayList<>();
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.root(graph);
      Map<String, Operand<TFloat32>> fed = new LinkedHashMap<>();
      Map<String, Operand<TFloat32>> withTasks = new LinkedHashMap<>();
      weights
          .config()
          .parameterShapes()
          .forEach(
              (name, shape) -> {
                fed.put(name, tf.placeholder(TFloat32.class, Placeholder.shape(shape)));
                withTasks.put(name, tf.expandDims(fed.get(name), tf.constant(0)));
              });
      Parameters<TFloat32> p = new Parameters<>(withTasks);
      Gpt2<TFloat32> model = new Gpt2<>(weights.config(), null, Dropout.none());
      Operand<TFloat32> hidden =
          model.hidden(
              tf,
              p,
              tf.expandDims(tf.constant(tokens), tf.constant(0)),
              tf.expandDims(tf.constant(lengths), tf.constant(0)),
              null);
      int[] rows = {1, b * t, weights.config().nEmbd()};
      Operand<TFloat32> logits = model.logits(tf, p, tf.reshape(hidden, tf.constant(rows)));
      try (Session session = GraphSession.open(graph)) {
        Session.Runner runner = session.runner().fetch(logits);
        for (Map.Entry<String, Operand<TFloat32>> each : fed.entrySet()) {
          values.add(weights.read(each.getKey()));
          runner.feed(each.getValue(), values.get(values.size() - 1));
        }
        try (Result result = runner.run()) {
          return floats((TFloat32) result.get(0));
        }
      } finally {
        values.forEach(TFloat32::close);
      }
    }
  }

  /** Returns a parameter, flat. */
  public static float[] floats(Gpt2Weights weights, String name) throws IOException {
    try (TFloat32 tensor = weights.read(name)) {
      Shape shape = weights.config().parameterShapes().get(name);
      if (!tensor.shape().equals(shape)) {
        throw new AssertionError("%s has %s, not %s".formatted(name, tensor.shape(), shape));
      }
      return floats(tensor);
    }
  }

  private static float[] floats(TFloat32 tensor) {
    float[] values = new float[Math.toIntExact(tensor.shape().size())];
    FloatTensors.data(tensor).read(values);
    return values;
  }

  /** Returns bits, which tell zeros and values that are not numbers apart. */
  public static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
