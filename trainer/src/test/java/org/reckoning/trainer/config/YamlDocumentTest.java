package org.reckoning.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlDocumentTest {
  @TempDir private Path directory;

  @Test
  void file_isATreeThatRemembersLines() throws IOException {
    YamlDocument document = read("# comment\na: 1\nb:\n  c: [x, 2.5, true, null]\n  d: ''\n");

    assertThat(document.root())
        .hasToString("{\"a\":1,\"b\":{\"c\":[\"x\",2.5,true,null],\"d\":\"\"}}");
    assertThat(document.origins())
        .containsEntry("a", "file.yaml, line 2")
        .containsEntry("b.c", "file.yaml, line 4");
    assertThat(document.lines()).containsEntry("b.d", 5);
  }

  @Test
  void commentsAlone_areNoKeys() throws IOException {
    assertThat(read("# nothing\n").root()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "off|\"off\"",
        "yes|\"yes\"",
        "None|\"None\"",
        "~|null",
        "''''''|\"\"",
        "1e-5|1.0E-5",
        "1e5|100000.0",
        "1.0e-5|1.0E-5",
        "9999999999|9999999999",
        "99999999999999999999|99999999999999999999",
        "${a.b}/c|\"${a.b}/c\""
      },
      delimiter = '|',
      quoteCharacter = '\u0000')
  void value_isWhatItLooksLike(String yaml, String json) {
    assertThat(YamlDocument.value(yaml.replace("''''''", "''"), "value")).hasToString(json);
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "a: 1\\nb: 2\\na: 3|file.yaml, line 3: Duplicate field 'a'",
        "a: 010|file.yaml, line 1: 010 is an octal number in YAML; leave out the zeros, or put it in quotes",
        "a: .inf|file.yaml, line 1: .inf is no number that can be used here",
        "a: &x 1\\nb: *x|file.yaml, line 2: *x is an alias in YAML, which is not used here; put it in quotes",
        "- 1|file.yaml must have keys at its top"
      },
      delimiter = '|')
  void mistakeThatYamlAllows_isRefused(String yaml, String problem) {
    assertThat(refused(yaml.replace("\\n", "\n"))).isEqualTo(problem);
  }

  @Test
  void brokenYaml_isOneLine() {
    assertThat(refused("a: 1\n b: 2\n"))
        .isEqualTo("file.yaml, line 2: mapping values are not allowed here");
    assertThat(refused("a: [1, 2\nb: 3\n")).startsWith("file.yaml, line 2: ").doesNotContain("\n");
    assertThat(refused("a: *\n")).startsWith("file.yaml, line 1: ").doesNotContain("\n");
  }

  private YamlDocument read(String text) throws IOException {
    Path file = directory.resolve("file.yaml");
    Files.writeString(file, text);
    return YamlDocument.read(file, "file.yaml");
  }

  private String refused(String text) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(text));
    assertThat(e).isNotNull();
    return String.join("|", e.problems());
  }
}
