package org.reckoning.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sends real signals to this process. */
@DisabledOnOs(OS.WINDOWS)
class StopSignalsTest {
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> ends = new LinkedBlockingQueue<>();

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void firstSignal_asksToStop_secondEndsAtOnce(String name, int exitCode) throws Exception {
    assumeFalse(isIgnored(exitCode - 128), "this process was started to ignore SIG" + name);
    assumeFalse(isIgnored(2), "this process was started to ignore SIGINT");
    try (StopSignals signals = install()) {
      signals.hold();
      assertThat(signals.requested()).isFalse();
      assertThat(signals.exitCode()).isZero();

      raise(name);
      assertThat(said.poll(10, TimeUnit.SECONDS))
          .isEqualTo(
              "SIG%s: saves after this step and stops; a second signal ends at once; resume with: reckoning train resume=x"
                  .formatted(name));
      assertThat(signals.requested()).isTrue();
      assertThat(signals.exitCode()).isEqualTo(exitCode);
      assertThat(ends).isEmpty();

      raise("INT");
      assertThat(ends.poll(10, TimeUnit.SECONDS)).isEqualTo(130);
      assertThat(said)
          .containsExactly(
              "ended by a second signal; the steps since the last checkpoint are lost");
    }
  }

  @Test
  void secondSignal_ofAProcessWhoseParentPassesThemOn_isIgnored() throws Exception {
    assumeFalse(isIgnored(15), "this process was started to ignore SIGTERM");
    System.setProperty(StopSignals.HAS_PARENT, "true");
    try (StopSignals signals = install()) {
      signals.hold();
      raise("TERM");
      assertThat(said.poll(10, TimeUnit.SECONDS)).startsWith("SIGTERM: saves");

      raise("TERM");
      assertThat(ends.poll(1, TimeUnit.SECONDS)).isNull();
      assertThat(said).isEmpty();
      assertThat(signals.requested()).isTrue();
    } finally {
      System.clearProperty(StopSignals.HAS_PARENT);
    }
  }

  @Test
  void signal_whileNothingIsHeld_endsAtOnce() throws Exception {
    assumeFalse(isIgnored(15), "this process was started to ignore SIGTERM");
    try (StopSignals signals = install()) {
      signals.hold();
      assertThat(signals.release()).isTrue();

      raise("TERM");
      assertThat(ends.poll(10, TimeUnit.SECONDS)).isEqualTo(143);
      assertThat(said)
          .containsExactly(
              "SIGTERM: ends at once, no step is lost; resume with: reckoning train resume=x");
    }
  }

  @Test
  void release_afterASignal_goesOnHolding() throws Exception {
    assumeFalse(isIgnored(15), "this process was started to ignore SIGTERM");
    try (StopSignals signals = install()) {
      signals.hold();
      raise("TERM");
      assertThat(said.poll(10, TimeUnit.SECONDS)).startsWith("SIGTERM: saves");

      assertThat(signals.release()).isFalse();
      assertThat(ends).isEmpty();
    }
  }

  @Test
  void close_givesTheSignalBack() throws Exception {
    try (StopSignals outer = install()) {
      install().close();
      outer.hold();
      raise("TERM");
      assertThat(said.poll(10, TimeUnit.SECONDS)).startsWith("SIGTERM");
      assertThat(outer.requested()).isTrue();
    }
  }

  /** A JVM that keeps its signals ends as ever: nothing is taken over, nothing fails. */
  @Test
  void process_thatKeepsItsSignals_isLeftAlone() throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    System.getProperty("java.home") + "/bin/java",
                    "-Xrs",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Installed.class.getName()))
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("not requested");
    assertThat(process.waitFor()).isZero();
  }

  /** Installs signals in a process of its own. */
  static final class Installed {
    private Installed() {}

    public static void main(String[] args) {
      try (StopSignals signals = StopSignals.install("", text -> {}, code -> {})) {
        System.out.print(signals.requested() ? "requested" : "not requested");
      }
    }
  }

  private StopSignals install() {
    return StopSignals.install("reckoning train resume=x", said::add, ends::add);
  }

  /** Returns whether a signal is ignored, as after {@code nohup}; only Linux tells. */
  private static boolean isIgnored(int number) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String mask =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow()
            .replaceFirst("SigIgn:\\s*", "");
    return (Long.parseUnsignedLong(mask, 16) >> (number - 1) & 1) != 0;
  }

  private static void raise(String name) throws Exception {
    Class<?> signal = Class.forName("sun.misc.Signal");
    signal
        .getMethod("raise", signal)
        .invoke(null, signal.getConstructor(String.class).newInstance(name));
  }
}
