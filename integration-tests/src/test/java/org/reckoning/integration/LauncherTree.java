package org.reckoning.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Base class of the launcher tests. It makes a separate source tree with fake {@code java} and
 * {@code mvn} commands that print their arguments.
 */
abstract class LauncherTree {
  private static final List<String> TOOLS =
      List.of(
          "awk",
          "cat",
          "cksum",
          "dirname",
          "find",
          "head",
          "id",
          "locale",
          "ls",
          "mkdir",
          "mkfifo",
          "mktemp",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sh",
          "sleep",
          "uname");

  static final String JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then
        echo 'Picked up JAVA_TOOL_OPTIONS: -Dx="1"' >&2
        echo 'openjdk version "%s" 2026-01-01' >&2
        exit 0
      fi
      echo "pid $$"
      for argument in "$@"; do
        echo "argument $argument"
      done
      echo "TF_XLA_FLAGS ${TF_XLA_FLAGS-unset}"
      echo "LC_ALL ${LC_ALL-unset}"
      echo "TF_CPP_MIN_LOG_LEVEL $TF_CPP_MIN_LOG_LEVEL"
      echo "TF_ENABLE_ONEDNN_OPTS $TF_ENABLE_ONEDNN_OPTS"
      echo "GLIBC_TUNABLES $GLIBC_TUNABLES"
      echo "CUDA_VISIBLE_DEVICES ${CUDA_VISIBLE_DEVICES-unset}"
      echo "UCX_ERROR_SIGNALS '${UCX_ERROR_SIGNALS-unset}'"
      exit 7
      """;

  static final String MVN =
      """
      #!/bin/sh
      echo "called mvn $*"
      native=linux-x86_64
      [ "$1" != -Pgpu ] || native=linux-x86_64-gpu
      mkdir -p graph/target
      : >graph/target/graph.jar
      : >"graph/target/tensorflow-core-native-1-$native.jar"
      printf '%s' "$PWD/graph/target/graph.jar:$PWD/graph/target/tensorflow-core-native-1-$native.jar" \
        >cli/target/classpath
      """;

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  final Map<String, String> environment = new HashMap<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  Path root;

  /** Result of a start of the launcher. */
  record Outcome(int code, long pid, List<String> out, String err) {
    String argumentAfter(String argument) {
      return out.get(out.indexOf("argument " + argument) + 1).replaceFirst("argument ", "");
    }

    boolean built() {
      return err.contains("called mvn");
    }
  }

  @BeforeEach
  void makeTree() throws IOException {
    root = directory.toRealPath().resolve("a tree");
    for (String module : List.of("graph", "cli")) {
      Files.createDirectories(root.resolve(module + "/src/main/java"));
      Files.createFile(root.resolve(module + "/pom.xml"));
    }
    Files.createFile(root.resolve("pom.xml"));
    Files.copy(Path.of("..", "reckoning"), root.resolve("reckoning"));
    Path bin = Files.createDirectories(directory.resolve("bin"));
    for (String tool : TOOLS) {
      Files.createSymbolicLink(bin.resolve(tool), find(tool));
    }
    program("java", JAVA.formatted("17.0.9"));
    program("javac", "#!/bin/sh\n");
    program("mvn", MVN);
    environment.put("PATH", bin.toString());
    environment.put("HOME", directory.resolve("home").toString());
    environment.put("RECKONING_DEVICE", "cpu"); // independent of the hardware
  }

  String launcher() {
    return root.resolve("reckoning").toString();
  }

  Outcome launch(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher()));
    command.addAll(List.of(arguments));
    return run(command, directory);
  }

  /** Runs a command and returns its output and exit code. */
  Outcome run(List<String> command, Path workingDirectory) throws Exception {
    Process process = builder(command, workingDirectory).start();
    return new Outcome(
        process.waitFor(),
        process.pid(),
        Files.readAllLines(directory.resolve("out")),
        Files.readString(directory.resolve("err")));
  }

  ProcessBuilder builder(List<String> command, Path workingDirectory) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(workingDirectory.toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  void program(String name, String text) throws IOException {
    Path file = directory.resolve("bin").resolve(name);
    Files.deleteIfExists(file); // may be a link to an installed tool, which must not be overwritten
    Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  static Path find(String tool) {
    return Stream.of(Objects.requireNonNull(System.getenv("PATH")).split(":"))
        .map(each -> Path.of(each, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }
}
