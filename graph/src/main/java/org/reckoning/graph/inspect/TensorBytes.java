package org.reckoning.graph.inspect;

import java.util.List;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.SegmentNode;
import org.tensorflow.Output;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.OpDef;

/** Computes the bytes of tensors of static shape. */
final class TensorBytes {
  private TensorBytes() {}

  static long of(Output<?> tensor) {
    return of(tensor.dataType(), tensor.shape(), tensor.op().name());
  }

  /** Returns the bytes of the arguments of a call of a segment. */
  static long ofArguments(Segment segment, SegmentNode call) {
    return of(segment.function().getSignature().getInputArgList(), call.inputs(), call.name());
  }

  /** Returns the bytes of the results of a call of a segment. */
  static long ofResults(Segment segment, SegmentNode call) {
    return of(segment.function().getSignature().getOutputArgList(), call.outputs(), call.name());
  }

  /** Returns the bytes of the results of a call under a path. */
  static long ofResults(Segment segment, SegmentNode call, String path) {
    List<String> names = segment.computedResults();
    long bytes = 0;
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).startsWith(path + "/")) {
        DataType type = segment.function().getSignature().getOutputArg(i).getType();
        bytes += of(type, call.outputs().get(i), call.name());
      }
    }
    return bytes;
  }

  private static long of(List<OpDef.ArgDef> types, List<Shape> shapes, String name) {
    long bytes = 0;
    for (int i = 0; i < types.size(); i++) {
      bytes += of(types.get(i).getType(), shapes.get(i), name);
    }
    return bytes;
  }

  /** Returns the bytes of a tensor; 0 for the handle of a variable. */
  static long of(DataType type, Shape shape, String name) {
    int size = size(type);
    if (size == 0) {
      return 0;
    }
    if (shape.isUnknown() || shape.hasUnknownDimension()) {
      throw new IllegalArgumentException(
          "bytes of a tensor of '%s' need a static shape but it is %s".formatted(name, shape));
    }
    return size * shape.size();
  }

  private static int size(DataType type) {
    return switch (type) {
      case DT_RESOURCE -> 0;
      case DT_BOOL, DT_INT8, DT_UINT8 -> 1;
      case DT_HALF, DT_BFLOAT16, DT_INT16, DT_UINT16 -> 2;
      case DT_FLOAT, DT_INT32, DT_UINT32 -> 4;
      case DT_DOUBLE, DT_INT64, DT_UINT64 -> 8;
      default -> throw new IllegalArgumentException("size of dtype " + type + " is not known");
    };
  }
}
