package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests in processes of their own that a program with large products is compiled for oneDNN. XLA
 * reads its flags once in a process, so the choice must come before anything is compiled.
 */
class CpuRuntimeIT {
  private static final List<String> WIDE =
      List.of(
          "experiment=quickstart",
          "baselines=[]",
          "generate=false",
          "monitor=loss",
          "n_inner_iter=1",
          "model.n_layer=1",
          "model.n_embd=384",
          "task_groups=1",
          "max_steps=2",
          "eval_steps=null",
          "eval_batch_size=1",
          "data.train_tasks=4",
          "data.val_tasks=1",
          "data.test_tasks=1",
          "data.max_buckets=1");

  @TempDir Path directory;

  @Test
  void training_ofAWideModel_callsOneDnnUnlessItsWeightsAreBatchesOrTheUserChose()
      throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/cpuinfo")));
    assumeTrue(Files.readString(Path.of("/proc/cpuinfo")).contains(" avx512f "));

    Trained wide = train("train_batch_size=1", "");
    Trained batches = train("train_batch_size=2", "");
    Trained chosen = train("train_batch_size=1", " --xla_cpu_use_thunk_runtime=true");

    assertThat(wide.callsOneDnn()).isTrue();
    assertThat(batches.callsOneDnn()).isFalse();
    assertThat(chosen.callsOneDnn()).isFalse();
    assertThat(wide.loss()).isCloseTo(chosen.loss(), within(1e-4 * chosen.loss()));
  }

  /**
   * A run that is trained.
   *
   * @param callsOneDnn whether XLA's programs call oneDNN
   * @param loss of the test problems
   */
  private record Trained(boolean callsOneDnn, double loss) {}

  private Trained train(String word, String flags) throws Exception {
    Path dumps = Files.createTempDirectory(directory, "dumps");
    Path runs = Files.createTempDirectory(directory, "runs");
    List<String> words = new ArrayList<>(WIDE);
    words.add("output_dir=" + runs);
    words.add(word);
    Path log = directory.resolve("log");
    ProcessBuilder builder = ShortProcess.of(List.of(), "train", words);
    builder.environment().put("CUDA_VISIBLE_DEVICES", "-1");
    builder.environment().remove("TF_XLA_FLAGS"); // what is in a cache leaves no dump
    builder
        .environment()
        .put(
            "XLA_FLAGS",
            "--xla_backend_optimization_level=0 --xla_dump_to=%s --xla_dump_hlo_as_text%s"
                .formatted(dumps, flags));
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    return new Trained(
        found(dumps, ".*pullback.*_after_optimizations\\.txt").stream()
            .anyMatch(CpuRuntimeIT::callsOneDnn),
        new ObjectMapper()
            .readTree(found(runs, ".*/results\\.json").get(0).toFile())
            .at("/rows/0/metrics/loss")
            .asDouble(Double.NaN));
  }

  private static List<Path> found(Path directory, String pattern) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> found = files.filter(file -> file.toString().matches(pattern)).toList();
      assertThat(found).isNotEmpty();
      return found;
    }
  }

  private static boolean callsOneDnn(Path dump) {
    try {
      return Files.readString(dump).contains("__onednn$matmul");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
