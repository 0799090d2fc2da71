package org.reckoning.graph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpuRuntimeTest {
  @TempDir Path proc;

  @BeforeEach
  void processorHasAvx512() throws IOException {
    Files.writeString(proc.resolve("cpuinfo"), "flags : fpu avx2 avx512f avx512dq\n");
  }

  @Test
  void oneDnn_isCalledOnlyIfTheFlagsSelectIt() {
    assertThat(CpuRuntime.callsOneDnn(null)).isFalse();
    assertThat(CpuRuntime.callsOneDnn("--xla_dump_to=x")).isFalse();
    assertThat(CpuRuntime.callsOneDnn("--xla_dump_to=x --xla_cpu_use_thunk_runtime=false"))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "--xla_dump_to=x"})
  void choice_withFlagsOfOtherThings_isLeft(String flags) {
    assertThat(CpuRuntime.leavesTheChoice(Map.of(), proc)).isTrue();
    assertThat(CpuRuntime.leavesTheChoice(Map.of("XLA_FLAGS", flags), proc)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--xla_cpu_use_thunk_runtime=true",
        "--xla_cpu_use_thunk_runtime=false",
        "--xla_dump_to=x --xla_cpu_use_thunk_runtime",
        "file-with-flags.txt"
      })
  void choice_ofTheUser_stays(String flags) {
    assertThat(CpuRuntime.leavesTheChoice(Map.of("XLA_FLAGS", flags), proc)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"flags : fpu avx2", "Features : fp asimd sve", "''"})
  void choice_withoutAvx512_isTheDefault(String processor) throws IOException {
    Files.writeString(proc.resolve("cpuinfo"), processor + "\n");
    assertThat(CpuRuntime.leavesTheChoice(Map.of(), proc)).isFalse();
  }

  @Test
  void choice_withoutTheFileOfLinux_isTheDefault() throws IOException {
    Files.delete(proc.resolve("cpuinfo"));
    assertThat(CpuRuntime.leavesTheChoice(Map.of(), proc)).isFalse();
  }

  @Test
  void choice_withAGpu_isTheDefaultUnlessItIsHidden() throws IOException {
    Files.createDirectories(proc.resolve("driver/nvidia"));
    assertThat(CpuRuntime.leavesTheChoice(Map.of(), proc)).isFalse();
    assertThat(CpuRuntime.leavesTheChoice(Map.of("CUDA_VISIBLE_DEVICES", "0"), proc)).isFalse();
    assertThat(CpuRuntime.leavesTheChoice(Map.of("CUDA_VISIBLE_DEVICES", "-1"), proc)).isTrue();
  }
}
