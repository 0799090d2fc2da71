package org.reckoning.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reckoning.cli.bench.CommandRun.number;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExchangeCommandTest {
  @Test
  void command_inOneProcess_printsARowForEachSize() {
    CommandRun run = CommandRun.of("bench", "exchange", "--mb", "0.1,70", "--runs", "3");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("processes: 1 (one process)");
    Map<String, String> small = run.row(0);
    Map<String, String> large = run.row(1);
    assertThat(small).containsEntry("MB", "0.1");
    assertThat(large).containsEntry("MB", "70.0");
    for (String column : new String[] {"exchange, s", "gather, s", "memory copy, s"}) {
      assertThat(number(large, column)).as(column).isGreaterThan(number(small, column));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--mb=0|--mb (0.0) must be from 0.000001 to 1000000",
        "--mb=NaN|--mb (NaN) must be from 0.000001 to 1000000",
        "--mb=1,0.0000001|--mb (1.0E-7) must be from 0.000001 to 1000000",
        "--mb=Infinity|--mb (Infinity) must be from 0.000001 to 1000000",
        "--runs=0|--runs (0) must be at least 1",
      })
  void command_withANumberOutOfRange_isOneLineAndExitCodeTwo(String word, String message) {
    CommandRun run = CommandRun.of("bench", "exchange", word);

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err().strip()).isEqualTo(message + "; see 'reckoning bench exchange --help'");
  }
}
