package org.reckoning.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Commands that run side by side as child processes, and that a signal to this process ends. */
public final class ChildProcesses {
  private static final int SIGNALS = 128; // the exit code of a signal is this plus its number

  private final String mainClass;
  private final Set<Process> running = new HashSet<>();
  private boolean stopped;

  /**
   * @param mainClass takes the words of a command as its arguments
   */
  public ChildProcesses(String mainClass) {
    this.mainClass = mainClass;
  }

  /**
   * Runs a command and waits for it.
   *
   * @param words of the command
   * @param log file to which the command appends its output
   * @return the exit code; -1 if nothing was started because of {@link #stop}
   * @throws IOException if the process cannot be started
   */
  public int run(List<String> words, Path log) throws IOException {
    Process process;
    synchronized (this) {
      if (stopped) {
        return -1;
      }
      process = ChildJvm.start(mainClass, words, log);
      running.add(process);
    }
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException("interrupted while a process was running", e);
    } finally {
      synchronized (this) {
        running.remove(process);
      }
    }
  }

  /** Asks all commands to save and end, and starts no others. */
  public synchronized void stop() {
    if (!stopped) {
      stopped = true;
      running.forEach(Process::destroy);
    }
  }

  /** Returns whether {@link #stop} was called. */
  public synchronized boolean isStopped() {
    return stopped;
  }

  /** Ends all commands and this process at once, without shutdown hooks. */
  public synchronized void end(int code) {
    stopped = true;
    running.forEach(Process::destroyForcibly);
    Runtime.getRuntime().halt(code);
  }

  /**
   * Returns why a command failed: its last line that is not blank, where an error message is.
   *
   * @param code its exit code; above 128 a signal ended it, and its last line says nothing about it
   * @param before size of the log, in bytes, before the command appended to it
   */
  public static String reason(int code, Path log, long before) throws IOException {
    if (code > SIGNALS) {
      return "signal %d ended it, and the system sends signal 9 if memory runs out; see '%s'"
          .formatted(code - SIGNALS, log);
    }
    byte[] all = Files.readAllBytes(log);
    int from = (int) Math.min(before, all.length);
    return new String(all, from, all.length - from, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .reduce((first, second) -> second)
        .orElse("it ended with exit code " + code);
  }
}
