package org.reckoning.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reckoning.cli.bench.CommandRun.number;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.cli.process.ChildJvm.Outcome;

class StepCommandTest {
  @Test
  void microProgram_isMeasuredInAProcessOfItsOwn() {
    CommandRun run =
        CommandRun.of(
            "bench",
            "step",
            "model=micro",
            "k=1",
            "facts=512",
            "products=recompute",
            "xla=off",
            "steps=2",
            "peak_size=64");

    assertThat(run.code()).isZero();
    assertThat(run.err())
        .contains(
            "row 1 of 1: model=micro facts=512 products=recompute steps=2 peak_size=64 xla=off k=1");
    String number = "\\d+\\.\\d+";
    assertThat(run.out())
        .containsPattern("- Machine: .+, \\d+ cores, " + number + " GB of memory, ")
        .containsPattern("- Software: TensorFlow 2\\.\\d+\\.\\d+, .+ heap")
        .containsPattern("- Devices: CPU:0")
        .containsPattern("before the rows: TensorFlow \\d+ GFLOP/s, XLA \\d+ GFLOP/s\\R")
        .containsPattern("after the rows: TensorFlow \\d+ GFLOP/s, XLA \\d+ GFLOP/s\\R")
        .doesNotContain("failed");
    Map<String, String> row = run.row(0);
    assertThat(row)
        .containsEntry("K", "1")
        .containsEntry("gradient", "exact")
        .containsEntry("XLA", "off");
    assertThat(number(row, "shortest, s")).isPositive().isLessThanOrEqualTo(number(row, "step, s"));
    // 3 F of the inner step, 9 F of its pullback, 3 Q + F of the outer loss: ProgramReportTest,
    // where F is 1,302,528 for 4 facts, here for 512, and Q is 325,632
    assertThat(row).containsEntry("GFLOP / step", "2.2");
    assertThat(number(row, "peak GFLOP/s")).isPositive();
  }

  @Test
  void measurement_thatFails_isExitCodeOne() {
    CommandRun run = CommandRun.of("bench", "step", "model=micro", "xla=off", "limit_seconds=1");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.row(0).values()).contains("failed: took longer than 1 s");
  }

  @Test
  void invalidWord_isOneLineAndExitCodeTwo() {
    CommandRun run = CommandRun.of("bench", "step", "model=smal");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().strip())
        .isEqualTo(
            "model (smal) must be one of micro, tiny, small, medium, large, xl;"
                + " did you mean small?; see 'reckoning bench step --help'");
  }

  @Test
  void listOfPrograms_isNotMadeOnDemand() {
    CommandRun run = CommandRun.of("bench", "step", "--on-demand", "model=micro", "k=1,2");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).startsWith("--on-demand takes one program, not a list");
  }

  @Test
  void stepsOnDemand_areMadeOnePerLine() throws IOException {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                StepsOnDemandMain.class.getName(),
                "model=micro",
                "k=1",
                "xla=off",
                "peak_size=64")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (Writer input = process.outputWriter(StandardCharsets.UTF_8)) {
      input.write("step\nstep\npeak\n");
    }
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      List<String> names =
          output
              .lines()
              .map(line -> line.split(" ", 3)[1])
              .filter(name -> !name.equals("peak_bytes")) // Linux only
              .toList();

      List<String> step = List.of("seconds", "cpu_seconds", "loss", "norm", "rates_norm", "done");
      List<String> expected = new ArrayList<>(List.of("done"));
      expected.addAll(step);
      expected.addAll(step);
      expected.addAll(List.of("peak", "flops", "done"));
      assertThat(names).isEqualTo(expected);
    } finally {
      process.destroy();
    }
  }

  @Test
  void noBenchmark_printsTheUsage() {
    CommandRun run = CommandRun.of("bench");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("Usage: reckoning bench", "step", "decoding", "encoding");
  }

  @Test
  void wordsWithoutABenchmark_nameTheBenchmarks() {
    CommandRun run = CommandRun.of("bench", "model=small", "k=4");

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().strip())
        .isEqualTo(
            "'model=small' is not a command of 'reckoning bench', which has step, decoding,"
                + " encoding, exchange; see 'reckoning bench --help'");
  }

  @Test
  void failingProcess_reportsAReasonInWords() {
    ChildJvm child = new ChildJvm(60);

    Outcome refused = child.run(StepMeasurementMain.class.getName(), List.of("k=x"));
    assertThat(refused.failure()).isEqualTo("k (x) must be a whole number");
    Outcome missing = child.run("org.reckoning.cli.Missing", List.of());
    assertThat(missing.failure()).isEqualTo("the process ended with exit code 1");
  }

  @Test
  void slowProcess_isKilled() {
    Outcome slow = new ChildJvm(1).run(Sleeper.class.getName(), List.of());

    assertThat(slow.failure()).isEqualTo("took longer than 1 s");
  }

  /** A process that does not end by itself. */
  static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] args) throws InterruptedException {
      Thread.sleep(600_000);
    }
  }
}
