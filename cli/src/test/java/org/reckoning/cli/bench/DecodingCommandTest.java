package org.reckoning.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecodingMainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... words) {
    return DecodingMain.run(
        List.of(words),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void run_printsARowWithAValueForEachColumn() {
    int code = run("model=micro", "questions=2", "prompt=3", "new_tokens=4", "runs=1", "xla=off");

    assertThat(code).isZero();
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("| model | questions | temperature | first answer, s |");
    assertThat(lines.get(2)).startsWith("| micro | 2 | 0 | ");
    assertThat(lines).allSatisfy(line -> assertThat(line.split("\\|")).hasSize(13));
  }

  @Test
  void run_withWordsThatCannotBeUsed_saysWhy() {
    assertThat(run("model=micro", "new_token=4")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("new_token is not a known key");
    assertThat(run("model=tiny", "temperature=-1")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("temperature (-1.0)");
  }
}
