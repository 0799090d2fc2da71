package org.reckoning.trainer.tokens;

import java.util.Random;

/** Random numbers that depend on a seed and a stream, and on nothing else. */
final class Seeds {
  private Seeds() {}

  /** Returns numbers for a stream, far apart from those of streams and seeds nearby. */
  static Random random(long seed, long stream) {
    return new Random(mix(mix(seed) + stream));
  }

  /** The finaliser of SplitMix64: every bit of the input changes half of the output. */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
