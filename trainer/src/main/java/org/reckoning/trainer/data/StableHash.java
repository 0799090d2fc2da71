package org.reckoning.trainer.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Collectors;

/** Numbers and random numbers that depend on texts and numbers alone, on every machine. */
final class StableHash {
  private StableHash() {}

  /** Returns 64 bits that differ as soon as one of the parts does. */
  static long of(Object... parts) {
    // The length in front keeps ("a", "bc") and ("ab", "c") apart.
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

  /** Returns random numbers seeded by the parts. */
  static Random random(Object... parts) {
    return new Random(of(parts));
  }
}
