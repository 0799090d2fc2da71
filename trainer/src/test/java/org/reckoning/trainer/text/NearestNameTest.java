package org.reckoning.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
  private static final List<String> KNOWN = List.of("small", "medium", "first_order", "exact");

  @ParameterizedTest
  @CsvSource({
    "smal, small", // the start of a name
    "samll, small", // two letters swapped
    "mediun, medium", // a letter replaced
    "firstorder, first_order", // a letter left out
    "exacct, exact", // a letter too many
    "order, first_order", // the end of a name
  })
  void hint_ofAMisspeltName_isTheNearest(String given, String nearest) {
    assertThat(NearestName.hint(given, KNOWN)).isEqualTo("; did you mean " + nearest + "?");
  }

  @Test
  void hint_ofAStrangeName_isEmpty() {
    assertThat(NearestName.hint("tensorflow", KNOWN)).isEmpty();
    assertThat(NearestName.hint("lr", List.of("xla"))).isEmpty();
    assertThat(NearestName.hint("small", List.of())).isEmpty();
  }
}
