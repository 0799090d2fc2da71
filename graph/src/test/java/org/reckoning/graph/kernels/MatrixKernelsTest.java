package org.reckoning.graph.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MatrixKernelsTest {
  @Test
  void transposedRight_isAvoidedUnlessTheFlagsSelectOneDnn() {
    assertThat(MatrixKernels.avoidTransposedRight(null)).isTrue();
    assertThat(MatrixKernels.avoidTransposedRight("--xla_dump_to=x")).isTrue();
    assertThat(
            MatrixKernels.avoidTransposedRight("--xla_dump_to=x --xla_cpu_use_thunk_runtime=false"))
        .isFalse();
  }
}
