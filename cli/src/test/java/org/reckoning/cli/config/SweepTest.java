package org.reckoning.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.config.ConfigException;

class SweepTest {

  @Test
  void lists_areCombinedAndTheLastChangesFirst() {
    assertThat(Sweep.combinations(List.of("model=tiny,mini", "seed=1", "~x", "k=range(2)")))
        .containsExactly(
            List.of("model=tiny", "seed=1", "~x", "k=0"),
            List.of("model=tiny", "seed=1", "~x", "k=1"),
            List.of("model=mini", "seed=1", "~x", "k=0"),
            List.of("model=mini", "seed=1", "~x", "k=1"));
  }

  @Test
  void noWords_areOneRun() {
    assertThat(Sweep.combinations(List.of())).containsExactly(List.of());
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "a,b|a b",
        "[1,2],[3]|[1,2] [3]",
        "{a: 1,b: 2}|{a: 1,b: 2}",
        "\"a,b\",c|\"a,b\" c",
        "don't,do|don't do",
        "range(0,5)|0 1 2 3 4",
        "range(2)|0 1",
        "range(5,0,-2)|5 3 1",
        "range(0,0.3,0.1)|0 0.1 0.2",
        "choice(a,b)|a b"
      },
      delimiter = '|',
      quoteCharacter = '\u0000')
  void value_isSplitWhereNothingIsOpen(String value, String choices) {
    List<String> values =
        Sweep.combinations(List.of("k=" + value)).stream()
            .map(words -> words.get(0).substring("k=".length()))
            .toList();

    // One value may have blanks inside.
    assertThat(values.size() == 1 ? values.get(0) : String.join(" ", values)).isEqualTo(choices);
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "range(a)|must be range(stop), range(start,stop) or range(start,stop,step) of numbers",
        "range(1,2,0)|must be range(stop), range(start,stop) or range(start,stop,step) of numbers",
        "range(1,2,3,4)|must be range(stop), range(start,stop) or range(start,stop,step) of numbers",
        "range(1e999999999)|must be range(stop), range(start,stop) or range(start,stop,step) of numbers",
        "range(0,1,1e-999999999)|must be range(stop), range(start,stop) or range(start,stop,step) of numbers",
        "range(5,0)|must have at least one number"
      },
      delimiter = '|')
  void badRange_isOneSentence(String value, String requirement) {
    assertThatThrownBy(() -> Sweep.combinations(List.of("k=" + value)))
        .isInstanceOf(ConfigException.class)
        .hasMessage("k (%s) %s", value, requirement);
  }

  @Test
  void tooManyRuns_areRefused() {
    List<String> words = IntStream.range(0, 5).mapToObj(i -> "k" + i + "=range(10)").toList();

    assertThatThrownBy(() -> Sweep.combinations(words))
        .hasMessage("k4=range(10) makes more than 10000 runs; give fewer values");
    assertThatThrownBy(() -> Sweep.combinations(List.of("k=range(1000000000000)")))
        .hasMessageContaining("more than 10000 runs");
  }
}
