package org.reckoning.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
  @Test
  void peak_isReadInKibibytes() {
    List<String> status = List.of("VmPeak:\t 9 kB", "VmHWM:\t    1234 kB", "VmRSS:\t 5 kB");

    assertThat(ProcessMemory.peakBytes(status)).hasValue(1_263_616);
  }

  @Test
  void peak_isUnknownWhereTheSystemDoesNotTell() {
    assertThat(ProcessMemory.peakBytes(List.of("Name:\tjava"))).isEmpty();
  }
}
