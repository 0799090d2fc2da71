package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the launcher in an unpacked archive: jars in {@code lib}, no sources, nothing to build. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class LauncherArchiveTest extends LauncherTree {
  private static final String NATIVE = "tensorflow-core-native-1-linux-x86_64";

  @BeforeEach
  void makeArchive() throws IOException {
    Path archive = root.resolveSibling("an archive");
    Files.createDirectories(archive.resolve("lib"));
    Files.move(root.resolve("reckoning"), archive.resolve("reckoning"));
    root = archive;
    for (String jar : new String[] {"graph", NATIVE, "tensorflow-core-native-1"}) {
      Files.createFile(root.resolve("lib/" + jar + ".jar"));
    }
    for (String tool : new String[] {"mvn", "javac", "find"}) {
      Files.delete(directory.resolve("bin").resolve(tool));
    }
  }

  @Test
  void start_usesTheJarsAndWritesNothing() throws Exception {
    Outcome outcome = launch("train", "name=a b");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isEqualTo(7);
    assertThat(outcome.argumentAfter("-cp").split(":"))
        .containsExactlyInAnyOrder(
            root + "/lib/graph.jar",
            root + "/lib/" + NATIVE + ".jar",
            root + "/lib/tensorflow-core-native-1.jar");
    assertThat(outcome.out())
        .contains("argument -Dreckoning.home=" + root)
        .containsSubsequence("argument train", "argument name=a b");
    assertThat(root.toFile().list()).containsExactlyInAnyOrder("reckoning", "lib");
  }

  @Test
  void start_withADriver_usesGpusIfTheArchiveCan() throws Exception {
    program("nvidia-smi", "#!/bin/sh\n");
    environment.remove("RECKONING_DEVICE");
    assertThat(launch().err()).startsWith("reckoning: this archive computes on CPUs; ");
    Path natives = root.resolve("lib/" + NATIVE + ".jar");
    Files.move(natives, natives.resolveSibling(NATIVE + "-gpu.jar"));
    Outcome outcome = launch();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("CUDA_VISIBLE_DEVICES unset");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          colon | the path of the program
          java | java was not found on the PATH: install Java 17 or newer
          gpu | RECKONING_DEVICE=gpu needs the archive for GPUs
          other | this archive has tensorflow-core-native-1-macosx-arm64 and does not run on linux-x86_64
          none | has no native library of TensorFlow: unpack the archive again
          """)
  void start_withAMistake_saysWhatToDoAndHasCode2(String mistake, String sentence)
      throws Exception {
    Path natives = root.resolve("lib/" + NATIVE + ".jar");
    switch (mistake) {
      case "java" -> Files.delete(directory.resolve("bin/java"));
      case "none" -> Files.delete(natives);
      case "gpu" -> {
        program("nvidia-smi", "#!/bin/sh\n");
        environment.put("RECKONING_DEVICE", "gpu");
      }
      case "other" ->
          Files.move(natives, natives.resolveSibling("tensorflow-core-native-1-macosx-arm64.jar"));
      default -> root = Files.move(root, root.resolveSibling("a:b"));
    }

    Outcome outcome = launch();

    assertThat(outcome.err()).startsWith("reckoning: ").contains(sentence).hasLineCount(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.code()).isEqualTo(2);
  }
}
