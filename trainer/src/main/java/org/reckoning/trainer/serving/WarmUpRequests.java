package org.reckoning.trainer.serving;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.reckoning.trainer.tensorboard.RecordOutput;
import org.tensorflow.Signature;
import org.tensorflow.Signature.TensorDescription;
import org.tensorflow.proto.TensorProto;

/**
 * Writes warm-up requests. TensorFlow Serving computes them before it announces a model, so that
 * the first client does not wait. The file has a TensorFlow record for each request:
 *
 * <pre>{@code
 * PredictionLog  { 6: PredictLog { 1: PredictRequest } }
 * PredictRequest { 1: ModelSpec { 1: name, 3: signature }, 2: map { 1: input, 2: TensorProto } }
 * }</pre>
 *
 * <p>TensorFlow Java does not have these messages of Serving. They are assembled here from field
 * numbers.
 */
public final class WarmUpRequests {
  /** The name of the file in {@code assets.extra}. */
  public static final String FILE = "tf_serving_warmup_requests";

  private static final int PREDICT_LOG = 6;
  private static final int REQUEST = 1;
  private static final int MODEL_SPEC = 1;
  private static final int MODEL_NAME = 1;
  private static final int SIGNATURE_NAME = 3;
  private static final int INPUTS = 2;
  private static final int KEY = 1;
  private static final int VALUE = 2;

  private WarmUpRequests() {}

  /** Writes part of a message. */
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  /**
   * Writes requests.
   *
   * @param model name of the model on the server
   * @param signatures of the requests, by name
   */
  public static void write(
      Path file, String model, Map<String, Signature> signatures, List<ServingRequest> requests)
      throws IOException {
    try (RecordOutput records = new RecordOutput(Files.newOutputStream(file))) {
      for (ServingRequest request : requests) {
        Signature signature = signatures.get(request.signature());
        if (signature == null) {
          throw new IllegalArgumentException(
              "no signature '%s'; known: %s".formatted(request.signature(), signatures.keySet()));
        }
        records.write(record(model, request, signature.getInputs()));
      }
    }
  }

  private static byte[] record(
      String model, ServingRequest request, Map<String, TensorDescription> inputs)
      throws IOException {
    byte[] spec =
        message(
            out -> {
              out.writeString(MODEL_NAME, model);
              out.writeString(SIGNATURE_NAME, request.signature());
            });
    byte[] predict =
        message(
            out -> {
              out.writeByteArray(MODEL_SPEC, spec);
              for (Map.Entry<String, TensorDescription> input : inputs.entrySet()) {
                TensorProto tensor =
                    TensorJson.message(
                        input.getKey(), request.inputs().get(input.getKey()), input.getValue());
                out.writeByteArray(
                    INPUTS,
                    message(
                        entry -> {
                          entry.writeString(KEY, input.getKey());
                          entry.writeByteArray(VALUE, tensor.toByteArray());
                        }));
              }
            });
    byte[] log = message(out -> out.writeByteArray(REQUEST, predict));
    return message(out -> out.writeByteArray(PREDICT_LOG, log));
  }

  private static byte[] message(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    fields.write(out);
    out.flush();
    return bytes.toByteArray();
  }
}
