package org.reckoning.cli.process;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs main classes of this module in processes of their own: with the class path, the heap and the
 * system properties of this one, and with the {@link #ENVIRONMENT} below where a variable is not
 * set already.
 *
 * <p>A child says what it found by lines {@code result NAME VALUE} on its standard output; {@link
 * #say} writes them.
 */
final class ChildJvm {
  /**
   * What is set for a child, because nothing but a starting process can set it: few messages, and
   * of a GPU's memory what is needed. Settings of the allocator do not help, see {@code
   * docs/performance.md}.
   */
  static final Map<String, String> ENVIRONMENT = environment();

  private static final String RESULT = "result ";
  private static final String FAILURE = "failure";
  private static final int KILLED = 128 + 9;

  private final int limitSeconds;

  /**
   * What a process found.
   *
   * @param results by name
   * @param failure why there are none, in words; empty if all went well
   */
  record Outcome(Map<String, String> results, String failure) {
    double number(String name) {
      return Double.parseDouble(results.getOrDefault(name, "NaN"));
    }
  }

  /**
   * @param limitSeconds a process that takes longer is ended
   */
  ChildJvm(int limitSeconds) {
    this.limitSeconds = limitSeconds;
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("TF_CPP_MIN_LOG_LEVEL", "2");
    environment.put("TF_FORCE_GPU_ALLOW_GROWTH", "true");
    return environment;
  }

  /** Returns the value that a child sees of a variable of {@link #ENVIRONMENT}. */
  static String effective(String name) {
    String set = System.getenv(name);
    return set != null ? set : ENVIRONMENT.getOrDefault(name, "");
  }

  /** Writes a result for the process that has started this one. */
  static void say(String name, Object value) {
    System.out.println(RESULT + name + " " + String.valueOf(value).replaceAll("\\s+", " "));
    if (System.out.checkError()) {
      System.err.println("results cannot be written; free some space for temporary files");
      System.exit(1);
    }
  }

  /** Says why there is no result. */
  static void fail(Throwable cause) {
    String message = cause.getMessage();
    say(FAILURE, message == null ? cause.getClass().getSimpleName() : message);
  }

  /** Runs a main class and waits for it. Its standard error is that of this process. */
  Outcome run(String mainClass, List<String> arguments) {
    try {
      Path output = Files.createTempFile("reckoning", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command(mainClass, arguments))
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        ENVIRONMENT.forEach(builder.environment()::putIfAbsent);
        int code = waitFor(builder.start());
        return outcome(Files.readAllLines(output), code);
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a main class in another environment and waits for it, however long it takes. What it
   * writes is written here.
   *
   * @param environment variables to set
   * @return its exit code
   */
  static int passOn(
      String mainClass, List<String> arguments, Map<String, String> environment, PrintWriter out)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(mainClass, arguments))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    Process process = builder.start();
    Thread end = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(end);
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.transferTo(out);
      out.flush();
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException("interrupted while a process was running", e);
    } finally {
      Runtime.getRuntime().removeShutdownHook(end);
    }
  }

  private static List<String> command(String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("-D") || option.startsWith("-X")) {
        command.add(option);
      }
    }
    command.add("-Xmx" + Runtime.getRuntime().maxMemory());
    // Else JavaCPP ends a process whose native memory passes four times the heap.
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return command;
  }

  /** Returns the exit code, -1 if the time was over. */
  private int waitFor(Process process) {
    Thread end = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(end);
    try {
      if (process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
        return process.exitValue();
      }
      process.destroyForcibly().waitFor();
      return -1;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException("interrupted while a process was measured", e);
    } finally {
      Runtime.getRuntime().removeShutdownHook(end);
    }
  }

  private Outcome outcome(List<String> lines, int code) {
    Map<String, String> results = new LinkedHashMap<>();
    for (String line : lines) {
      if (line.startsWith(RESULT)) {
        String[] words = line.split(" ", 3);
        results.put(words[1], words[2]);
      }
    }
    String failure = results.get(FAILURE);
    if (failure == null) {
      failure =
          switch (code) {
            case 0 -> "";
            case -1 -> "took longer than " + limitSeconds + " s";
            case KILLED -> "the process was killed, most likely because memory ran out";
            default -> "the process ended with exit code " + code;
          };
    }
    return new Outcome(results, failure);
  }
}
