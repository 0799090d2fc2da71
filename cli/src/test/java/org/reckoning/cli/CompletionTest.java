package org.reckoning.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The completion script in real shells. Keys are typed into an interactive shell in a terminal; its
 * {@code reckoning} is a function that prints the words it gets.
 */
class CompletionTest {
  private static final String PRINTS_WORDS =
      "reckoning() { printf '<%s>' \"$@\"; echo .; }; PS1=; PS2=\n";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "bash, bash --norc --noprofile -i, ''",
    "zsh, zsh -f -i, autoload -U compinit && compinit -u"
  })
  void tab_completesCommandsOptionsAndFiles(String shell, String command, String before)
      throws Exception {
    assumeThat(Stream.of(shell, "script")).as("installed").allMatch(CompletionTest::isInstalled);
    Files.writeString(directory.resolve("completion"), script());
    Files.writeString(directory.resolve("tasks.jsonl"), "");
    String typed =
        before
            + "\nsource ./completion\n"
            + PRINTS_WORDS
            + "reckoning tr\t --config-d\t\n"
            + "reckoning data val\t tas\t\n"
            + "reckoning ask --facts-a\t\n"
            + "reckoning export --ru\t tas\t\n"
            + "exit\n";

    String seen = type(command, typed);

    assertThat(seen)
        .contains(
            "<train><--config-dir>",
            "<data><validate><tasks.jsonl>",
            "<ask><--facts-as>",
            "<export><--run><tasks.jsonl>");
  }

  /** Returns what an interactive shell shows while keys are typed. */
  private String type(String command, String keys) throws Exception {
    Path out = directory.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder("script", "-qec", command, "/dev/null")
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("TERM", "dumb");
    builder.environment().put("HOME", directory.toString());
    Process process = builder.start();
    try (Writer terminal = process.outputWriter()) {
      terminal.write(keys);
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return Files.readString(out);
  }

  private static String script() {
    StringWriter out = new StringWriter();
    Reckoning.commandLine().setOut(new PrintWriter(out)).execute("generate-completion");
    return out.toString();
  }

  private static boolean isInstalled(String program) {
    return Stream.of(
            Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator))
        .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
  }
}
