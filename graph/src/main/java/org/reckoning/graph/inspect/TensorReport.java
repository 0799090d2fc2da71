package org.reckoning.graph.inspect;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.reckoning.graph.xla.SegmentNode;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * Tensors of one shape made by the nodes of a segment, before XLA merges or drops any.
 *
 * @param segment segment that makes the tensors; empty for the graph around the segments
 * @param node first node that makes such a tensor
 * @param dtype dtype, such as {@code DT_FLOAT}
 * @param shape shape of each tensor
 * @param bytes bytes of each tensor
 * @param count number of tensors; they need not be live at the same time
 */
public record TensorReport(
    String segment, String node, DataType dtype, Shape shape, long bytes, int count) {
  private static final int MOST = 12;

  /** Op types that do not make their outputs. */
  private static final Set<String> TAKEN = Set.of("Placeholder", "VarHandleOp", "NoOp");

  /** Key of equal tensors. */
  private record Kind(String segment, DataType dtype, Shape shape) {}

  /**
   * Returns the largest tensors. Results of calls are omitted, as the called segment makes them.
   * Views, such as reshaped tensors, are omitted too.
   *
   * @param makers nodes by the name of the segment
   */
  static List<TensorReport> largest(Map<String, List<SegmentNode>> makers) {
    Map<Kind, TensorReport> found = new LinkedHashMap<>();
    makers.forEach(
        (segment, nodes) -> {
          for (SegmentNode node : nodes) {
            if (TAKEN.contains(node.type())
                || StepGraph.VIEWS.contains(node.type())
                || node.type().endsWith("PartitionedCall")) {
              continue;
            }
            for (int i = 0; i < node.outputs().size(); i++) {
              DataType dtype = node.dtypes().get(i);
              Shape shape = node.outputs().get(i);
              TensorReport one =
                  new TensorReport(
                      segment,
                      node.name(),
                      dtype,
                      shape,
                      TensorBytes.of(dtype, shape, node.name()),
                      1);
              found.merge(new Kind(segment, dtype, shape), one, TensorReport::another);
            }
          }
        });
    return found.values().stream()
        .sorted(Comparator.comparingLong(TensorReport::bytes).reversed()) // stable
        .limit(MOST)
        .toList();
  }

  private TensorReport another(TensorReport other) {
    return new TensorReport(segment, node, dtype, shape, bytes, count + other.count);
  }
}
