package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FactNamesTest {
  @Test
  void numbered_namesEachFact() {
    assertThat(FactNames.NUMBERED.prompt(0)).isEqualTo("fact_0: ");
    assertThat(FactNames.NUMBERED.prompt(12)).isEqualTo("fact_12: ");
    assertThat(FactNames.NUMBERED.list(3)).isEqualTo("fact_0 fact_1 fact_2");
  }

  @Test
  void shared_namesAllFactsTheSame() {
    assertThat(FactNames.SHARED.prompt(12)).isEqualTo("fact_0: ");
    assertThat(FactNames.SHARED.list(3)).isEqualTo("fact_0");
  }
}
