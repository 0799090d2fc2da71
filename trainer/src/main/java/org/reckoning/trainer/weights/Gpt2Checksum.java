package org.reckoning.trainer.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.reckoning.trainer.tensors.FloatTensors;
import org.tensorflow.types.TFloat32;

/**
 * SHA-256 of the numbers of a model, whatever format they are in: all parameters in the order of
 * {@link org.reckoning.graph.gpt2.Gpt2Config#parameterShapes()}, as little-endian float32. Padding
 * is left out: a padded model and the plain one compute the same, and have the same checksum.
 */
public final class Gpt2Checksum {
  private final MessageDigest digest;

  /** Begins a checksum. */
  public Gpt2Checksum() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Reads all weights; returns 64 hexadecimal digits. */
  public static String of(Gpt2Weights weights) throws IOException {
    Gpt2Checksum checksum = new Gpt2Checksum();
    for (String name : weights.config().parameterShapes().keySet()) {
      try (TFloat32 tensor = weights.read(name)) {
        checksum.add(tensor);
      }
    }
    return checksum.hex();
  }

  /** Adds the next parameter. */
  public void add(TFloat32 tensor) throws IOException {
    FloatTensors.forEach(tensor, (values, count) -> digest.update(bytes(values, count)));
  }

  /** Returns 64 hexadecimal digits, after all parameters were added. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static ByteBuffer bytes(float[] values, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, 0, count);
    return bytes;
  }
}
