package org.reckoning.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Runs the examples and checks the numbers that they print. */
@ResourceLock(Resources.SYSTEM_OUT)
class ExamplesTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern NUMBER = Pattern.compile("-?\\d+\\.\\d+");

  /**
   * Rounding grows with the steps. The kernels of TensorFlow with and without oneDNN, and of other
   * processors, give 3.095 to 3.104 where the last line has 3.101; the lines before it agree.
   */
  private static final double ROUNDING = 1e-2;

  @Test
  void hessianVectorProduct_isThatOfTheClosedForm() {
    List<String> lines = run(HessianVectorProduct::main);

    double sum = Math.exp(1) + Math.exp(2) + Math.exp(3);
    double[] p = {Math.exp(1) / sum, Math.exp(2) / sum, Math.exp(3) / sum};
    double mean = p[0] - p[2]; // <p, v> with v = (1, 0, -1)
    double[] product = {p[0] * (1 - mean), p[1] * (0 - mean), p[2] * (-1 - mean)};
    assertThat(lines).hasSize(4);
    assertThat(numbers(lines.get(0))).containsExactly(p, within(1e-6));
    assertThat(numbers(lines.get(1))).containsExactly(p, within(1e-6));
    assertThat(numbers(lines.get(2))).containsExactly(product, within(1e-6));
    assertThat(numbers(lines.get(3))).containsExactly(product, within(1e-6));
  }

  @Test
  void bilevelTraining_learnsToLearn() {
    List<String> lines = run(BilevelTraining::main);

    assertThat(lines).hasSize(5);
    double[] first = numbers(lines.get(0));
    double[] last = numbers(lines.get(4));
    assertThat(first[3]).isCloseTo(Math.log(64), within(0.5)); // a guess among 64 tokens
    assertThat(last[3]).isLessThan(0.2);
    assertThat(last[1]).as("one inner step").isLessThan(last[0]);
    assertThat(last[2]).as("two inner steps").isLessThan(last[1]);
  }

  @Test
  void readme_showsWhatTheyPrint() throws IOException {
    List<String> readme = Files.readAllLines(README);

    run(HessianVectorProduct::main).forEach(line -> assertThat(readme).contains(line));
    for (String line : run(BilevelTraining::main)) {
      String step = line.substring(0, "outer step 00".length());
      assertThat(readme)
          .filteredOn(shown -> shown.startsWith(step))
          .singleElement()
          .satisfies(
              shown -> assertThat(numbers(shown)).containsExactly(numbers(line), within(ROUNDING)));
    }
  }

  private static double[] numbers(String line) {
    return NUMBER
        .matcher(line)
        .results()
        .mapToDouble(each -> Double.parseDouble(each.group()))
        .toArray();
  }

  /** Returns the lines that a program prints. */
  private static List<String> run(Consumer<String[]> program) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      program.accept(new String[0]);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
