package org.reckoning.cli.inspect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.inspect.XlaMemory;

/**
 * What XLA writes about the functions that it compiles, if it was told to before TensorFlow was
 * loaded: {@code module_0002.inner_step_pullback_5f7bffe51b64__.2154.cpu_after_optimizations.txt}.
 *
 * @param directory where the files are
 */
record XlaDumps(Path directory) {
  private static final Pattern FILE =
      Pattern.compile("(module_\\d+\\.(.+_[0-9a-f]{12})_*\\.\\d+)\\.(.+)");
  private static final String BUFFERS = "buffer-assignment.txt";
  private static final Pattern CACHE =
      Pattern.compile("--tf_xla_persistent_cache_directory=('[^']*'|\\S*)");

  /** Returns the variables with which a process writes dumps, and compiles all it dumps. */
  Map<String, String> environment(Map<String, String> present) {
    Map<String, String> environment = new LinkedHashMap<>();
    String dump = "--xla_dump_to=%s --xla_dump_hlo_as_text".formatted(directory.toAbsolutePath());
    environment.put("XLA_FLAGS", (present.getOrDefault("XLA_FLAGS", "") + " " + dump).strip());
    String flags = present.get("TF_XLA_FLAGS");
    if (flags != null) { // what is in the cache is not compiled, and what is not leaves no dump
      environment.put("TF_XLA_FLAGS", CACHE.matcher(flags).replaceAll("").strip());
    }
    return environment;
  }

  /** Returns the memory reports. */
  List<XlaMemory> memory() throws IOException {
    List<XlaMemory> reports = new ArrayList<>();
    for (Path file : files()) {
      Matcher name = FILE.matcher(name(file));
      if (name.matches() && name(file).endsWith(BUFFERS)) {
        Optional<XlaMemory> report = XlaMemory.parse(name.group(2), Files.readString(file));
        report.ifPresent(reports::add);
      }
    }
    return reports;
  }

  /**
   * Returns the start of the files' names of each function.
   *
   * @param functions which ones: a directory may hold files of other programs, too
   */
  Map<String, String> modules(Set<String> functions) throws IOException {
    Map<String, String> modules = new LinkedHashMap<>();
    for (Path file : files()) {
      Matcher name = FILE.matcher(name(file));
      if (name.matches() && functions.contains(name.group(2))) {
        modules.putIfAbsent(name.group(2), name.group(1));
      }
    }
    return modules;
  }

  /** Returns the files, sorted by their names; none if nothing was compiled. */
  private List<Path> files() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  /** Deletes all that is there. */
  void delete() throws IOException {
    for (Path file : files()) {
      Files.delete(file);
    }
    Files.deleteIfExists(directory);
  }

  private static String name(Path file) {
    @Nullable Path name = file.getFileName();
    return Objects.requireNonNull(name).toString();
  }
}
