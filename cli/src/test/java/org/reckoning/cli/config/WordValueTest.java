package org.reckoning.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;

/** Values as they are typed, in the project's own configuration. */
class WordValueTest {
  private static final List<String> TEXTS =
      List.of(
          "/srv/run #2/train.jsonl",
          "#x",
          "1e3",
          "2024_01",
          "0x10",
          "1_000",
          "010",
          "1.0",
          ".inf",
          "!tag x",
          "&a",
          "*x",
          "a: b",
          "- x",
          "-",
          "% x",
          "@x",
          "`x`",
          "Null",
          "~",
          "None",
          "yes",
          "no",
          "True",
          "2024-01-02",
          "12:30",
          " a ",
          "\ta",
          "it's",
          "'a",
          "a'b'",
          "say \"x\"",
          "C:\\dir\\new",
          "[a].jsonl",
          "{a}",
          "[",
          "]",
          "}{",
          "a=b",
          "| x",
          "> x",
          "? x",
          "a\nb",
          "\ud83d\ude00",
          "\u00e9\u0085\u2028x",
          "x".repeat(100_000),
          "$x",
          "${",
          "a}b",
          "%s%n",
          "<<");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  static List<String> texts() {
    return TEXTS;
  }

  private static RunConfig config(Map<String, String> environment, String... words) {
    Path home = Path.of(System.getProperty("reckoning.home"));
    return new Composer(ConfigPath.of(null, home), environment::get).compose(List.of(words)).bind();
  }

  @ParameterizedTest
  @MethodSource("texts")
  void text_staysAsItIsTyped(String text) throws IOException {
    RunConfig typed =
        config(
            Map.of("X", text),
            "data.train=" + text,
            "data.val=${oc.env:X}",
            "data.test=-${oc.env:X}");

    assertThat(typed.data().train()).isEqualTo(text);
    assertThat(typed.data().val()).isEqualTo(text);
    assertThat(typed.data().test()).isEqualTo("-" + text);
    Path file = Files.writeString(directory.resolve("config.yaml"), typed.yaml());
    assertThat(RunConfig.read(file)).isEqualTo(typed);
    assertThat(RunOverrides.apply(config(Map.of()), List.of("data.train=" + text)).data().train())
        .isEqualTo(text);
  }

  @ParameterizedTest
  @MethodSource("texts")
  void textOfASweep_staysAsItIsTyped(String text) {
    assertThat(Sweep.combinations(List.of("data.train=" + text, "seed=1,2")))
        .allSatisfy(
            words ->
                assertThat(config(Map.of(), words.toArray(String[]::new)).data().train())
                    .isEqualTo(text));
  }

