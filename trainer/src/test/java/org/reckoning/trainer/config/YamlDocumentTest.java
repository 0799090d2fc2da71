package org.reckoning.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        "a: 010|file.yaml, line 1: 010 is an octal number in YAML; remove the leading zeros, or put"
            + " it in quotes",
        "a: .inf|file.yaml, line 1: .inf must be a finite number",
        "a: &x 1\\n"
            + "b: *x|file.yaml, line 2: *x is a YAML alias, and aliases are not supported; put it"
            + " in quotes",
        "a: !t x|file.yaml, line 1: !t is a YAML tag, and tags are not supported; put it in quotes",
        "- 1|file.yaml must have keys at the top level"
      },
      delimiter = '|')
  void mistakeThatYamlAllows_isRefused(String yaml, String problem) {
    assertThat(refused(yaml.replace("\\n", "\n"))).isEqualTo(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2024_01",
        "1e3",
        "0x10",
        "1_000",
        "1.0",
        ".5",
        "true",
        "No",
        "2024-01-02",
        "12:30",
        "yes"
      })
  void textOfAKeyThatTakesText_isAsItIsWritten(String text) throws IOException {
    assertThat(read("text: " + text + "  # comment\n").root().get("text").textValue())
        .isEqualTo(text);
  }

  static Stream<String> texts() {
    return Stream.of(
        "",
        " ",
        " a ",
        "2024_01",
        "1e3",
        "1E3",
        "0x10",
        "0o7",
        "010",
        "1_000",
        "-1",
        "+.5",
        ".inf",
        ".NaN",
        "12:30",
        "2024-01-02",
        "null",
        "Null",
        "~",
        "true",
        "Yes",
        "y",
        "N",
        "off",
        "on",
        "#x",
        "a #b",
        "a: b",
        "a:",
        ": ",
        "- a",
        "-",
        "---",
        "...",
        "? a",
        "% a",
        "@a",
        "`a`",
        "&a",
        "*a",
        "!a b",
        "|",
        ">",
        "'a'",
        "\"a\"",
        "it's",
        "a\\b",
        "[a]",
        "{a}",
        "a, b",
        "\t",
        "a\nb",
        "a\n",
        "\r",
        "\r\n",
        "\u0085",
        "\u2028",
        "\u2029",
        "\uFEFF",
        "\u0001",
        "\u007f",
        "\u00a0",
        "\u00e9",
        "\ud83d\ude00",
        "x".repeat(10_000),
        "a b ".repeat(1000),
        "=",
        "<<",
        "plain/a.b-c");
  }

  @ParameterizedTest
  @MethodSource("texts")
  void text_isReadAsItWasWritten(String text) {
    String list = YamlDocument.write(List.of(text, "next"));
    assertThat(YamlDocument.value(list, "list"))
        .isEqualTo(JsonNodeFactory.instance.arrayNode().add(text).add("next"));
    String tree = YamlDocument.write(JsonNodeFactory.instance.objectNode().put("k", text));
    assertThat(YamlDocument.of(tree, "tree", key -> false).root().get("k").textValue())
        .isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      value = {"1|1", "1e-5|1.0E-5", " 5 |5", "true|true", "null|null", "~|null", "x y|\"x y\""},
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false)
  void scalar_isAWholeValue(String text, String json) {
    assertThat(YamlDocument.scalar(text, "value")).hasToString(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1 #2",
        "#",
        "!t 1",
        "&a 1",
        "*a",
        "'1'",
        "\"x\"",
        "[1]",
        "a: b",
        "- 1",
        "",
        "@",
        "1\n---\n2"
      })
  void scalar_ofAnythingElse_isNone(String text) {
    assertThat(YamlDocument.scalar(text, "value")).isNull();
  }

  @Test
  void fileThatIsNoUtf8_isNamedWithItsLine() throws IOException {
    Path file = directory.resolve("file.yaml");
    Files.write(file, "a: 1\nb: S\u00e3o\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> YamlDocument.read(file, "file.yaml", key -> false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "'%s', line 2: must be text in UTF-8; save it in that encoding", file);
    Files.writeString(file, "\uFEFFa: 1\rb: 2\r");
    assertThat(YamlDocument.read(file, "file.yaml", key -> false).root())
        .hasToString("{\"a\":1,\"b\":2}");
  }

  @Test
  void tenThousandBrackets_areRefused() {
    for (String bracket : List.of("[", "{a: ", "- ")) {
      assertThatThrownBy(() -> YamlDocument.value(bracket.repeat(10_000), "value"))
          .isInstanceOf(ConfigException.class)
          .message()
          .hasSizeLessThan(300)
          .doesNotContain("java", "Stream", "()");
    }
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
    return YamlDocument.read(file, "file.yaml", key -> key.equals("text"));
  }

  private String refused(String text) {
    ConfigException e = catchThrowableOfType(ConfigException.class, () -> read(text));
    assertThat(e).isNotNull();
    return String.join("|", e.problems());
  }
}
