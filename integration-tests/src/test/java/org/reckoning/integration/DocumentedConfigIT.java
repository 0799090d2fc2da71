package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the commands of configs/README.md in a shell and compares what they print with the page. */
class DocumentedConfigIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final Path PAGE = HOME.resolve("configs/README.md");
  private static final Pattern COMMAND =
      Pattern.compile("^```\n\\$ (\\./reckoning config .*)\n([^`]*)^```", Pattern.MULTILINE);
  private static final Pattern OWN_FILE =
      Pattern.compile("^```yaml\n([^`]*)^```\n\nin `(mine/[^`]*)`", Pattern.MULTILINE);

  @TempDir static Path directory;

  /** A command and the lines that the page shows below it; {@code ...} is any number of lines. */
  record Example(String command, String shown) {
    Pattern output() {
      return Pattern.compile(
          shown
              .lines()
              .map(line -> line.equals("...") ? "(?:.*\n)*?" : Pattern.quote(line) + "\n")
              .collect(Collectors.joining()));
    }

    @Override
    public String toString() {
      return command;
    }
  }

  static Stream<Example> examples() throws IOException {
    return COMMAND
        .matcher(Files.readString(PAGE))
        .results()
        .map(match -> new Example(match.group(1), match.group(2)));
  }

  @BeforeAll
  static void writeOwnFiles() throws IOException {
    List<MatchResult> files = OWN_FILE.matcher(Files.readString(PAGE)).results().toList();
    assertThat(files).isNotEmpty();
    for (MatchResult file : files) {
      Path path = directory.resolve(file.group(2));
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.group(1));
    }
  }

  @Test
  void page_hasExamples() throws IOException {
    assertThat(examples()).hasSizeGreaterThanOrEqualTo(5);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void command_printsWhatThePageShows(Example example) throws Exception {
    assertThat(run(example.command())).matches(example.output());
  }

  /** Returns what a shell prints; the command line itself stands in for {@code ./reckoning}. */
  private static String run(String command) throws Exception {
    List<String> words = new ArrayList<>(List.of("bash", "-c"));
    words.add(
        "line=(\"$@\"); run() { \"${line[@]}\" \"$@\"; }; "
            + command.replace("./reckoning", "run"));
    words.add("bash");
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("-Dreckoning.home=" + HOME);
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    words.add("org.reckoning.cli.Reckoning");
    Path out = Files.createTempFile(directory, "out", ".txt");
    Process process =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return Files.readString(out);
  }
}
