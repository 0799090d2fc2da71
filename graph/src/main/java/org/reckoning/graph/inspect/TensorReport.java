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
 * Tensors of one shape that the nodes of a segment make, before XLA merges or drops any.
 *
 * @param segment which makes them; empty for the graph around the segments
 * @param node the first node that makes one
 * @param dtype such as {@code DT_FLOAT}
 * @param shape of each
 * @param bytes of each
 * @param count how many there are; they need not be alive at the same time
 */
public record TensorReport(
    String segment, String node, DataType dtype, Shape shape, long bytes, int count) {
  private static final int MOST = 12;

  /** Ops whose outputs were made by others. */
  private static final Set<String> TAKEN = Set.of("Placeholder", "VarHandleOp", "NoOp");

  /** What counts as equal. */
  private record Kind(String segment, DataType dtype, Shape shape) {}

  /**
   * Returns the largest ones. Results of calls are left out, as the segment that is called makes
   * them; so are other names of a tensor, such as a reshaped one.
   *
   * @param makers nodes by the name of their segment
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
