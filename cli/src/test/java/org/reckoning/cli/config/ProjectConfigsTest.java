package org.reckoning.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.tokens.Method;

/** The files in {@code configs}. */
class ProjectConfigsTest {
  private static final Path HOME =
      Path.of(Objects.requireNonNullElse(System.getProperty(ConfigOptions.HOME), ".."));

  private static final ConfigPath FILES = ConfigPath.of(null, HOME);

  private final Composer composer = new Composer(FILES, name -> null);

  static Stream<String> words() {
    List<String> words = new ArrayList<>();
    for (String group : List.of("model", "data", "experiment")) {
      for (String option : FILES.options(group)) {
        words.add(group + "=" + option);
      }
    }
    return words.stream();
  }

  @ParameterizedTest
  @MethodSource("words")
  void everyFile_composesAndBinds(String word) {
    RunConfig config = bind(word, "data.data_dir=d", "data.dataset=s");

    Gpt2Config model = config.model().gpt2(50_257);
    assertThat(config.bilevel(model, List.of(new TaskShape(1, 1, 2, 1, 2))).innerSteps())
        .isEqualTo(config.innerSteps());
    if (word.startsWith("experiment")) {
      assertThat(word).endsWith("=" + config.name());
    }
  }

  @Test
  void experiments_haveABaselineEach() {
    for (String name : List.of("quickstart", "proofwriter_gpt2", "clutrr_gpt2")) {
      RunConfig method = bind("experiment=" + name, "data.data_dir=d");
      RunConfig baseline = bind("experiment=" + name + "_in_context", "data.data_dir=d");

      assertThat(method.method()).isEqualTo(Method.RECKONING);
      assertThat(baseline.method()).isEqualTo(Method.IN_CONTEXT);
      assertThat(baseline.data()).isEqualTo(method.data());
      assertThat(baseline.model()).isEqualTo(method.model());
      assertThat(baseline.maxSteps()).isEqualTo(method.maxSteps());
    }
  }

  @Test
  void publishedExperiment_hasThePublishedValues() {
    RunConfig config = bind("experiment=proofwriter_gpt2", "data.data_dir=d");

    assertThat(config.model().gpt2(50_257)).isEqualTo(Gpt2Config.small());
    assertThat(config.innerOptimizer()).isEqualTo(new AdamW(0.9, 0.999, 1e-8, 0.01));
    assertThat(config.innerRates().initial()).isEqualTo(1e-5);
    assertThat(config.innerSteps()).isEqualTo(4);
    assertThat(config.learningRate()).isEqualTo(3e-5);
    assertThat(config.outerOptimizer().weights()).isEqualTo(new AdamW(0.9, 0.999, 1e-8, 0.05));
    assertThat(config.outerOptimizer().clipWeights()).isEqualTo(0.1);
    assertThat(config.outerOptimizer().clipRates()).isEqualTo(0.1);
    assertThat(config.warmupProportion()).isEqualTo(0.06);
    assertThat(config.trainBatchSize() * config.gradientAccumulationSteps()).isEqualTo(4);
    assertThat(config.maxSteps()).isNull();
    assertThat(config.numTrainEpochs()).isEqualTo(6);
    assertThat(config.data().train()).isEqualTo("d/OWA/depth-5/meta-train.jsonl");
  }

  @Test
  void openKey_isAskedFor() {
    assertThat(catchThrowableOfType(ConfigException.class, () -> bind("experiment=clutrr_gpt2")))
        .hasMessage(
            "data.data_dir must be set: data.data_dir=VALUE (configs/data/clutrr.yaml, line 6 leaves it unset)");
  }

  /** Pins every default; the file is what the tests of the trainer start from, too. */
  @Test
  void defaults_areThoseOfTheTests() throws IOException {
    Path pinned = HOME.resolve("trainer/src/test/resources/org/reckoning/trainer/config/run.yaml");

    assertThat(bind()).isEqualTo(RunConfig.read(pinned));
  }

  @Test
  void everyKey_isDocumentedOnce() {
    List<KeyDoc> docs = KeyDoc.of(FILES);

    assertThat(docs).extracting(KeyDoc::key).containsExactlyInAnyOrderElementsOf(RunConfig.keys());
    assertThat(docs).allSatisfy(doc -> assertThat(doc.text()).as(doc.key()).isNotBlank());
  }

  private RunConfig bind(String... words) {
    return composer.compose(List.of(words)).bind();
  }
}
