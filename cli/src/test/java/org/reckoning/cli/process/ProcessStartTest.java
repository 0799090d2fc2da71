package org.reckoning.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts a main class by hand, without the launcher. */
@EnabledOnOs(OS.LINUX)
class ProcessStartTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  /** Prints what depends on the surroundings. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) {
      ProcessStart.prepare(args);
      System.out.println(
          "%,d %.1f %s".formatted(1234, 0.5, "SIZE".toLowerCase(Locale.getDefault())));
      System.out.println("é " + String.join(" ", args));
      System.err.println("é");
      System.out.println(System.getProperty("user.home"));
      System.out.println(System.getProperty(HomeDirectory.LIBRARIES));
    }
  }

  private record Ended(int code, List<String> out, String err) {}

  @ParameterizedTest
  @ValueSource(strings = {"tr-TR", "ar-EG", "de-DE", "th-TH"})
  void process_inAnyLocale_writesTheSameTexts(String locale) throws Exception {
    String[] parts = locale.split("-", -1);
    Ended ended = start("", "", "-Duser.language=" + parts[0], "-Duser.country=" + parts[1]);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).startsWith("1,234 0.5 size");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"export LC_ALL=C", "unset LC_ALL LC_CTYPE LANG", "export LC_ALL=en_US.ISO-8859-1"})
  void process_withoutUtf8_printsUtf8AndRefusesWordsBeyondAscii(String locale) throws Exception {
    Ended plain = start(locale, "name=plain");
    assertThat(plain.code()).as(plain.err()).isZero();
    assertThat(plain.out()).contains("é name=plain");
    assertThat(plain.err()).isEqualTo("é\n");

    Ended garbled = start(locale, "name=Jos\\303\\251");
    assertThat(garbled.code()).isEqualTo(2);
    assertThat(garbled.err())
        .startsWith("argument 'name=José' cannot be read")
        .contains("LC_ALL")
        .hasLineCount(1);
    assertThat(garbled.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void process_withAWordThatIsNotUtf8_refusesIt(String locale) throws Exception {
    Ended ended = start("export LC_ALL=" + locale, "name=Jos\\351");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err())
        .startsWith("argument 'name=Jos\\xE9' must be text in UTF-8")
        .hasLineCount(1);
  }

  @Test
  void process_withAHome_leavesItToTheLibraries() throws Exception {
    Ended ended = start("", "", "-Duser.home=" + directory);
    assertThat(ended.out()).endsWith(directory.toString(), "null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"?", "", "relative", "/nonexistent"})
  void process_withoutAHome_getsADirectoryOfItsOwn(String home) throws Exception {
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    String[] options = {"-Duser.home=" + home, "-Djava.io.tmpdir=" + temporary};
    Ended ended = start("", "", options);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.err()).contains("libraries are unpacked in " + temporary + "/reckoning-");
    String own = ended.out().get(2);
    assertThat(own).startsWith(temporary + "/reckoning-");
    assertThat(ended.out()).endsWith(own + "/javacpp");
    assertThat(start("", "", options).err()).isEqualTo("é\n");

    Ended cached = start("export XDG_CACHE_HOME='" + directory + "/a b'", "", options);
    assertThat(cached.out())
        .endsWith(directory + "/a b/reckoning", directory + "/a b/reckoning/javacpp");
    Ended chosen = start("", "", options[0], "-D" + HomeDirectory.LIBRARIES + "=/x/javacpp");
    assertThat(chosen.out()).endsWith("/x", "/x/javacpp");
  }

  @Test
  void process_withADescriptorForItsOwnLines_writesThemThere() throws Exception {
    Path own = directory.resolve("own");
    Ended ended =
        start(
            "exec 9>'" + own + "'",
            "",
            "--add-opens=java.base/java.io=ALL-UNNAMED",
            "-Dreckoning.stderr=9");
    assertThat(ended.code()).isZero();
    assertThat(ended.err()).isEmpty();
    assertThat(own).hasContent("é\n");
  }

  @Test
  void process_thatInheritsTheNumberOfADescriptorAlone_writesToStandardError() throws Exception {
    Ended ended = start("", "", "-Dreckoning.stderr=9");
    assertThat(ended.code()).isZero();
    assertThat(ended.err()).isEqualTo("é\n");
  }

  /**
   * @param preparation commands of the shell
   * @param word an argument as printf takes it; a JVM in the POSIX locale could not give it
   */
  private Ended start(String preparation, String word, String... options) throws Exception {
    List<String> java = new ArrayList<>(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"));
    java.addAll(List.of(options));
    java.addAll(List.of("-cp", System.getProperty("java.class.path"), Probe.class.getName()));
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "sh",
            "-c",
            "unset XDG_CACHE_HOME\n" + preparation + "\nexec \"$@\" \"$(printf '" + word + "')\"",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(java);
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    int code = process.waitFor();
    return new Ended(code, lines(out), Files.readString(err));
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file);
  }
}
