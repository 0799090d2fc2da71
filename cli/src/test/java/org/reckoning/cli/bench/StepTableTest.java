package org.reckoning.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reckoning.cli.process.ChildJvm.Outcome;

class StepTableTest {
  private static final Map<String, String> MEASURED =
      Map.of(
          "build", "0.96",
          "first_step", "41.04",
          "step", "2.5",
          "shortest_step", "2.25",
          "cpu_seconds", "4.5",
          "peak_bytes", "6120000000",
          "flops", "500e9",
          "peak", "400e9");

  private final StepSettings settings =
      StepSettings.parse(List.of("model=micro", "k=1,2", "optimizer=sgd,adamw"));
  private final StepTable table = new StepTable(settings);

  @Test
  void row_dividesFlopsByTheMedianStepAndByThePeak() {
    table.row(settings.programs().get(1), new Outcome(MEASURED, ""));

    assertThat(table.failed()).isFalse();
    assertThat(text())
        .isEqualTo(
            """

            | optimizer | K | gradient | XLA | build, s | first step, s | step, s | shortest, s \
            | CPU s / step | peak memory, GB | GFLOP / step | GFLOP/s | peak GFLOP/s | of peak |
            | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
            | sgd | 2 | exact | segments | 1.0 | 41.0 | 2.50 | 2.25 \
            | 4.50 | 6.12 | 500.0 | 200.0 | 400 | 50 % |
            """);
  }

  @Test
  void failedRow_hasTheReasonAndAsManyCells() {
    table.row(settings.programs().get(2), new Outcome(Map.of("build", "1"), "no |memory|"));

    assertThat(table.failed()).isTrue();
    assertThat(text())
        .endsWith(
            "| adamw | 1 | exact | segments | failed: no \\|memory\\| "
                + "|  |  |  |  |  |  |  |  |  |\n");
  }

  @Test
  void unknownMemory_isExplained() {
    Map<String, String> results = new HashMap<>(MEASURED);
    results.remove("peak_bytes");
    table.row(settings.programs().get(0), new Outcome(results, ""));

    assertThat(text())
        .contains("| 4.50 | n/a | 500.0 |")
        .endsWith("\nn/a: not known; the peak memory of a process is read on Linux only.\n");
  }

  @Test
  void machine_isListedWithThePeakBeforeAndAfter() {
    table.start(
        new Outcome(
            Map.of("machine", "a processor", "devices", "CPU:0", "peak", "3.6e11"),
            "XLA does not work"));
    table.end(new Outcome(Map.of("peak", "3.5e11", "peak_xla", "3.4e11"), ""));

    assertThat(table.failed()).isTrue();
    assertThat(text())
        .contains("- Machine: a processor\n", "- Software: unknown\n", "- Devices: CPU:0\n")
        .contains("`TF_CPP_MIN_LOG_LEVEL=")
        .contains("- Programs: `model=micro tasks=1 ")
        .contains("2048 x 2048, before the rows: TensorFlow 360 GFLOP/s, XLA n/a GFLOP/s (XLA does")
        .contains("2048 x 2048, after the rows: TensorFlow 350 GFLOP/s, XLA 340 GFLOP/s\n");
  }

  private String text() {
    return String.join("\n", table.lines()) + "\n";
  }
}
