package org.reckoning.graph.runtime;

import org.jspecify.annotations.Nullable;

/**
 * Which of its two runtimes for CPUs XLA uses, and what each needs.
 *
 * <ul>
 *   <li>The default one packs operands for Eigen's kernels and reads a transposed right operand
 *       element by element. It compiles a function on several threads.
 *   <li>The other one calls oneDNN, for which {@code x w^T} is the fastest form of a product. It
 *       compiles a function on one thread.
 * </ul>
 *
 * <p>XLA reads its choice from the environment, so it holds for the process: {@code
 * XLA_FLAGS=--xla_cpu_use_thunk_runtime=false} selects oneDNN.
 */
public final class CpuRuntime {
  private static final String ONEDNN = "--xla_cpu_use_thunk_runtime=false";

  private CpuRuntime() {}

  /** Returns whether a product with a large transposed right operand should be avoided. */
  public static boolean avoidsTransposedRight() {
    return !callsOneDnn();
  }

  /**
   * Returns whether operands in bfloat16 are multiplied as such only if the result is in bfloat16,
   * too. With oneDNN, XLA turns a product of two dtypes into one in float32.
   */
  public static boolean needsOneDtype() {
    return callsOneDnn();
  }

  /** Returns whether several functions should be compiled at a time. */
  public static boolean compilesOnOneThread() {
    return callsOneDnn();
  }

  private static boolean callsOneDnn() {
    return callsOneDnn(System.getenv("XLA_FLAGS"));
  }

  static boolean callsOneDnn(@Nullable String flags) {
    return flags != null && flags.contains(ONEDNN);
  }
}
