package org.reckoning.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.inspect.XlaMemory;

class XlaDumpsTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void environment_addsTheDumpsAndTakesTheCacheAway() {
    Map<String, String> environment =
        new XlaDumps(directory)
            .environment(
                Map.of(
                    "XLA_FLAGS",
                    "--xla_cpu_enable_fast_math=false",
                    "TF_XLA_FLAGS",
                    "--tf_xla_max_cluster_size=9"
                        + " --tf_xla_persistent_cache_directory='/some where/xla'"));

    assertThat(environment)
        .containsEntry(
            "XLA_FLAGS",
            "--xla_cpu_enable_fast_math=false --xla_dump_to='"
                + directory.toAbsolutePath()
                + "' --xla_dump_hlo_as_text")
        .containsEntry("TF_XLA_FLAGS", "--tf_xla_max_cluster_size=9");
  }

  /** XLA ends its flags at a word without a dash; the quotes are those of the launcher. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0000',
      value = {
        "/my dumps | '/my dumps'",
        "/it's a \"\\ | \"/it's a \\\"\\\\\"",
      })
  void flags_withPathsThatNeedQuotes_quoteThem(Path place, String quoted) {
    Map<String, String> environment =
        new XlaDumps(place)
            .environment(
                Map.of("TF_XLA_FLAGS", "--tf_xla_persistent_cache_directory=" + quoted + " --x=1"));

    assertThat(environment)
        .containsEntry("XLA_FLAGS", "--xla_dump_to=" + quoted + " --xla_dump_hlo_as_text")
        .containsEntry("TF_XLA_FLAGS", "--x=1");
  }

  @Test
  void files_areFoundByTheirFunction() throws IOException {
    String module = "module_0002.inner_step_pullback_5f7bffe51b64__.2154";
    Files.writeString(directory.resolve(module + ".before_optimizations.txt"), "HloModule\n");
    Files.writeString(
        directory.resolve(module + ".cpu_after_optimizations-buffer-assignment.txt"),
        "allocation 0: size 8, preallocated-temp:\n\nTotal bytes used: 8 (8B)\n");
    Files.writeString(directory.resolve("notes.txt"), "mine");

    XlaDumps dumps = new XlaDumps(directory);
    String function = "inner_step_pullback_5f7bffe51b64";
    assertThat(dumps.modules(Set.of(function, "outer_0123456789ab")))
        .containsExactly(Map.entry(function, module));
    assertThat(dumps.modules(Set.of("inner_step_pullback_0123456789ab"))).isEmpty();
    assertThat(dumps.memory()).containsExactly(new XlaMemory(function, 8, 0, 0, 8, 0));
  }
}
