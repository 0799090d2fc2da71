package org.reckoning.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.formats.DataFormat;

class SplitLoaderTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  /** The shuffled order of facts, the default, would move them elsewhere. */
  @ParameterizedTest
  @CsvSource({"beginning, 0, 0.4", "middle, 0.3, 0.7", "end, 0.6, 1"})
  void needles_inAPartOfTheText_areThereInTheLoadedTasks(String part, double from, double to)
      throws IOException {
    ObjectNode tree = DefaultRun.tree();
    ObjectNode data = tree.withObjectProperty("data");
    data.put("source", "needles").put("needles_part", part).put("context_tokens", 512);
    data.put("segment_tokens", 24).put("distractors", 0);
    data.put("train_tasks", 20).put("val_tasks", 1).put("test_tasks", 1);
    RunConfig config = RunConfig.of(tree);

    Splits splits = new SplitLoader(config.data(), config.seed(), line -> {}).load();

    for (ReasoningTask task : splits.train()) {
      int passages = task.facts().size();
      assertThat(passages).isGreaterThan(20);
      assertThat(
              IntStream.range(0, passages)
                  .filter(i -> task.facts().get(i).relevant())
                  .mapToDouble(i -> (double) i / (passages - 1)))
          .isNotEmpty()
          .allMatch(place -> place >= from && place <= to);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "src"})
  void directoryInsteadOfAFile_isRefused(String directory) {
    assertThatIOException()
        .isThrownBy(() -> loader("data.train", directory).load())
        .withMessage(
            "'%s' must be a readable file, not a directory; set data.data_dir, data.dataset or data.train, data.val and data.test",
            directory);
    assertThatIOException()
        .isThrownBy(() -> loader("data.names", directory).load())
        .withMessage("'%s' must be a readable file, not a directory; set data.names", directory);
  }

  @Test
  void namesOfAFileThatIsNoText_areRefusedWithItsName() throws IOException {
    Path file = Files.writeString(folder.resolve("x.csv"), "a", StandardCharsets.UTF_16);
    assertThatIOException()
        .isThrownBy(() -> loader("data.names", file.toString()).load())
        .withMessage(
            "'%s' cannot be read: the text must be UTF-8 but is UTF-16; save it as UTF-8", file);
  }

  @Test
  void fileWhoseQuestionsWereAllLeftOut_saysHowToKeepThem() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("meta.jsonl"),
            """
            {"id": "T", "triples": {"triple1": {"text": "A."}}, "rules": {}, "questions": {"Q1":\
             {"question": "A.", "answer": true, "QDep": 0, "proofs": "[(triple1)]"}}}
            """);
    assertThatIOException()
        .isThrownBy(
            () -> TaskFiles.read(file, DataFormat.PROOFWRITER, DatasetType.PROOFWRITER, line -> {}))
        .withMessage(
            "'%s': all 1 questions were left out (the proof or failed attempt has fewer than two sentences); 'reckoning data convert --short-proofs' makes records of them",
            file);
  }

  private static SplitLoader loader(String key, String value) {
    RunConfig config =
        key.equals("data.names")
            ? DefaultRun.config()
            : DefaultRun.config().with("data.train", value).with("data.source", "files");
    config = config.with(key, value);
    return new SplitLoader(config.data(), config.seed(), line -> {});
  }
}
