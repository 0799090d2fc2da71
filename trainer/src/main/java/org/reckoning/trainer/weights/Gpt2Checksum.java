package org.reckoning.trainer.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.tensorflow.types.TFloat32;

/**
 * SHA-256 of the numbers of a model, whatever format they are in: all parameters in the order of
 * {@link org.reckoning.graph.gpt2.Gpt2Config#parameterShapes()}, as little-endian float32.
 */
public final class Gpt2Checksum {
  private Gpt2Checksum() {}

  /** Reads all weights; returns 64 hexadecimal digits. */
  public static String of(Gpt2Weights weights) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    for (String name : weights.config().parameterShapes().keySet()) {
      try (TFloat32 tensor = weights.read(name)) {
        FloatTensors.forEach(tensor, (values, count) -> digest.update(bytes(values, count)));
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static ByteBuffer bytes(float[] values, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, 0, count);
    return bytes;
  }
}
