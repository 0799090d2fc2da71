package org.reckoning.graph.xla;

import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StatelessIf;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBool;

/** A conditional inside a segment: one of two computations runs. */
public final class Choice {
  private final Segment then;
  private final Segment otherwise;
  private final Map<String, TensorSpec> results;

  private Choice(Segment then, Segment otherwise, Map<String, TensorSpec> results) {
    this.then = then;
    this.otherwise = otherwise;
    this.results = results;
  }

  /**
   * Builds the functions of a choice.
   *
   * @param name prefix of the names of the functions
   * @param arguments arguments of both functions
   * @param results results of both functions, in this order
   * @param then the computation if the condition is true
   * @param otherwise the computation if the condition is false
   */
  public static Choice define(
      String name, Specs arguments, Specs results, Segment.Body then, Segment.Body otherwise) {
    return new Choice(
        Segment.ofFullSignature(name + "_then", arguments, List.of(), then),
        Segment.ofFullSignature(name + "_else", arguments, List.of(), otherwise),
        results.asMap());
  }

  /** Returns the functions; a segment that contains the choice must list them as callees. */
  public List<Segment> segments() {
    return List.of(then, otherwise);
  }

  /**
   * Adds the choice to a graph.
   *
   * @param condition scalar
   * @param given one operand for each argument
   * @return the results of the computation that runs
   */
  public Tensors of(Ops tf, Operand<TBool> condition, Tensors given) {
    otherwise.addTo((Graph) tf.scope().env());
    Shape[] shapes = results.values().stream().map(TensorSpec::shape).toArray(Shape[]::new);
    Operation choice =
        then.caller(tf, StatelessIf.OP_NAME)
            .addInput(condition.asOutput())
            .addInputList(then.inputs(given))
            .setAttr("Tcond", DataType.DT_BOOL)
            .setAttr("Tin", then.inputTypes())
            .setAttr("Tout", then.outputTypes())
            .setAttr("then_branch", then.reference())
            .setAttr("else_branch", otherwise.reference())
            .setAttr("output_shapes", shapes)
            .build();
    return Tensors.of(results.keySet(), Segment.outputs(choice));
  }
}
