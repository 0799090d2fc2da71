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
 * SHA-256 of the parameters of a model, independent of the file format. The digest takes all
 * parameters in the order of {@link org.reckoning.graph.gpt2.Gpt2Config#parameterShapes()}, as
 * little-endian float32. It excludes padding: a padded model computes the same and has the same
 * checksum.
 */
public final class Gpt2Checksum {
  private final MessageDigest digest;

  /** Starts a checksum. */
  public Gpt2Checksum() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Returns the checksum of weights as 64 hexadecimal digits; reads every parameter. */
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

  /** Returns the checksum of all added parameters as 64 hexadecimal digits. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  private static ByteBuffer bytes(float[] values, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, 0, count);
    return bytes;
  }
}
