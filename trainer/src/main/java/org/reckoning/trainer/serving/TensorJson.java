package org.reckoning.trainer.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Signature.TensorDescription;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/** Converts tensors from and to the nested lists of numbers or texts in requests and answers. */
final class TensorJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** The largest rank of an input without a shape in the model. */
  private static final int MOST_DIMENSIONS = 8;

  private TensorJson() {}

  /** Numbers or texts of a nested list in row-major order, and its shape. */
  private record Flat(Shape shape, List<JsonNode> numbers) {}

  /**
   * Makes a tensor; the caller closes it.
   *
   * @param name of the input, for messages
   * @param input its shape and dtype: int32, int64, float32 or string
   * @throws IllegalArgumentException if the value is not a list of such values with this shape
   */
  static Tensor tensor(String name, JsonNode value, TensorDescription input) {
    DataType dtype = input.dataType;
    Flat flat = flat(name, value, input);
    return switch (dtype) {
      case DT_INT32 ->
          TInt32.tensorOf(
              flat.shape(),
              DataBuffers.of(flat.numbers().stream().mapToInt(JsonNode::intValue).toArray()));
      case DT_INT64 ->
          TInt64.tensorOf(
              flat.shape(),
              DataBuffers.of(flat.numbers().stream().mapToLong(JsonNode::longValue).toArray()));
      case DT_FLOAT -> TFloat32.tensorOf(flat.shape(), floats(flat.numbers()));
      case DT_STRING ->
          TString.tensorOf(
              flat.shape(),
              DataBuffers.ofObjects(
                  flat.numbers().stream().map(JsonNode::textValue).toArray(String[]::new)));
      default -> throw unknown(dtype);
    };
  }

  private static FloatDataBuffer floats(List<JsonNode> numbers) {
    FloatDataBuffer floats = DataBuffers.ofFloats(numbers.size());
    for (int i = 0; i < numbers.size(); i++) {
      floats.setFloat(numbers.get(i).floatValue(), i);
    }
    return floats;
  }

  /** Makes a tensor as a protobuf message. */
  static TensorProto message(String name, JsonNode value, TensorDescription input) {
    DataType dtype = input.dataType;
    Flat flat = flat(name, value, input);
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : flat.shape().asArray()) {
      shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
    }
    TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(dtype).setTensorShape(shape);
    for (JsonNode number : flat.numbers()) {
      switch (dtype) {
        case DT_INT32 -> tensor.addIntVal(number.intValue());
        case DT_INT64 -> tensor.addInt64Val(number.longValue());
        case DT_FLOAT -> tensor.addFloatVal(number.floatValue());
        case DT_STRING -> tensor.addStringVal(ByteString.copyFromUtf8(number.textValue()));
        default -> throw unknown(dtype);
      }
    }
    return tensor.build();
  }

  private static Flat flat(String name, JsonNode value, TensorDescription input) {
    List<JsonNode> numbers = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    for (JsonNode inner = value; inner.isArray(); inner = inner.path(0)) {
      sizes.add((long) inner.size());
    }
    requireShape(name, sizes, input.shape);
    collect(name, value, sizes, 0, input.dataType, numbers);
    return new Flat(Shape.of(sizes.stream().mapToLong(Long::longValue).toArray()), numbers);
  }

  /** Checks a shape. TensorFlow would end the process at 255 dimensions. */
  private static void requireShape(String name, List<Long> sizes, Shape wanted) {
    boolean known = !wanted.isUnknown();
    if (known ? sizes.size() != wanted.numDimensions() : sizes.size() > MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          "input '%s' must have %s dimension(s) but has %d"
              .formatted(
                  name,
                  known ? wanted.numDimensions() : "at most " + MOST_DIMENSIONS,
                  sizes.size()));
    }
    for (int axis = 0; known && axis < sizes.size(); axis++) {
      if (wanted.get(axis) >= 0 && wanted.get(axis) != sizes.get(axis)) {
        throw new IllegalArgumentException(
            "input '%s' must be of shape %s but dimension %d is %d"
                .formatted(name, wanted, axis, sizes.get(axis)));
      }
    }
  }

  private static void collect(
      String name,
      JsonNode value,
      List<Long> sizes,
      int depth,
      DataType dtype,
      List<JsonNode> numbers) {
    if (depth < sizes.size()) {
      if (!value.isArray() || value.size() != sizes.get(depth)) {
        throw new IllegalArgumentException(
            "rows of input '%s' must all have the same length".formatted(name));
      }
      value.forEach(each -> collect(name, each, sizes, depth + 1, dtype, numbers));
      return;
    }
    boolean fits =
        switch (dtype) {
          case DT_INT32 -> value.isIntegralNumber() && value.canConvertToInt();
          case DT_INT64 -> value.isIntegralNumber() && value.canConvertToLong();
          case DT_FLOAT -> value.isNumber() && Math.abs(value.doubleValue()) <= Float.MAX_VALUE;
          case DT_STRING -> value.isTextual();
          default -> throw unknown(dtype);
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "input '%s' must be %s but has %s"
              .formatted(name, name(dtype), ServerJson.shortened(value.toString())));
    }
    numbers.add(value);
  }

  /** Returns a tensor as nested lists of numbers or texts; a scalar as a number or text. */
  static JsonNode json(Tensor tensor) {
    List<JsonNode> numbers = new ArrayList<>();
    if (tensor instanceof TInt32 ints) {
      ints.scalars().forEach(each -> numbers.add(NODES.numberNode(each.getInt())));
    } else if (tensor instanceof TInt64 longs) {
      longs.scalars().forEach(each -> numbers.add(NODES.numberNode(each.getLong())));
    } else if (tensor instanceof TFloat32 floats) {
      floats.scalars().forEach(each -> numbers.add(NODES.numberNode(each.getFloat())));
    } else if (tensor instanceof TString texts) {
      texts.scalars().forEach(each -> numbers.add(NODES.textNode(each.getObject())));
    } else {
      throw unknown(DataType.forNumber(tensor.dataType().getNumber()));
    }
    long[] sizes = tensor.shape().asArray();
    return nested(sizes, 0, numbers, 0);
  }

  private static JsonNode nested(
      long[] sizes, int depth, List<? extends JsonNode> numbers, int from) {
    if (depth == sizes.length) {
      return numbers.get(from);
    }
    int stride = 1;
    for (int axis = depth + 1; axis < sizes.length; axis++) {
      stride *= (int) sizes[axis];
    }
    ArrayNode list = NODES.arrayNode();
    for (int i = 0; i < sizes[depth]; i++) {
      list.add(nested(sizes, depth + 1, numbers, from + i * stride));
    }
    return list;
  }

  /** Returns the name of a dtype in messages. */
  static String name(DataType dtype) {
    return switch (dtype) {
      case DT_INT32 -> "int32";
      case DT_INT64 -> "int64";
      case DT_FLOAT -> "float32";
      case DT_STRING -> "text";
      default -> dtype.name();
    };
  }

  private static IllegalArgumentException unknown(DataType dtype) {
    return new IllegalArgumentException(
        "dtype (%s) must be int32, int64, float32 or string".formatted(dtype));
  }
}
