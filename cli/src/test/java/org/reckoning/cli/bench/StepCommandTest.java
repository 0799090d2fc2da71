package org.reckoning.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reckoning.cli.ChildJvm.Outcome;

class BenchmarkMainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void microProgram_isMeasuredInAProcessOfItsOwn() {
    assertThat(run("model=micro k=1 xla=off steps=2 peak_size=64")).isZero();

    String number = "\\d+\\.\\d+";
    assertThat(text(out))
        .containsPattern("- Machine: .+, \\d+ cores, " + number + " GB of memory, ")
        .containsPattern("- Software: TensorFlow 2\\.\\d+\\.\\d+, .+ heap")
        .containsPattern("- Devices: CPU:0")
        .containsPattern("before the rows: TensorFlow \\d+ GFLOP/s, XLA \\d+ GFLOP/s\n")
        .containsPattern("after the rows: TensorFlow \\d+ GFLOP/s, XLA \\d+ GFLOP/s\n")
        .containsPattern("\n\\| 1 \\| exact \\| off( \\| " + number + "){4,8} .* \\| \\d+ % \\|\n")
        .doesNotContain("failed");
    assertThat(text(err)).contains("row 1 of 1: model=micro steps=2 peak_size=64 xla=off k=1");
  }

  @Test
  void badWord_isOneLineAndExitCodeTwo() {
    assertThat(run("model=smal")).isEqualTo(2);

    assertThat(text(out)).isEmpty();
    assertThat(text(err))
        .isEqualTo(
            "model (smal) must be one of micro, tiny, small, medium, large, xl;"
                + " did you mean small?"
                + System.lineSeparator());
  }

  @Test
  void failingProcess_isAReasonInWords() {
    ChildJvm child = new ChildJvm(60);

    Outcome refused = child.run(RowMain.class.getName(), List.of("k=x"));
    assertThat(refused.failure()).isEqualTo("k (x) must be a whole number");
    Outcome missing = child.run("org.reckoning.cli.Missing", List.of());
    assertThat(missing.failure()).isEqualTo("the process ended with exit code 1");
  }

  @Test
  void slowProcess_isEnded() {
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

  private int run(String words) {
    return BenchmarkMain.run(List.of(words.split(" ", -1)), stream(out), stream(err));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
