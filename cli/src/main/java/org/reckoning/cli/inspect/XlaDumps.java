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
 * The files that XLA writes about compiled functions, such as {@code
 * module_0002.inner_step_pullback_5f7bffe51b64__.2154.cpu_after_optimizations.txt}. XLA writes them
 * if environment variables ask for it before TensorFlow is loaded.
 *
 * @param directory directory of the files
 */
record XlaDumps(Path directory) {
  private static final Pattern FILE =
      Pattern.compile("(module_\\d+\\.(.+_[0-9a-f]{12})_*\\.\\d+)\\.(.+)");
  private static final String BUFFERS = "buffer-assignment.txt";
  private static final Pattern CACHE =
      Pattern.compile(
          "--tf_xla_persistent_cache_directory=('[^']*'|\"(?:[^\"\\\\]|\\\\.)*\"|\\S*)");

  /** Returns variables for a process that writes dumps and uses no cache of compiled programs. */
  Map<String, String> environment(Map<String, String> present) {
    Map<String, String> environment = new LinkedHashMap<>();
    String place = quoted(directory.toAbsolutePath().toString());
    String dump = "--xla_dump_to=%s --xla_dump_hlo_as_text".formatted(place);
    environment.put("XLA_FLAGS", (present.getOrDefault("XLA_FLAGS", "") + " " + dump).strip());
    String flags = present.get("TF_XLA_FLAGS");
    if (flags != null) { // a cached program is not compiled and leaves no dump
      environment.put("TF_XLA_FLAGS", CACHE.matcher(flags).replaceAll("").strip());
    }
    return environment;
  }

  /** Quotes a value of a flag: a space would end the flags. */
  private static String quoted(String value) {
    return value.contains("'")
        ? '"' + value.replaceAll("[\\\\\"]", "\\\\$0") + '"'
        : "'" + value + "'";
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
   * Returns the prefix of the file names by function.
   *
   * @param functions functions of the program; the directory may hold files of other programs
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

  /** Returns the files sorted by name; none if nothing was compiled. */
  private List<Path> files() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static String name(Path file) {
    @Nullable Path name = file.getFileName();
    return Objects.requireNonNull(name).toString();
  }
}
