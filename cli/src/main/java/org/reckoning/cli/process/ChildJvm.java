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
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.reckoning.trainer.files.TemporaryPath;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.training.StopSignals;

/**
 * Runs main classes of this module in child processes. A child gets the class path, heap size and
 * system properties of this process, and the variables of {@link #ENVIRONMENT} that are not set.
 *
 * <p>A child reports with lines {@code result NAME VALUE} on its standard output; {@link #report}
 * writes them.
 */
public final class ChildJvm {
  /**
   * Default environment variables of a child: less logging, and GPU memory allocated on demand.
   * TensorFlow reads them only when a process starts.
   */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("TF_CPP_MIN_LOG_LEVEL", "2", "TF_FORCE_GPU_ALLOW_GROWTH", "true");

  private static final String RESULT = "result ";
  private static final String FAILURE = "failure";
  private static final int KILLED = 128 + 9;

  private final int limitSeconds;

  /**
   * The report of a child process.
   *
   * @param results values by name
   * @param failure the reason of a failure; empty after success
   */
  public record Outcome(Map<String, String> results, String failure) {
    /** Copies the results. */
    public Outcome {
      results = Map.copyOf(results);
    }

    /** Returns a result as a number, NaN if it is missing. */
    public double number(String name) {
      return Double.parseDouble(results.getOrDefault(name, "NaN"));
    }
  }

  /**
   * Creates a starter of child processes.
   *
   * @param limitSeconds time limit of a child, after which it is killed
   */
  public ChildJvm(int limitSeconds) {
    this.limitSeconds = limitSeconds;
  }

  /** Returns the variables that this class sets for a child, with the values that it sees. */
  public static SortedMap<String, String> environment() {
    SortedMap<String, String> environment = new TreeMap<>(ENVIRONMENT);
    environment.replaceAll((name, value) -> Objects.requireNonNullElse(System.getenv(name), value));
    return environment;
  }

  /** Reports a result to the parent process. */
  public static void report(String name, Object value) {
    System.out.println(RESULT + name + " " + String.valueOf(value).replaceAll("\\s+", " "));
    if (System.out.checkError()) {
      System.err.println(
          "results cannot be written: free space in the directory of temporary files");
      System.exit(1);
    }
  }

  /** Reports a failure to the parent process. */
  public static void reportFailure(Throwable cause) {
    String message = cause.getMessage();
    report(FAILURE, message == null ? cause.getClass().getSimpleName() : message);
  }

  /** Runs a main class and waits for it. It shares the standard error of this process. */
  public Outcome run(String mainClass, List<String> arguments) {
    try {
      try (TemporaryPath output = TemporaryPath.file(".out")) {
        ProcessBuilder builder =
            new ProcessBuilder(command(mainClass, arguments))
                .redirectOutput(output.path().toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        setEnvironment(builder);
        int code = waitFor(builder.start());
        return outcome(Files.readAllLines(output.path()), code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a main class with the input and the output of this process; has no time limit.
   *
   * @return the exit code of the child
   */
  public static int attached(String mainClass, List<String> arguments) {
    ProcessBuilder builder = new ProcessBuilder(command(mainClass, arguments)).inheritIO();
    setEnvironment(builder);
    try {
      return new ChildJvm(Integer.MAX_VALUE).waitFor(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a main class with other environment variables and copies its output; has no time limit.
   *
   * @param environment variables to set
   * @return the exit code of the child
   */
  public static int copyOutput(
      String mainClass, List<String> arguments, Map<String, String> environment, PrintWriter out)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(mainClass, arguments))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    builder.environment().put(PeerProcess.SWITCH, PeerProcess.OFF);
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
      remove(end);
    }
  }

  /**
   * Starts a main class that appends its output to a file and has no input. It ignores Ctrl-C and a
   * closed terminal, which reach all processes of a terminal: its parent decides when it ends.
   */
  static Process start(String mainClass, List<String> arguments, Path log) throws IOException {
    List<String> words = new ArrayList<>(List.of("sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh"));
    words.addAll(
        command(
            mainClass,
            arguments,
            "-D" + ConsoleStyle.TERMINAL + "=false", // of two equal options the JVM takes the last
            "-D" + StopSignals.HAS_PARENT + "=true"));
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    setEnvironment(builder);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /** Sets what is not set; a child of one of several processes is alone. */
  private static void setEnvironment(ProcessBuilder builder) {
    ENVIRONMENT.forEach(builder.environment()::putIfAbsent);
    builder.environment().put(PeerProcess.SWITCH, PeerProcess.OFF);
  }

  private static List<String> command(String mainClass, List<String> arguments, String... options) {
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
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return command;
  }

  /** Returns the exit code, -1 after the time limit. */
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
      remove(end);
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      System.exit(KILLED); // a signal is ending this process: waits for that
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
            case KILLED -> "the process was killed, probably because memory ran out";
            default -> "the process ended with exit code " + code;
          };
    }
    return new Outcome(results, failure);
  }
}
