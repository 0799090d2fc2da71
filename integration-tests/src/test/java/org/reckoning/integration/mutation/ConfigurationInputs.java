package org.reckoning.integration.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.run.RunDirectory;

/** Configuration inputs: command-line words, configuration files and the configuration of a run. */
final class ConfigurationInputs {
  private static final Path CONFIGS = Path.of("../configs");
  private static final ObjectMapper JSON = new ObjectMapper();

  private ConfigurationInputs() {}

  static Inputs words() {
    return Inputs.ofWords(
        List.of(
            "experiment=quickstart",
            "inner_lr=0.01",
            "n_inner_iter=2",
            "data.hops=[2,3]",
            "name=a.name",
            "baselines=[no_facts]",
            "model=tiny",
            "inner_mode=lora",
            "data.data_dir=/tmp/x",
            "output_dir=${name}",
            "++seed=3"),
        words -> Commands.run(Stream.concat(Stream.of("config"), words.stream()).toList()),
        outcome -> assertUsable(tree(outcome.out())));
  }

  static Inputs files(Path folder) throws IOException {
    Path configs = folder.resolve("configs");
    TinyRun.copy(CONFIGS, configs);
    List<String> words = List.of("config", "--config-dir=" + configs, "experiment=quickstart");
    List<Path> files =
        Stream.of(
                "run.yaml",
                "default/inner.yaml",
                "default/data.yaml",
                "default/outer.yaml",
                "experiment/quickstart.yaml",
                "data/kinship.yaml",
                "model/tiny.yaml")
            .map(configs::resolve)
            .toList();
    return Inputs.ofFiles(
        files, all -> Commands.run(words), outcome -> assertUsable(tree(outcome.out())));
  }

  /** Returns a study, whose runs are planned. */
  static Inputs study(Path folder) throws IOException {
    Path configs = folder.resolve("configs");
    Path file = Files.createDirectories(configs.resolve("study")).resolve("mine.yaml");
    Files.writeString(file, Samples.study());
    Path output = folder.resolve("out");
    List<String> words =
        List.of("study", "mine", "--plan", "--config-dir=" + configs, "output_dir=" + output);
    return Inputs.ofFiles(
        List.of(file),
        all -> Commands.run(words),
        outcome -> {
          Path study = onlyEntry(output.resolve("study/mine"));
          assertFinite(JSON.readTree(study.resolve("study.json").toFile()));
          DurableFiles.deleteTree(output);
        });
  }

  private static Path onlyEntry(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> all = entries.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  /** Returns the configuration of a run, which training, evaluation and questions read first. */
  static Inputs ofRun(TinyRun run, Path folder) throws IOException {
    Path copy = run.copyTo(folder.resolve("run"));
    return Inputs.ofFiles(
        List.of(copy.resolve(RunDirectory.CONFIG)),
        files ->
            Commands.read(
                () -> {
                  assertUsable(new RunDirectory(copy).config().tree());
                  return 0;
                }),
        outcome -> {});
  }

  private static ObjectNode tree(String yaml) {
    return (ObjectNode) YamlDocument.value(yaml, "what was written");
  }

  /** Checks that an accepted configuration is unchanged after writing and reading. */
  private static void assertUsable(ObjectNode tree) {
    RunConfig config = RunConfig.of(tree);
    assertFinite(tree);
    assertThat(RunConfig.of(tree(config.yaml()))).isEqualTo(config);
  }

  static void assertFinite(JsonNode tree) {
    if (tree.isNumber()) {
      assertThat(Double.isFinite(tree.doubleValue())).as("finite: %s", tree).isTrue();
    }
    tree.forEach(ConfigurationInputs::assertFinite);
  }
}
