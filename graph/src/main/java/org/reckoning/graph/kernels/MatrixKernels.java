package org.reckoning.graph.kernels;

import org.jspecify.annotations.Nullable;

/**
 * What the kernels of matrix products on a CPU compute fast. XLA has two runtimes for CPUs. The
 * default one packs operands for Eigen's kernels and reads a transposed right operand element by
 * element. The other one calls oneDNN, for which {@code x w^T} is the fastest form.
 *
 * <p>XLA reads its choice from the environment, so it holds for the process: {@code
 * XLA_FLAGS=--xla_cpu_use_thunk_runtime=false} selects oneDNN.
 */
public final class MatrixKernels {
  private static final String ONEDNN = "--xla_cpu_use_thunk_runtime=false";

  private MatrixKernels() {}

  /** Returns whether a product with a large transposed right operand should be avoided. */
  public static boolean avoidTransposedRight() {
    return avoidTransposedRight(System.getenv("XLA_FLAGS"));
  }

  static boolean avoidTransposedRight(@Nullable String flags) {
    return flags == null || !flags.contains(ONEDNN);
  }

  /**
   * Returns whether operands in bfloat16 are multiplied as such only if the result is in bfloat16,
   * too. With oneDNN, XLA turns a product of two dtypes into one in float32.
   */
  public static boolean needOneDtype() {
    return !avoidTransposedRight();
  }
}
