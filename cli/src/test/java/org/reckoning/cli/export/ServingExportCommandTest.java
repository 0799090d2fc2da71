package org.reckoning.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.cli.Reckoning;

/** Words that cannot be used; what the command does is tested with whole runs. */
class ServingExportCommandTest {
  private final StringWriter err = new StringWriter();

  @TempDir Path directory;

  private int run(String... words) {
    return Reckoning.commandLine()
        .setOut(new PrintWriter(new StringWriter()))
        .setErr(new PrintWriter(err))
        .execute(words);
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "export|--run (directory of a run) or --check must be given",
        "export --check a --to b|--check (a) writes nothing; omit --to",
        "export --check a --facts 8 --xla|--check (a) writes nothing; omit --xla, --facts",
        "export --run a --problems 9|--problems (9) has no effect without --check: omit it",
        "export --check a --problems 0|--problems (0) must be at least 1",
        "export --run a --facts x|Invalid value for option '--facts': 'x' is not an int"
      },
      delimiter = '|',
      quoteCharacter = '\u0000')
  void words_thatCannotBeUsed_areExitCodeTwo(String words, String line) {
    assertThat(run(words.split(" ", -1))).isEqualTo(2);
    assertThat(err.toString().strip()).isEqualTo(line + "; see 'reckoning export --help'");
  }

  @Test
  void directories_thatAreNoRunOrModel_areExitCodeTwo() {
    String nothing = directory.toString();
    assertThat(run("export", "--run", nothing)).isEqualTo(2);
    assertThat(err.toString()).contains("must be the directory of a run, with config.yaml in it");
    assertThat(run("export", "--check", nothing)).isEqualTo(2);
    assertThat(err.toString()).contains("must be an exported model or a version of one");
  }
}
