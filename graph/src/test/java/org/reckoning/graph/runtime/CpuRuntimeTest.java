package org.reckoning.graph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuRuntimeTest {
  @Test
  void oneDnn_isCalledOnlyIfTheFlagsSelectIt() {
    assertThat(CpuRuntime.callsOneDnn(null)).isFalse();
    assertThat(CpuRuntime.callsOneDnn("--xla_dump_to=x")).isFalse();
    assertThat(CpuRuntime.callsOneDnn("--xla_dump_to=x --xla_cpu_use_thunk_runtime=false"))
        .isTrue();
  }
}
