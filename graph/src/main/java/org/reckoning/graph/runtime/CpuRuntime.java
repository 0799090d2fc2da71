package org.reckoning.graph.runtime;

import com.sun.jna.Function;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which of its two runtimes for CPUs XLA uses, and what each needs.
 *
 * <ul>
 *   <li>The default one packs operands for Eigen's kernels and reads a transposed right operand
 *       element by element. It compiles a function on several threads.
 *   <li>The other one calls oneDNN, for which {@code x w^T} is the fastest form of a product. It is
 *       slower for batches of small products, and compiles a function on one thread.
 * </ul>
 *
 * <p>XLA reads its flags from the environment when it first compiles, so the choice holds for the
 * process. If {@code XLA_FLAGS} has {@code --xla_cpu_use_thunk_runtime}, the user has chosen:
 * {@code false} selects oneDNN. Else it is the default runtime, unless {@link #preferOneDnn} is
 * called before the first function is built.
 */
public final class CpuRuntime {
  private static final String FLAGS = "XLA_FLAGS";
  private static final String FLAG = "--xla_cpu_use_thunk_runtime";
  private static final String ONEDNN = FLAG + "=false";

  /** Whether oneDNN is called; null until the first question, which settles it. */
  private static @Nullable Boolean onednn;

  private CpuRuntime() {}

  /**
   * Chooses oneDNN where it is faster for large products: on Linux, on an x86-64 processor with
   * AVX-512, without a GPU. Does nothing if the user has chosen, or if this process has built a
   * function before.
   */
  public static synchronized void preferOneDnn() {
    if (onednn == null && leavesTheChoice(System.getenv(), Path.of("/proc"))) {
      String flags = System.getenv().getOrDefault(FLAGS, "");
      onednn = set(FLAGS, (flags + " " + ONEDNN).strip());
    }
  }

  /** Returns whether XLA calls oneDNN. The first call settles it for the process. */
  public static synchronized boolean callsOneDnn() {
    if (onednn == null) {
      onednn = callsOneDnn(System.getenv(FLAGS));
    }
    return onednn;
  }

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

  /**
   * Returns whether XLA compiles each function on a single thread, so that several functions should
   * be compiled at a time.
   */
  public static boolean compilesOnOneThread() {
    return callsOneDnn();
  }

  /**
   * Returns a suffix that the hash of a function includes. XLA's cache identifies a function by
   * name and content, and would return one compiled for the other runtime.
   */
  public static String suffix() {
    return callsOneDnn() ? "_onednn" : "";
  }

  static boolean callsOneDnn(@Nullable String flags) {
    return flags != null && flags.contains(ONEDNN);
  }

  /** Returns whether the user has not chosen, and oneDNN is faster here. */
  static boolean leavesTheChoice(Map<String, String> environment, Path proc) {
    String flags = environment.getOrDefault(FLAGS, "").strip();
    boolean isFile = !flags.isEmpty() && !flags.startsWith("-");
    return !isFile && !flags.contains(FLAG) && !hasGpu(environment, proc) && hasAvx512(proc);
  }

  private static boolean hasGpu(Map<String, String> environment, Path proc) {
    return Files.exists(proc.resolve("driver/nvidia"))
        && !"-1".equals(environment.get("CUDA_VISIBLE_DEVICES"));
  }

  /** Linux alone has this file, and x86-64 alone this word. */
  private static boolean hasAvx512(Path proc) {
    try {
      return Files.readString(proc.resolve("cpuinfo")).contains(" avx512f");
    } catch (IOException e) {
      return false;
    }
  }

  /** Sets an environment variable for native code; Java still sees the old value. */
  private static boolean set(String name, String value) {
    try {
      return Function.getFunction("c", "setenv").invokeInt(new Object[] {name, value, 1}) == 0;
    } catch (LinkageError e) {
      return false; // JNA cannot be unpacked, or the C library has another name
    }
  }
}
