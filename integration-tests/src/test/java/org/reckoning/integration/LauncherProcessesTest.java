package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of the launcher as one of the processes of an MPI job. */
@EnabledOnOs(OS.LINUX)
class LauncherProcessesTest extends LauncherTree {
  @Test
  void firstStart_ofSeveralProcesses_buildsOnce() throws Exception {
    Files.createSymbolicLink(directory.resolve("bin/flock"), find("flock"));
    program("mvn", MVN.replace("mkdir", "sleep 1\nmkdir"));
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(
          builder(List.of(launcher()), directory)
              .redirectOutput(Redirect.DISCARD)
              .redirectError(directory.resolve("err" + i).toFile())
              .start());
    }
    StringBuilder err = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      assertThat(processes.get(i).waitFor()).isEqualTo(7);
      err.append(Files.readString(directory.resolve("err" + i)));
    }
    assertThat(err.toString())
        .containsOnlyOnce("builds for the first time")
        .containsOnlyOnce("called mvn")
        .contains("reckoning: waits for another process that builds");
    assertThat(launch().err()).isEmpty();
  }

  @Test
  void start_leavesTheSignalsOfJavaAndUnpacksInTheCache() throws Exception {
    assertThat(launch().out())
        .contains("UCX_ERROR_SIGNALS ''")
        .contains("argument -Djna.tmpdir=" + directory.resolve("home") + "/.cache/reckoning/jna");
  }

  @ParameterizedTest
  @CsvSource({
    "OMPI_COMM_WORLD_LOCAL_RANK=1, 1",
    "MPI_LOCALRANKID=2, 2",
    "PMIX_RANK=5 SLURM_LOCALID=1, 1",
    "PMI_RANK=5 SLURM_LOCALID=0, 0",
    "SLURM_LOCALID=1, unset",
    "OMPI_COMM_WORLD_LOCAL_RANK=1 RECKONING_MPI=off, unset",
    "OMPI_COMM_WORLD_LOCAL_RANK=1 CUDA_VISIBLE_DEVICES=3, 3",
    "OMPI_COMM_WORLD_LOCAL_RANK=1 RECKONING_DEVICE=cpu, -1",
    "'', unset"
  })
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void start_asOneOfSeveral_seesAGpuOfItsOwn(String variables, String visible) throws Exception {
    setUpGpus(3);
    for (String each : variables.split(" ", -1)) {
      if (!each.isEmpty()) {
        String[] variable = each.split("=", 2);
        environment.put(variable[0], variable[1]);
      }
    }
    assertThat(launch().out()).contains("CUDA_VISIBLE_DEVICES " + visible);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 10})
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void start_ofMoreProcessesThanGpus_isRefused(int localRank) throws Exception {
    setUpGpus(3);
    environment.put("OMPI_COMM_WORLD_LOCAL_RANK", Integer.toString(localRank));
    Outcome outcome = launch();
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err())
        .startsWith(
            "reckoning: this machine has 3 GPUs (nvidia-smi -L) and no other one for process %d:"
                .formatted(localRank + 1))
        .hasLineCount(1);
  }

  private void setUpGpus(int number) throws Exception {
    environment.remove("RECKONING_DEVICE");
    Path list = directory.resolve("gpus");
    Files.writeString(list, "GPU 0: NVIDIA H200 (UUID: GPU-1)\n".repeat(number));
    program("nvidia-smi", "#!/bin/sh\ncat '" + list + "'\n");
  }
}
