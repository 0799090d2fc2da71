package org.reckoning.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodingMainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... words) {
    return EncodingMain.run(
        List.of(words),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void run_printsARowForEachWayToTellTheFacts() {
    int code =
        run(
            "model=micro",
            "facts=2",
            "fact_tokens=4",
            "questions=3",
            "steps=2",
            "runs=1",
            "xla=off");

    assertThat(code).isZero();
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).startsWith("| model | facts | compile, s | encode, s | ");
    assertThat(lines.get(2)).startsWith("| micro | read in context | ");
    assertThat(lines.get(3)).startsWith("| micro | encoded once, K = 2 | ");
    assertThat(lines).allSatisfy(line -> assertThat(line.split("\\|")).hasSize(9));
  }

  @Test
  void run_withWordsThatCannotBeUsed_saysWhy() {
    assertThat(run("model=micro")).isEqualTo(2); // 1,024 tokens of 32 positions
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("n_positions (32)");
    assertThat(run("model=micro", "facts=1", "fact_tokens=4", "steps=x")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("steps (x) must be whole numbers");
  }
}
