package org.reckoning.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.reckoning.cli.bench.CommandRun.number;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecodingCommandTest {
  @Test
  void cells_areComputedFromTheTimes() {
    DecodingTimes times =
        new DecodingTimes(
            /* questions= */ 2,
            /* newTokens= */ 5,
            /* weightBytes= */ 4e9,
            /* firstAnswer= */ 9.04,
            /* answer= */ 1.0,
            /* oneToken= */ 0.2,
            /* plainPass= */ 0.4,
            /* bandwidth= */ 3.2e10);

    assertThat(times.cells())
        .containsExactly(
            Map.entry("first answer, s", "9.0"),
            Map.entry("answer, s", "1.0000"),
            Map.entry("1 token, s", "0.2000"),
            Map.entry("each further, ms", "200.00"), // 0.8 s for 4 tokens
            Map.entry("tokens/s", "10"), // 2 * 5 in 1 s
            Map.entry("plain pass, ms", "400.00"),
            Map.entry("tokens/s of plain passes", "5.0"), // 2 in 0.4 s
            Map.entry("weights read, GB/s", "20.0"), // 4 GB in 0.2 s
            Map.entry("memory, GB/s", "32.0"));
  }

  @Test
  void command_printsARowOfConsistentNumbers() {
    CommandRun run =
        CommandRun.of(
            "bench",
            "decoding",
            "model=micro",
            "questions=2",
            "prompt=3",
            "new_tokens=20",
            "runs=3",
            "xla=off");

    assertThat(run.code()).as(run.err()).isZero();
    Map<String, String> row = run.row(0);
    assertThat(row).containsEntry("model", "micro").containsEntry("questions", "2");
    double answer = number(row, "answer, s");
    double oneToken = number(row, "1 token, s");
    assertThat(oneToken).isPositive();
    assertThat(answer).isGreaterThan(oneToken);
    // rounded to 0.1 ms, so the difference is exact to 0.1 ms
    assertThat(number(row, "each further, ms"))
        .isCloseTo(1e3 * (answer - oneToken) / 19, within(0.02));
    double tokens = number(row, "tokens/s");
    assertThat(tokens * answer).isCloseTo(2 * 20, within(2 * 20 * 0.05));
    double pass = number(row, "plain pass, ms");
    assertThat(pass).isPositive();
    assertThat(number(row, "memory, GB/s")).isGreaterThan(0.1);
    assertThat(number(row, "weights read, GB/s")).isLessThan(number(row, "memory, GB/s"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "new_token=4|new_token is not a known key; did you mean new_tokens?",
        "temperature=-1|temperature (-1.0)",
        "temperature=warm|temperature (warm) must be a number",
        "runs=0|runs (0) must be at least 1",
        "new_tokens=1|new_tokens (1) must be at least 2",
        "prompt=100|prompt (100) + new_tokens (64) are 164 tokens but must be at most 128, the positions of model=tiny: use fewer",
        "prompt=2147483647|prompt (2147483647) + new_tokens (64) are 2147483711 tokens but must be at most 128",
        "question_tokens=128|question_tokens (128) has no effect: use prompt and new_tokens",
        "facts=9|facts (9) has no effect: omit it",
        "k=3|k (3) has no effect: omit it",
        "tasks=4|tasks (4) must be 1",
      })
  void invalidWord_isOneLineAndExitCodeTwo(String word, String message) {
    CommandRun run = CommandRun.of("bench", "decoding", "model=tiny", word);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith(message)
        .endsWith("; see 'reckoning bench decoding --help'" + System.lineSeparator())
        .hasLineCount(1);
  }
}
