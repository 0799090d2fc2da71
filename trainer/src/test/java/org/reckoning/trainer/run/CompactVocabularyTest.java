package org.reckoning.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;

@Execution(ExecutionMode.CONCURRENT)
class CompactVocabularyTest {
  private static final RunConfig CONFIG =
      DefaultRun.config()
          .with("data.hops", List.of(2))
          .with("data.distractors", 3)
          .with("data.forms", 1)
          .with("data.train_tasks", 400)
          .with("data.val_tasks", 20)
          .with("data.test_tasks", 20);

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  private static Splits splits(RunConfig config) throws IOException {
    return new SplitLoader(config.data(), config.seed(), line -> {}).load();
  }

  private static Vocabulary vocabulary(RunConfig config) throws IOException {
    return CompactVocabulary.of(config, splits(config));
  }

  private static boolean knows(Vocabulary vocabulary, String text) {
    return Arrays.stream(Tokenizer.gpt2().encode(text)).allMatch(vocabulary::contains);
  }

  @Test
  void compact_canBeAskedWithMoreHopsAndDistractors_dataCannot() throws IOException {
    Vocabulary compact = vocabulary(CONFIG);
    Vocabulary data = vocabulary(CONFIG.with("model.vocabulary", "data"));
    assertThat(data.size()).isEqualTo(74);
    assertThat(knows(data, "fact_5: ")).isFalse();
    assertThat(knows(compact, "Based on fact_62 fact_63, ")).isTrue();
    RunConfig harder =
        CONFIG
            .with("data.hops", List.of(6))
            .with("data.distractors", 12)
            .with("data.forms", 4)
            .with("data.train_tasks", 1);
    List<ReasoningTask> problems = splits(harder).test();
    for (Method method : Method.values()) {
      TaskEncoder encoder = new TaskEncoder(Tokenizer.gpt2(), compact, method, true);
      assertThat(encoder.encodeAll(problems, 1)).hasSize(20);
    }
  }

  @Test
  void vocabularyData_addsTheTokensOfDataFilesAndOfPlainText() throws IOException {
    Path records = folder.resolve("r.jsonl");
    Files.writeString(
        records,
        "{\"guid\": \"1\", \"question\": \"How are Zelda and Yuri related?\", \"answer\": \"aunt\","
            + " \"facts\": [\"Zelda is a zebra\"]}\n");
    Path text = folder.resolve("words.txt");
    Files.writeString(text, "Xanthippe and Wolfgang\n");
    Vocabulary vocabulary =
        vocabulary(
            CONFIG.with("model.vocabulary_data", List.of(records.toString(), text.toString())));
    assertThat(knows(vocabulary, "Zelda is a zebra")).isTrue();
    assertThat(knows(vocabulary, "Wolfgang and Xanthippe")).isTrue();
    assertThat(knows(vocabulary(CONFIG), "Wolfgang")).isFalse();

    Path missing = folder.resolve("none");
    assertThatIOException()
        .isThrownBy(
            () -> vocabulary(CONFIG.with("model.vocabulary_data", List.of(missing.toString()))))
        .withMessage("'%s' must be a readable file; set model.vocabulary_data", missing);
  }

  @ParameterizedTest
  @CsvSource({
    "fffe6100, 'the text must be UTF-8 but is UTF-16; save it as UTF-8'",
    "1f8b, the compressed data is damaged or incomplete; get the file again"
  })
  void vocabularyData_thatIsNoText_isNamed(String bytes, String reason) throws IOException {
    Path file = Files.write(folder.resolve("x"), HexFormat.of().parseHex(bytes));
    RunConfig config = CONFIG.with("model.vocabulary_data", List.of(file.toString()));
    assertThatIOException()
        .isThrownBy(() -> vocabulary(config))
        .withMessage("'%s' cannot be read: %s", file, reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"guid\":\"1\",\"question\":\"q\",\"answer\":\"aunt\",\"facts\":[\"Zelda is a zebra\"]}",
        "Zelda is a zebra"
      })
  void vocabularyData_mayBeAPipe(String text) throws Exception {
    Path pipe = folder.resolve("pipe");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs mkfifo");
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try {
                Files.writeString(pipe, text);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    Vocabulary vocabulary =
        vocabulary(CONFIG.with("model.vocabulary_data", List.of(pipe.toString())));
    assertThat(knows(vocabulary, "Zelda is a zebra")).isTrue();
    writer.join();
  }
}