  @Test
  void elementsOfASweep_stayAsTheyAreTyped() {
    assertThat(Sweep.combinations(List.of("data.train=2024_01, 1e3,#x,' a ','b,c'")))
        .extracting(words -> config(Map.of(), words.get(0)).data().train())
        .containsExactly("2024_01", "1e3", "#x", " a ", "b,c");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "'a b'|a b",
        "' a '|' a '",
        "\"x\\ty\"|x\ty",
        "'it''s'|it's",
        "\"C:\\dir\"|C:\\dir",
        "'1e3'|1e3",
        "'null'|null",
        "''|''"
      },
      delimiter = '|',
      quoteCharacter = '\u0000')
  void quotesAroundTheWhole_areNoPartOfIt(String typed, String text) {
    String expected = text.startsWith("'") ? text.substring(1, text.length() - 1) : text;
    assertThat(config(Map.of(), "data.train=" + typed).data().train()).isEqualTo(expected);
  }

  @Test
  void listOfTexts_staysAsItIsTyped() {
    RunConfig config = config(Map.of(), "train_params=[*.attn.*, 2024_01 ,'a, b', #x, wte,]");
    assertThat(config.trainParams()).containsExactly("*.attn.*", "2024_01", "a, b", "#x", "wte");
    assertThat(config(Map.of(), "train_params=[]").trainParams()).isEmpty();
    assertThat(config(Map.of(), "train_params=${lora_targets}").trainParams())
        .isEqualTo(config.loraTargets());
  }

  @Test
  void nullAndEmpty_areWhatTheyWere() {
    assertThat(config(Map.of(), "data.train=null").data().train()).isNull();
    assertThat(config(Map.of(), "data.train=").data().train()).isEmpty();
    assertThat(config(Map.of(), "max_grad_norm=null", "data.hops=[2,3]", "dyna_lr=false"))
        .satisfies(
            config -> {
              assertThat(config.maxGradNorm()).isNull();
              assertThat(config.data().hops()).containsExactly(2, 3);
              assertThat(config.dynaLr()).isFalse();
            });
    assertThat(config(Map.of("N", "7"), "seed=${oc.env:N}").seed()).isEqualTo(7);
    assertThat(config(Map.of(), "model={n_layer: 3, name_or_path: null}").model().nLayer())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seed=1 #2",
        "seed=!!str 1",
        "seed=&a 1",
        "seed=*a",
        "seed='1'",
        "seed=1e3",
        "seed=one",
        "seed=",
        "seed=1 2",
        "seed=\uff11",
        "inner_lr=nan",
        "inner_lr=1e999",
        "dyna_lr=yes",
        "dyna_lr=1",
        "data.hops=[2,x]",
        "data.hops=2",
        "method=in_context #x",
        "name=null",
        "data.train=a\0b",
        "data.train=\ud800"
      })
  void nonsense_isRefusedWithItsKey(String word) {
    assertThatThrownBy(() -> config(Map.of(), word))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(word.substring(0, word.indexOf('=')) + " (")
        .hasMessageContaining(" must be ");
  }

  @Test
  void namesOfFiles_areTexts(@TempDir Path users) throws IOException {
    Files.createDirectories(users.resolve("experiment"));
    Files.writeString(
        users.resolve("experiment/2024_01.yaml"),
        "\uFEFF# @package _global_\r\ndefaults: [1e3]\r\nname: 2024_01\r\n");
    Files.writeString(users.resolve("experiment/1e3.yaml"), "# @package _global_\rseed: 3\r");
    Composer composer =
        new Composer(
            ConfigPath.of(users, Path.of(System.getProperty("reckoning.home"))), name -> null);
    for (String word : List.of("experiment=2024_01", "experiment=[1e3,2024_01]")) {
      RunConfig config = composer.compose(List.of(word)).bind();
      assertThat(config.name()).isEqualTo("2024_01");
      assertThat(config.seed()).isEqualTo(3);
    }
  }

  static Stream<String> deep() {
    return Stream.of(
        "seed=" + "[".repeat(10_000),
        "seed=" + "{a: ".repeat(10_000),
        "data.train=" + "${".repeat(10_000) + "}".repeat(10_000),
        "++" + "a.".repeat(10_000) + "b=1",
        "seed=" + "[".repeat(900) + "]".repeat(900));
  }

  @ParameterizedTest
  @MethodSource("deep")
  void deepNesting_isRefused(String word) {
    assertThatThrownBy(() -> config(Map.of(), word))
        .isInstanceOf(ConfigException.class)
        .message()
        .hasSizeLessThan(600)
        .doesNotContain("java");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "model.preset=${model}|model.preset (${model}) must not form a cycle: model.preset -> model",
        "data.train=${data}|data.train (${data}) must not form a cycle: data.train -> data",
        "data.train=x${data}y|data.train (${data}) must not form a cycle: data.train -> data",
        "data.hops=[\"${data}\"]|data.hops (${data}) must not form a cycle: data.hops -> data",
        "data.hops=[\"${data.hops}\"]|data.hops (${data.hops}) must not form a cycle: data.hops -> data.hops",
        "train_params=[${data}] data.train=${train_params}|must not form a cycle",
        "model.preset=${data} data.train=${model}|must not form a cycle"
      },
      delimiter = '|',
      quoteCharacter = '\u0000')
  void referenceToItsOwnContainer_isRefused(String words, String problem) {
    assertThatThrownBy(() -> config(Map.of(), words.split(" ", -1)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void referencesThatMultiply_areRefused() {
    List<String> keys =
        List.of(
            "data.train", "data.val", "data.test", "data.dataset", "data.data_dir", "output_dir");
    String[] words = new String[keys.size()];
    for (int i = 0; i < keys.size() - 1; i++) {
      words[i] = keys.get(i) + "=" + ("${" + keys.get(i + 1) + "}").repeat(50);
    }
    words[keys.size() - 1] = "output_dir=x";
    assertThatThrownBy(() -> config(Map.of(), words))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("has references that multiply to more than 100000 values");
    String large = "x".repeat(100_000);
    assertThatThrownBy(
            () -> config(Map.of(), "data.train=" + large, "data.val=" + "${data.train}".repeat(11)))
        .hasMessageContaining("makes a text of more than a million characters");
  }
}
