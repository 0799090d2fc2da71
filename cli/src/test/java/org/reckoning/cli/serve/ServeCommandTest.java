package org.reckoning.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.cli.Reckoning;

/** Options that are refused before a server starts. */
class ServeCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serve | 2 | --run=PATH",
        "serve --run=a --export=b | 2 | mutually exclusive",
        "serve --run=a --port=70000 | 2 | --port (70000) must be from 0 to 65535",
        "serve --run=a --timeout=0 | 2 | --timeout (0) must be from 1 to 3600",
        "serve --run=a --max-body=2000 | 2 | --max-body (2000) must be from 1 to 1024",
        "serve --export=nowhere | 2 | 'nowhere' must be a model written by 'reckoning export'",
        "serve --export=nowhere --steps=1 | 2 | omit --steps, --rate and --type",
        "serve --run=nowhere | 2 | nowhere",
      })
  void optionThatCannotBe_isRefusedInOneSentence(String words, int code, String sentence) {
    StringWriter err = new StringWriter();
    int ended =
        Reckoning.commandLine().setErr(new PrintWriter(err, true)).execute(words.split(" ", -1));
    assertThat(err.toString().strip())
        .contains(sentence)
        .doesNotContain("is a bug", "\tat ")
        .hasLineCount(1);
    assertThat(ended).isEqualTo(code);
  }
}
