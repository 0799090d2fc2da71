package org.reckoning.graph.random;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;

/**
 * Seeds derived from a seed, a purpose and indices by a hash. Seeds that differ in any of them are
 * unrelated.
 *
 * <pre>{@code
 * h = first 64 bits of SHA-256 of LENGTH:PURPOSE
 * h = mix(h + (index + 1) * GAMMA)          for each index
 * derived = mix(seed + (h + 1) * GAMMA)
 * }</pre>
 *
 * <p>{@code mix} is that of splitmix64 (doi 10.1145/2660193.2660195). The host and the graph
 * compute the same numbers. The seed enters last, so constant indices need no nodes: such a seed is
 * a dozen operations on scalars.
 */
public final class RandomSeed {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final long MIX_1 = 0xBF58476D1CE4E5B9L;
  private static final long MIX_2 = 0x94D049BB133111EBL;

  private RandomSeed() {}

  /**
   * Returns a seed.
   *
   * @param purpose what the seed is for, such as {@code "weight wte.weight"}
   */
  public static long of(long seed, String purpose, long... indices) {
    return mixed(seed, hash(purpose, indices));
  }

  /**
   * Emits a seed for constant indices.
   *
   * @param seed scalar
   * @param purpose what the seed is for, such as {@code "weight wte.weight"}
   */
  public static Operand<TInt64> of(Ops tf, Operand<TInt64> seed, String purpose, long... indices) {
    return mix(tf, tf.math.add(seed, tf.constant(draws(hash(purpose, indices)))));
  }

  /**
   * Emits a seed for each element of the indices, which are broadcast against each other.
   *
   * @param seed scalar
   * @param purpose what the seed is for, such as {@code "token"}
   */
  public static Operand<TInt64> of(
      Ops tf, Operand<TInt64> seed, String purpose, List<Operand<TInt64>> indices) {
    Operand<TInt64> hash = tf.constant(hash(purpose));
    for (Operand<TInt64> index : indices) {
      hash = mixed(tf, hash, index);
    }
    return mixed(tf, seed, hash);
  }

  private static long hash(String purpose, long... indices) {
    long hash = StableHash.of(purpose);
    for (long index : indices) {
      hash = mixed(hash, index);
    }
    return hash;
  }

  /** Returns draw {@code number} of splitmix64 from a state, counted from 0. */
  private static long mixed(long state, long number) {
    return mix(state + draws(number));
  }

  private static Operand<TInt64> mixed(Ops tf, Operand<TInt64> state, Operand<TInt64> number) {
    Operand<TInt64> draws = tf.math.mul(tf.math.add(number, tf.constant(1L)), tf.constant(GAMMA));
    return mix(tf, tf.math.add(state, draws));
  }

  /** Returns how far draw {@code number} advances the state. */
  private static long draws(long number) {
    return (number + 1) * GAMMA;
  }

  private static long mix(long state) {
    long z = (state ^ (state >>> 30)) * MIX_1;
    z = (z ^ (z >>> 27)) * MIX_2;
    return z ^ (z >>> 31);
  }

  private static Operand<TInt64> mix(Ops tf, Operand<TInt64> state) {
    Operand<TInt64> z =
        tf.math.mul(tf.bitwise.bitwiseXor(state, shifted(tf, state, 30)), tf.constant(MIX_1));
    z = tf.math.mul(tf.bitwise.bitwiseXor(z, shifted(tf, z, 27)), tf.constant(MIX_2));
    return tf.bitwise.bitwiseXor(z, shifted(tf, z, 31));
  }

  /** Emits a logical shift to the right. */
  private static Operand<TInt64> shifted(Ops tf, Operand<TInt64> x, int bits) {
    return tf.bitwise.bitwiseAnd(
        tf.bitwise.rightShift(x, tf.constant((long) bits)), tf.constant(-1L >>> bits));
  }
}
