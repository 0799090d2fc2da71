package org.reckoning.graph.random;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A hash of texts and numbers that is the same on every machine and in every version. Generated
 * tasks and their splits depend on it.
 */
public final class StableHash {
  private StableHash() {}

  /**
   * Returns the first 64 bits of the SHA-256 of the parts, each preceded by its length and a colon.
   */
  public static long of(Object... parts) {
    // The length before each part distinguishes ("a", "bc") from ("ab", "c").
    String text =
        Arrays.stream(parts)
            .map(String::valueOf)
            .map(part -> part.length() + ":" + part)
            .collect(Collectors.joining());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
