package org.reckoning.trainer.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.reckoning.trainer.files.Json;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * Inputs and outputs of a signature, by name.
 *
 * @param inputs that a request must have
 * @param outputs of an answer
 */
public record SignatureShape(Map<String, TensorShape> inputs, Map<String, TensorShape> outputs) {
  /**
   * An input or output.
   *
   * @param tensor name in the graph; empty without a graph
   */
  public record TensorShape(DataType dtype, Shape shape, String tensor) {
    private ObjectNode json() {
      ObjectNode json = Json.PLAIN.createObjectNode();
      json.put("dtype", dtype.name()).put("name", tensor);
      ObjectNode sizes = json.putObject("tensor_shape").put("unknown_rank", shape.isUnknown());
      var dimensions = sizes.putArray("dim");
      for (int axis = 0; axis < shape.numDimensions(); axis++) {
        dimensions.addObject().put("size", Long.toString(shape.get(axis))).put("name", "");
      }
      return json;
    }
  }

  static SignatureShape of(Signature signature) {
    return new SignatureShape(shapes(signature.getInputs()), shapes(signature.getOutputs()));
  }

  private static Map<String, TensorShape> shapes(Map<String, Signature.TensorDescription> tensors) {
    Map<String, TensorShape> shapes = new LinkedHashMap<>();
    tensors.forEach(
        (name, each) -> shapes.put(name, new TensorShape(each.dataType, each.shape, each.name)));
    return shapes;
  }

  /** Returns the signature as metadata of the REST API have it. */
  ObjectNode json() {
    ObjectNode json = Json.PLAIN.createObjectNode();
    ObjectNode in = json.putObject("inputs");
    inputs.forEach((name, tensor) -> in.set(name, tensor.json()));
    ObjectNode out = json.putObject("outputs");
    outputs.forEach((name, tensor) -> out.set(name, tensor.json()));
    return json.put("method_name", "tensorflow/serving/predict");
  }
}
