package org.reckoning.integration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the command line in a process that lives for seconds. Java would spend half of them on
 * optimizing itself, so its optimizing compiler is off.
 */
final class ShortProcess {
  private ShortProcess() {}

  /**
   * Returns a process that is not started yet.
   *
   * @param options further options of Java
   */
  static ProcessBuilder of(List<String> options, String command, List<String> words) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(options);
    line.addAll(
        List.of(
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
            "-Dreckoning.home=" + Path.of("..").toAbsolutePath().normalize(),
            "-cp",
            System.getProperty("java.class.path"),
            "org.reckoning.cli.Reckoning",
            command));
    line.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "2");
    return builder;
  }
}
