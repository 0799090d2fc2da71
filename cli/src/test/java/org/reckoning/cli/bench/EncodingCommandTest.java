package org.reckoning.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.reckoning.cli.bench.CommandRun.number;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.files.JsonRecord;

class EncodingCommandTest {
  /** Sums of two numbers that are rounded to four decimals. */
  private static final double ROUNDING = 1.5e-4;

  @Test
  void cells_ofEncodedFacts_countTheEncodingOnce() {
    EncodingTimes times = new EncodingTimes(16.66, 6.0, 0.05, 0.25);

    assertThat(times.cells(18))
        .containsExactly(
            Map.entry("compile, s", "16.7"),
            Map.entry("encode, s", "6.0000"),
            Map.entry("a question, s", "0.0500"),
            Map.entry("1 question in all, s", "6.0500"),
            Map.entry("18 in all, one by one, s", "6.9000"), // 6 + 18 * 0.05
            Map.entry("18 in all, a batch, s", "6.2500"));
  }

  @Test
  void cells_ofFactsInContext_haveNoEncoding() {
    EncodingTimes times = new EncodingTimes(5.4, null, 1.34, null);

    assertThat(times.cells(18))
        .containsExactly(
            Map.entry("compile, s", "5.4"),
            Map.entry("encode, s", ""),
            Map.entry("a question, s", "1.3400"),
            Map.entry("1 question in all, s", "1.3400"),
            Map.entry("18 in all, one by one, s", "24.1200"),
            Map.entry("18 in all, a batch, s", "not measured"));
  }

  @Test
  void gains_sayFromWhichNumberOfQuestionsAWayPays() {
    Map<String, EncodingTimes> ways = new LinkedHashMap<>();
    ways.put("again", times(null, 1));
    ways.put("prefix", times(1.0, 0.25));
    ways.put("K = 1", times(6.0, 0.2));
    ways.put("K = 4", times(20.0, 0.25));
    EncodingComparison comparison = new EncodingComparison("tiny", 18, List.of(1, 8), ways);

    assertThat(comparison.gains())
        .containsExactly(
            "prefix: faster than 'again' from 2 questions on", // 1.5 and 2
            "K = 1: faster than 'again' from 8 questions on", // 7.6 and 8
            "K = 1: faster than 'prefix' from 101 questions on", // 26.2 and 26.25
            "K = 4: faster than 'again' from 27 questions on", // 26.75 and 27
            "K = 4: not faster than 'prefix' for many questions");
    assertThat(comparison.totals().markdown())
        .containsExactly(
            "| questions one by one, s | again | prefix | K = 1 | K = 4 |",
            "| --- | --- | --- | --- | --- |",
            "| 1 | 1.0000 | 1.2500 | 6.2000 | 20.2500 |",
            "| 8 | 8.0000 | 3.0000 | 7.6000 | 22.0000 |");
  }

  private static EncodingTimes times(@Nullable Double encoding, double question) {
    return new EncodingTimes(0, encoding, question, null);
  }

  @Test
  void command_printsRowsOfConsistentNumbers_andWritesThem(@TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("times.json");
    CommandRun run =
        CommandRun.of(
            "bench",
            "encoding",
            "model=micro",
            "facts=2",
            "fact_tokens=4",
            "questions=3",
            "steps=2,3",
            "runs=2",
            "xla=off",
            "--output",
            file.toString());

    assertThat(run.code()).as(run.err()).isZero();
    Map<String, String> inContext = run.row(0);
    assertThat(inContext)
        .containsEntry("model", "micro")
        .containsEntry("facts", "read in context")
        .containsEntry("encode, s", "");
    assertSums(inContext, 0);
    assertThat(run.row(1)).containsEntry("facts", "in context, prefix cache");
    assertThat(run.row(2)).containsEntry("facts", "encoded once, K = 2");
    assertThat(run.row(3)).containsEntry("facts", "encoded once, K = 3");
    assertThat(run.out()).contains("\n| 18 | ", "\nencoded once, K = 2: ");
    for (int row = 1; row <= 3; row++) {
      double encoding = number(run.row(row), "encode, s");
      assertThat(encoding).isPositive();
      assertSums(run.row(row), encoding);
    }
    EncodingComparison written =
        JsonRecord.read(file, EncodingComparison.class, "the times of a study");
    assertThat(String.join("\n", written.markdown())).isEqualTo(run.out().strip());
  }

  private static void assertSums(Map<String, String> row, double encoding) {
    double question = number(row, "a question, s");
    assertThat(question).isPositive();
    assertThat(number(row, "compile, s")).isNotNegative();
    assertThat(number(row, "1 question in all, s"))
        .isCloseTo(encoding + question, within(ROUNDING));
    assertThat(number(row, "3 in all, one by one, s"))
        .isCloseTo(encoding + 3 * question, within(2 * ROUNDING));
    assertThat(number(row, "3 in all, a batch, s")).isGreaterThan(encoding);
  }

  /** Before anything is measured, which would be lost. */
  @Test
  void output_thatCannotBeWritten_failsBeforeTheMeasurement(@TempDir Path directory) {
    CommandRun run =
        CommandRun.of(
            "bench",
            "encoding",
            "model=micro",
            "facts=1",
            "fact_tokens=4",
            "xla=off",
            "--output",
            directory.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().strip())
        .isEqualTo("'%s' cannot be written: it is a directory".formatted(directory));
  }

  @Test
  void command_withoutBatch_saysSo() {
    CommandRun run =
        CommandRun.of(
            "bench",
            "encoding",
            "model=micro",
            "facts=1",
            "fact_tokens=4",
            "questions=1",
            "steps=1",
            "runs=1",
            "batch=false",
            "xla=off");

    assertThat(run.row(0)).containsEntry("1 in all, a batch, s", "not measured");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model=micro|fact_tokens (127) must be at most n_positions (32)",
        "model=micro facts=8 fact_tokens=20|facts (8) x fact_tokens (20) + question_tokens (7) + 1 are 168 tokens but must be at most 32, the positions of model=micro: use fewer",
        "model=micro facts=1 fact_tokens=4 steps=x|steps (x) must be whole numbers of at least 1,"
            + " such as 1,4",
        "model=micro facts=1 fact_tokens=4 counts=0|counts (0) must be whole numbers of at least 1,"
            + " such as 1,2,5,18,100",
        "model=micro fact_tokens=4 facts=1 runs=0|runs (0) must be at least 1",
        "model=micro facts=1 fact_tokens=4 batch=ture|batch (ture) must be true or false",
        "model=micro facts=1 fact_tokens=4 tasks=2|tasks (2) must be 1",
        "model=micro k=8|k (8) has no effect: use steps",
        "k=0 mode=exact|k (0) has no effect: use steps; mode (exact) has no effect: omit it",
      })
  void invalidWords_areOneLineAndExitCodeTwo(String words, String message) {
    CommandRun run = CommandRun.of(("bench encoding " + words).split(" ", -1));

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().strip()).isEqualTo(message + "; see 'reckoning bench encoding --help'");
  }
}
