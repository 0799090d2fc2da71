package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the launcher's filter of native log lines: lines that it drops and lines that it must keep.
 */
@DisabledOnOs(OS.WINDOWS)
class LauncherLogTest extends LauncherTree {
  /**
   * A fake {@code java} with {@code own TEXT}, which writes to Java's standard error and not to
   * descriptor 2, which native libraries use.
   */
  private static final String WRITING_JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then
        echo 'openjdk version "17.0.9" 2026-01-01' >&2
        exit 0
      fi
      number=2
      for argument in "$@"; do
        case $argument in -Dreckoning.stderr=*) number=${argument#*=} ;; esac
      done
      echo "number $number"
      own() {
        eval "printf '%s' \\"\\$1\\" >&$number"
      }
      """;

  /** Lines of TensorFlow 2.18 in a process that reads compiled programs from its cache. */
  private static final List<String> KNOWN_LINES =
      List.of(
          "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
          "I0000 00:00:1795892776.161021   17705 mlir_graph_optimization_pass.cc:401] MLIR V1"
              + " optimization pass is not enabled",
          "I0000 00:00:1795892776.166200   17740 service.cc:148] XLA service 0x7f6a9000c000"
              + " initialized for platform Host (this does not guarantee that XLA will be used)."
              + " Devices:",
          "I0000 00:00:1795892776.166250   17740 service.cc:156]   StreamExecutor device (0): Host,"
              + " Default Version",
          "[libprotobuf ERROR external/com_google_protobuf/src/google/protobuf/text_format.cc:337]"
              + " Error parsing text-format tensorflow.XlaSerializedCacheEntry: 2:1: Expected"
              + " identifier, got: 4",
          "I0000 00:00:1795892779.617607   17739 device_compiler.h:188] Compiled cluster using XLA!"
              + "  This line is logged at most once for the lifetime of the process.");

  private static final List<String> OTHER_LINES =
      List.of(
          "E0000 00:00:1764354987.141072  123 service.cc:148] XLA service is out of memory",
          "[libprotobuf ERROR a/text_format.cc:337] Error parsing text-format tensorflow.GraphDef: 1:1",
          "  a line, with \\n and 'quotes'  ",
          "the last one has no line break");

  @BeforeEach
  void build() throws Exception {
    launch();
  }

  @Test
  void nativeLog_ofAProcessThatIsAllRight_isDroppedAndTheRestIsKept() throws Exception {
    program("java", WRITING_JAVA + nativeLines() + "exit 7\n");
    Outcome outcome = launch();
    Path err = directory.resolve("err");
    await(() -> Files.readString(err).endsWith("no line break\n")); // the filter may end later
    assertThat(Files.readString(err)).isEqualTo(String.join("\n", OTHER_LINES) + "\n");
    assertThat(outcome.code()).isEqualTo(7);
    assertThat(outcome.out()).containsExactly("number 9");
  }

  @Test
  void nativeLog_ofWhichAllIsWanted_isLeftAlone() throws Exception {
    program("java", WRITING_JAVA + nativeLines());
    environment.put("RECKONING_NATIVE_LOG", "all");
    Outcome outcome = launch();
    assertThat(outcome.err().lines()).containsSubsequence(KNOWN_LINES).containsAll(OTHER_LINES);
    assertThat(outcome.out()).containsExactly("number 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mkfifo", "mktemp"})
  void nativeLog_withoutAPipe_isLeftAlone(String tool) throws Exception {
    program("java", WRITING_JAVA + nativeLines());
    Files.delete(directory.resolve("bin").resolve(tool));
    Outcome outcome = launch();
    assertThat(outcome.err().lines()).containsSubsequence(KNOWN_LINES).containsAll(OTHER_LINES);
    assertThat(outcome.out()).containsExactly("number 2");
  }

  @Test
  void nativeLog_leavesNothingBehind() throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("t"));
    environment.put("TMPDIR", temporary.toString());
    launch();
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void ownLines_areCompleteWhenTheProcessEnds() throws Exception {
    program("java", WRITING_JAVA + "for i in 1 2 3; do own \"line $i\n\"; done\nexit 7\n");
    for (int i = 0; i < 5; i++) {
      Outcome outcome = launch();
      assertThat(outcome.err()).isEqualTo("line 1\nline 2\nline 3\n");
      assertThat(outcome.code()).isEqualTo(7);
    }
  }

  @Test
  void ownLine_withoutALineBreak_appearsAtOnce() throws Exception {
    program("java", WRITING_JAVA + "own 'step 1'\nwhile :; do sleep 0.05; done\n");
    Process process = builder(List.of(launcher()), directory).start();
    try {
      await(() -> Files.readString(directory.resolve("err")).endsWith("step 1"));
      assertThat(process.isAlive()).isTrue();
    } finally {
      process.destroy();
    }
    assertThat(process.waitFor()).isEqualTo(128 + 15);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void signal_toAllProcesses_isHandledByJavaAlone() throws Exception {
    program(
        "java",
        WRITING_JAVA
            + """
            trap 'own "saved"; echo "end of log" >&2; exit 130' TERM
            echo "pid $$"
            while :; do sleep 0.05; done
            """);
    Process process = builder(List.of(find("setsid").toString(), launcher()), directory).start();
    Path out = directory.resolve("out");
    await(() -> Files.readString(out).contains("pid " + process.pid() + "\n"));
    new ProcessBuilder("sh", "-c", "kill -TERM -" + process.pid()).start().waitFor();
    assertThat(process.waitFor()).isEqualTo(130);
    Path err = directory.resolve("err");
    assertThat(err).content().contains("saved");
    await(() -> Files.readString(err).endsWith("end of log\n"));
  }

  @Test
  void descriptor_thatTheCallerUses_isKept() throws Exception {
    program("java", WRITING_JAVA + "own 'own'\nprintf kept >&9\n");
    Path lock = directory.resolve("lock");
    Outcome outcome =
        run(
            List.of("sh", "-c", "exec 9>\"$1\"\nexec \"$2\"", "sh", lock.toString(), launcher()),
            directory);
    assertThat(outcome.out()).containsExactly("number 8");
    assertThat(outcome.err()).isEqualTo("own");
    assertThat(lock).hasContent("kept");
  }

  private static String nativeLines() {
    StringBuilder script = new StringBuilder();
    for (String other : OTHER_LINES) {
      KNOWN_LINES.forEach(known -> script.append(echo(known + "\n")));
      boolean last = other.equals(OTHER_LINES.get(OTHER_LINES.size() - 1));
      script.append(echo(last ? other : other + "\n"));
    }
    return script.toString();
  }

  private static String echo(String text) {
    return "printf %s '" + text.replace("'", "'\\''") + "' >&2\n";
  }

  /** Waits until a condition on files is true. */
  private static void await(Callable<Boolean> condition) throws Exception {
    Instant end = Instant.now().plus(Duration.ofSeconds(30));
    while (!condition.call()) {
      assertThat(Instant.now()).isBefore(end);
      Thread.sleep(20);
    }
  }
}
