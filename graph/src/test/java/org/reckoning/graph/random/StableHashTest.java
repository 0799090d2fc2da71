package org.reckoning.graph.random;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StableHashTest {
  @Test
  void of_partsOfTextsAndNumbers_isThatOfSha256() {
    // python3: int.from_bytes(sha256(b"1:a2:12").digest()[:8], "big", signed=True)
    assertThat(StableHash.of("a", 12)).isEqualTo(5418758649463501978L);
    assertThat(StableHash.of("abc")).isEqualTo(-6145731588178910321L);
  }
}
