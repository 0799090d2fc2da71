package org.reckoning.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.cli.Reckoning;

/** Standard streams of real processes, which fail as those of users do. */
class StandardOutputTest {
  private static final File FULL = new File("/dev/full");
  private static final String RECORD =
      "{\"guid\":\"g\",\"question\":\"q\",\"answer\":\"true\",\"facts\":[\"a\"]}";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  private ProcessBuilder reckoning(String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dreckoning.home=" + System.getProperty("reckoning.home"));
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Reckoning.class.getName()));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).redirectError(err().toFile());
  }

  private Path err() {
    return directory.resolve("err");
  }

  @ParameterizedTest
  @ValueSource(strings = {"config", "--help", "data stats FILE --type proofwriter"})
  void fullDisk_isOneSentenceAndExitCodeOne(String words) throws Exception {
    assumeTrue(FULL.exists(), "this system has no /dev/full");
    Path file = Files.writeString(directory.resolve("x.jsonl"), RECORD);
    Process process =
        reckoning(words.replace("FILE", file.toString()).split(" ", -1))
            .redirectOutput(FULL)
            .start();

    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(Files.readAllLines(err()).stream().filter(line -> !line.startsWith("tasks read")))
        .containsExactly(
            "standard output cannot be written: No space left on device; free some space or choose"
                + " a place on another disk");
  }

  @Test
  void readerThatHasLeft_endsTheCommandQuietly() throws Exception {
    Process process = reckoning("config", "--keys").start();
    process.getInputStream().close();

    assertThat(process.waitFor()).isEqualTo(141);
    assertThat(err()).isEmptyFile();
  }

  @Test
  void standardErrorThatIsFull_doesNotMatter() throws Exception {
    assumeTrue(FULL.exists(), "this system has no /dev/full");
    Path file = Files.writeString(directory.resolve("x.jsonl"), RECORD);
    Path out = directory.resolve("out");
    Process process =
        reckoning("data", "validate", "--type", "proofwriter", file.toString())
            .redirectError(FULL)
            .redirectOutput(out.toFile())
            .start();

    assertThat(process.waitFor()).isZero();
    assertThat(out).hasContent(file + ": valid");
  }

  @Test
  void exitCode_ofACommandThatFailed_staysItsOwn() throws IOException {
    StandardOutput output =
        new StandardOutput(
            new OutputStream() {
              @Override
              public void write(int value) throws IOException {
                throw new IOException("Broken pipe");
              }
            });
    StringWriter err = new StringWriter();
    PrintWriter writer = new PrintWriter(output, true, StandardCharsets.UTF_8);
    assertThat(output.exitCode(0, new PrintWriter(err))).isZero();
    writer.println("x");

    assertThat(writer.checkError()).isTrue();
    assertThat(output.exitCode(2, new PrintWriter(err))).isEqualTo(2);
    assertThat(output.exitCode(0, new PrintWriter(err))).isEqualTo(141);
  }

  @Test
  void convertToStandardOutput_addsTheRecordsAlone_toWhatIsThere() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/stdout")), "this system has no /dev/stdout");
    Path out = Files.writeString(directory.resolve("out.jsonl"), "old\n");
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/stdout"));
    Process process =
        reckoning(
                "data",
                "convert",
                "/dev/stdin",
                "--type",
                "proofwriter",
                "--output",
                link.toString())
            .redirectOutput(Redirect.appendTo(out.toFile()))
            .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(RECORD.getBytes(StandardCharsets.UTF_8));
    }

    assertThat(process.waitFor()).isZero();
    assertThat(out)
        .hasContent(
            "old\n{\"guid\":\"g\",\"question\":\"q\",\"answer\":\"true\",\"facts\":[\"a\"]}\n");
    assertThat(err()).content().contains("link: 1 records");
  }
}
