package org.reckoning.graph.xla;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.GraphOperation;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.linalg.Einsum;
import org.tensorflow.proto.DataType;

/**
 * A description of a node in the body of a segment, for inspection.
 *
 * @param type op type
 * @param name name of the node in the body
 * @param inputs shapes of the inputs
 * @param outputs shapes of the outputs
 * @param dtypes dtypes of the outputs
 * @param equation equation of an Einsum; empty for other op types
 */
public record SegmentNode(
    String type,
    String name,
    List<Shape> inputs,
    List<Shape> outputs,
    List<DataType> dtypes,
    String equation) {

  /** Describes a node of a graph. */
  public static SegmentNode of(GraphOperation op) {
    List<Shape> inputs = new ArrayList<>();
    for (int i = 0; i < op.numInputs(); i++) {
      inputs.add(op.input(i).shape());
    }
    List<Shape> outputs = new ArrayList<>();
    List<DataType> dtypes = new ArrayList<>();
    for (int i = 0; i < op.numOutputs(); i++) {
      outputs.add(op.output(i).shape());
      dtypes.add(op.output(i).dataType());
    }
    String equation =
        op.type().equals(Einsum.OP_NAME) ? op.attributes().getAttrString("equation") : "";
    return new SegmentNode(
        op.type(),
        op.name(),
        List.copyOf(inputs),
        List.copyOf(outputs),
        List.copyOf(dtypes),
        equation);
  }
}
