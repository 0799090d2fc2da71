package org.reckoning.graph.xla;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StatelessWhile;
import org.tensorflow.types.TBool;

/**
 * A while loop inside a segment. XLA compiles it with the segment. Tensors that the body does not
 * change are not copied.
 */
public final class Loop {
  private final Segment condition;
  private final Segment body;
  private final Map<String, TensorSpec> specs;

  private Loop(Segment condition, Segment body, Map<String, TensorSpec> specs) {
    this.condition = condition;
    this.body = body;
    this.specs = specs;
  }

  /**
   * Builds the functions of a loop.
   *
   * @param name prefix of the names of the functions
   * @param specs the state, which includes the constant tensors that condition and body read
   * @param callees segments that the body calls
   * @param condition computes from the state whether the loop continues
   * @param body computes new values of the tensors that change
   */
  public static Loop define(
      String name,
      Specs specs,
      List<Segment> callees,
      BiFunction<Ops, Tensors, Operand<TBool>> condition,
      Segment.Body body) {
    Segment check =
        Segment.ofFullSignature(
            name + "_condition",
            specs,
            List.of(),
            (tf, in) -> new Tensors().put("goes_on", condition.apply(tf, in)));
    Segment step =
        Segment.ofFullSignature(
            name + "_body",
            specs,
            callees,
            (tf, in) -> {
              Tensors changed = body.build(tf, in);
              Set<String> unknown = new LinkedHashSet<>(changed.names());
              unknown.removeAll(in.names());
              if (!unknown.isEmpty()) {
                throw new IllegalArgumentException(
                    "results %s of the body of loop '%s' must be in its state %s"
                        .formatted(unknown, name, in.names()));
              }
              Tensors all = new Tensors();
              in.names()
                  .forEach(
                      each -> all.put(each, (changed.contains(each) ? changed : in).get(each)));
              return all;
            });
    return new Loop(check, step, specs.asMap());
  }

  /** Returns the functions; a segment that contains the loop must list them as callees. */
  public List<Segment> segments() {
    return List.of(condition, body);
  }

  /**
   * Adds the loop to a graph.
   *
   * @param initial one operand for each spec
   * @return the last state
   */
  public Tensors run(Ops tf, Tensors initial) {
    condition.addTo((Graph) tf.scope().env());
    Shape[] shapes = specs.values().stream().map(TensorSpec::shape).toArray(Shape[]::new);
    Operation loop =
        body.caller(tf, StatelessWhile.OP_NAME)
            .addInputList(body.inputs(initial))
            .setAttr("T", body.inputTypes())
            .setAttr("cond", condition.reference())
            .setAttr("body", body.reference())
            .setAttr("output_shapes", shapes)
            .build();
    return Tensors.of(specs.keySet(), Segment.outputs(loop));
  }
}
