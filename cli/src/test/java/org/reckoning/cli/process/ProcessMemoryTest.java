package org.reckoning.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

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

  @Test
  @EnabledOnOs(OS.LINUX)
  void peak_ofThisProcess_coversItsHeap() {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();

    assertThat(ProcessMemory.peakBytes().orElseThrow()).isGreaterThan(used / 2);
  }
}
