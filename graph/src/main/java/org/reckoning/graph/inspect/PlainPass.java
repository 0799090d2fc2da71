package org.reckoning.graph.inspect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.graph.gpt2.Dropout;
import org.reckoning.graph.gpt2.Gpt2;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.Gpt2Initializer;
import org.reckoning.graph.gpt2.Parameters;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The cost of a next token without a cache: a forward pass over whole texts, with the output head
 * at their last tokens.
 *
 * @param model sizes of the model
 * @param texts number of texts
 * @param tokens length of each text
 * @param compiled whether XLA compiles the pass
 */
public record PlainPass(Gpt2Config model, int texts, int tokens, boolean compiled) {
  private static final long SEED = 3;

  /** Returns the seconds of a pass, the median of several runs. */
  public double measure(int runs) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    model.parameterShapes().forEach((name, shape) -> shapes.put(name, shape.prepend(1)));
    Segment pass =
        Segment.define(
            "plain_pass", new Specs().tensors("w", TFloat32.class, shapes), List.of(), this::build);
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.root(graph);
      Tensors weights = new Tensors();
      List<Op> assignments = new ArrayList<>();
      shapes.forEach(
          (name, shape) -> {
            VarHandleOp variable =
                tf.varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(name));
            Operand<TFloat32> values =
                Gpt2Initializer.initialValue(
                    tf, model, name, shape, tf.constant(SEED), TFloat32.class);
            assignments.add(tf.assignVariableOp(variable, values));
            weights.put("w/" + name, tf.readVariableOp(variable, TFloat32.class));
          });
      Operand<?> logits = pass.call(tf, weights, compiled).get("logits");
      try (Session session = GraphSession.open(graph)) {
        assignments.forEach(each -> session.runner().addTarget(each).run().close());
        int compilation = 1;
        return Stopwatch.time(compilation, runs, () -> session.runner().fetch(logits).run().close())
            .median();
      }
    }
  }

  private Tensors build(Ops tf, Tensors in) {
    Gpt2<TFloat32> gpt2 = new Gpt2<>(model, null, Dropout.none());
    Parameters<TFloat32> p = new Parameters<>(in.under("w", TFloat32.class));
    Operand<TInt32> ids =
        tf.fill(tf.constant(new int[] {1, texts, tokens}), tf.constant(model.vocabSize() / 2));
    Operand<TInt32> lengths = tf.fill(tf.constant(new int[] {1, texts}), tf.constant(tokens));
    Operand<TFloat32> hidden = gpt2.hidden(tf, p, ids, lengths, null);
    long c = model.nEmbd();
    Operand<TFloat32> last =
        tf.slice(
            hidden,
            tf.constant(new long[] {0, 0, tokens - 1L, 0}),
            tf.constant(new long[] {1, texts, 1, c}));
    last = tf.reshape(last, tf.constant(new long[] {1, texts, c}));
    return new Tensors().put("logits", gpt2.logits(tf, p, last));
  }
}
