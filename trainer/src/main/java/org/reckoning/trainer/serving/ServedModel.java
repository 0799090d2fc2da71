package org.reckoning.trainer.serving;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.reckoning.graph.serving.ServingProgram;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Signature;
import org.tensorflow.Signature.TensorDescription;
import org.tensorflow.Tensor;

/** A SavedModel that this process has loaded. Safe for use by several threads. */
public final class ServedModel implements AutoCloseable {
  private final SavedModelBundle bundle;
  private final Map<String, Signature> signatures = new TreeMap<>();

  private ServedModel(SavedModelBundle bundle) {
    this.bundle = bundle;
    bundle.signatures().forEach(each -> signatures.put(each.key(), each));
  }

  /**
   * Loads a SavedModel.
   *
   * @param version directory with {@code saved_model.pb} in it
   * @throws IOException if the directory is not a SavedModel
   */
  public static ServedModel load(Path version) throws IOException {
    if (!Files.isRegularFile(version.resolve("saved_model.pb"))) {
      throw new IOException(
          "'%s' must be a version of an exported model, with saved_model.pb in it"
              .formatted(version));
    }
    try {
      return new ServedModel(ServingProgram.load(version.toString()));
    } catch (RuntimeException e) { // TensorFlow's have no common type of their own
      throw new IOException(
          "'%s' must be an intact SavedModel, but loading it failed: %s"
              .formatted(version, e.getMessage()),
          e);
    }
  }

  /** Returns the signatures, by name. */
  public Map<String, Signature> signatures() {
    return signatures;
  }

  /**
   * Answers a request.
   *
   * @return nested lists of numbers, by the names of the outputs
   * @throws IllegalArgumentException if the signature is unknown, or an input is missing, unknown
   *     or invalid
   */
  public ObjectNode predict(ServingRequest request) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    try {
      Map<String, TensorDescription> known = signature(request.signature()).getInputs();
      request.requireInputs(known.keySet());
      known.forEach(
          (name, input) ->
              inputs.put(name, TensorJson.tensor(name, request.inputs().get(name), input)));
      return compute(request.signature(), inputs);
    } finally {
      inputs.values().forEach(Tensor::close);
    }
  }

  private ObjectNode compute(String signature, Map<String, Tensor> inputs) {
    ObjectNode outputs = JsonNodeFactory.instance.objectNode();
    try (Result result = bundle.function(signature).call(inputs)) {
      result.forEach(output -> outputs.set(output.getKey(), TensorJson.json(output.getValue())));
    } catch (IllegalArgumentException e) { // others are not the fault of the request
      String message = String.valueOf(e.getMessage()); // more lines say where in the graph
      throw new IllegalArgumentException(
          message.lines().findFirst().orElse("no reason is given"), e);
    }
    return outputs;
  }

  private Signature signature(String name) {
    Signature signature = signatures.get(name);
    if (signature == null) {
      throw new IllegalArgumentException(
          "signature '%s' is not in the model; known: %s"
              .formatted(ServerJson.shortened(name), signatures.keySet()));
    }
    return signature;
  }

  @Override
  public void close() {
    bundle.close();
  }
}
