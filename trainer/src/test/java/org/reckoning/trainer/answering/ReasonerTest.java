package org.reckoning.trainer.answering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.program.NotFiniteException;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.evaluation.Prediction;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.run.RunAnswers;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.run.Splits;
import org.reckoning.trainer.run.TrainedModel;
import org.reckoning.trainer.tokens.FactSegments;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.training.TrainingRun;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.published.ModelDirectory;

@Execution(ExecutionMode.CONCURRENT)
class ReasonerTest {
  private static final String QUESTION = "How are Mary and Alice related to each other ?";
  private static final List<String> FACTS =
      List.of("The son of Alice is Michael", "The daughter of Michael is Mary");

  @TempDir Path directory;

  private static RunConfig config() {
    return DefaultRun.config()
        .with("xla", "off")
        .with("n_inner_iter", 2)
        .with("model.n_layer", 1)
        .with("model.n_embd", 16)
        .with("model.initializer_range", 0.2)
        .with("model.n_positions", 96)
        .with("train_batch_size", 4)
        .with("max_steps", 4)
        .with("eval_steps", null)
        .with("max_new_tokens", 9)
        .with("data.forms", 1)
        .with("data.distractors", 2)
        .with("data.train_tasks", 40)
        .with("data.val_tasks", 1)
        .with("data.test_tasks", 4)
        .with("data.max_buckets", 1);
  }

  private static Splits splits(RunConfig config) throws IOException {
    return new SplitLoader(config.data(), config.seed(), line -> {}).load();
  }

  /** Trains a run and returns what its evaluation predicted. */
  private List<Prediction> trained(RunConfig config) throws IOException {
    Files.writeString(directory.resolve(RunDirectory.CONFIG), config.yaml());
    TrainingListener none = new TrainingListener() {};
    try (TrainingRun run = TrainingRun.prepare(config, splits(config), directory)) {
      run.train(none, "CPU:0", () -> false);
      return run.test(none, directory.resolve("predictions/test.jsonl")).predictions();
    }
  }

  /** A closed world has no "none", and a compact vocabulary no token for it. */
  @Test
  void labelsAndLengthOfAnswers_areThoseOfTheRunsProblems() throws IOException {
    ObjectNode tree = config().with("model.n_positions", 128).with("max_new_tokens", null).tree();
    ObjectNode data = tree.withObjectProperty("data");
    data.put("source", "theories").put("dataset_type", "proofwriter").put("world", "closed");
    data.putNull("distractors").put("subjects", 1).put("sentences", 6);
    data.putArray("families").add("att");
    RunConfig config = RunConfig.of(tree);
    trained(config);
    new RunDirectory(directory).write(new RunAnswers(List.of("yes", "no"), 41));

    LocalModel ofRun = LocalModel.open(directory, null, null);
    assertThat(ofRun.labels()).containsExactly("yes", "no");
    assertThat(ofRun.decoding().newTokens()).isEqualTo(41);

    Path model = directory.resolve("model");
    try (RunWeights run = RunWeights.open(directory)) {
      ModelDirectory.create(
          model,
          false,
          to -> {
            ModelDirectory.writeModel(to, run);
            TrainedModel.write(to, run);
          });
    }
    LocalModel ofModel = LocalModel.open(model, null, null);
    assertThat(ofModel.labels()).containsExactly("yes", "no");
    assertThat(ofModel.decoding().newTokens()).isEqualTo(41);
  }

  private static List<String> facts(ReasoningTask task) {
    return task.facts().stream().map(Fact::text).toList();
  }

  static Stream<Arguments> configurations() {
    return Stream.of(
        Arguments.of(config()),
        Arguments.of(
            config().with("dtype", "float64").with("multi_task", false).with("inner_mode", "lora")),
        Arguments.of(config().with("method", "in_context")),
        Arguments.of(config().with("method", "no_facts")));
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void ask_ofTestProblems_answersAsTheEvaluationDid(RunConfig config) throws IOException {
    List<Prediction> predictions = trained(config);
    List<ReasoningTask> tasks = splits(config).test();
    AskedModel model = LocalModel.open(directory, null, null);
    try (Reasoner reasoner = model.reasoner()) {
      for (int i : new int[] {0, 1, 2, 3, 0}) { // other facts, and the first again
        ReasoningTask task = tasks.get(i);
        Prediction want = predictions.get(i);
        EncodingReport encoded = reasoner.encode(facts(task));
        Reply reply = reasoner.ask(task.questions().get(0).text(), model.decoding());

        assertThat(reply.labels().keySet()).containsExactlyElementsOf(task.labels());
        reply
            .labels()
            .forEach(
                (label, probability) ->
                    assertThat(probability)
                        .isCloseTo(want.probabilities().get(label), within(1e-5)));
        assertThat(reply.answer()).isEqualTo(want.scored());
        assertThat(reply.text()).isEqualTo(want.generated());
        if (config.adapts()) {
          assertThat(encoded.innerLosses()).hasSize(3);
          assertThat(encoded.innerLosses().get(0)).isCloseTo(want.innerLossBefore(), within(1e-5));
          assertThat(encoded.innerLosses().get(2)).isCloseTo(want.innerLossAfter(), within(1e-5));
        } else {
          assertThat(encoded.innerLosses()).isEmpty();
        }
      }
    }
    assertThat(model.note())
        .startsWith("trained on generated kinship problems of 2 hops with up to 2 distractors; ");
    assertThat(model.note().contains("; this run")).isNotEqualTo(config.adapts());
  }

  @Test
  void ask_ofTheModelOfThisProject_answersTheExampleOfItsReadme() throws IOException {
    AskedModel model = LocalModel.open(Path.of("../saved_models/kinship"), null, null);
    try (Reasoner reasoner = model.reasoner()) {
      reasoner.encode(
          List.of(
              "The mother of Tom is Alice",
              "The husband of Sarah is Tom",
              "The brother of Mary is James"));
      Reply reply =
          reasoner.ask("How are Alice and Sarah related to each other ?", model.decoding());
      assertThat(reply.answer()).isEqualTo("mother-in-law");
      assertThat(reply.text()).startsWith("mother-in-law because The mother of Tom is Alice");
    }
  }

  @Test
  void ask_ofAnExportedModel_answersAsItsRun() throws IOException {
    trained(config());
    Path path = directory.resolve("model");
    try (RunWeights run = RunWeights.open(directory)) {
      ModelDirectory.create(
          path,
          false,
          to -> {
            ModelDirectory.writeModel(to, run);
            TrainedModel.write(to, run);
          });
    }
    ReasoningTask task = splits(config()).test().get(0);
    List<EncodingReport> encoded = new ArrayList<>();
    List<Reply> replies = new ArrayList<>();
    Path cached = directory.resolve("hub/models--me--kinship/snapshots/1");
    ModelDirectory.create(cached, false, to -> copy(path, to));
    Path named = directory.resolve("hub/me/kinship");
    for (Path from :
        List.of(
            directory,
            path,
            path.resolve("model.safetensors"),
            path.resolve("config.json"),
            named)) {
      AskedModel model = LocalModel.open(from, null, null);
      try (Reasoner reasoner = model.reasoner()) {
        encoded.add(reasoner.encode(facts(task)));
        replies.add(reasoner.ask(task.questions().get(0).text(), model.decoding()));
      }
    }
    assertThat(encoded)
        .extracting(EncodingReport::innerLosses)
        .containsOnly(encoded.get(0).innerLosses());
    assertThat(replies).extracting(Reply::labels).containsOnly(replies.get(0).labels());
    assertThat(replies).extracting(Reply::text).containsOnly(replies.get(0).text());

    Files.delete(path.resolve("inner_rates.safetensors"));
    AskedModel lacking = LocalModel.open(path, null, null);
    assertThatThrownBy(lacking::reasoner)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("inner_rates.safetensors");
    assertThatThrownBy(() -> LocalModel.open(path, InnerLoopSettings.DEFAULT, null))
        .hasMessageContaining("has inner steps, rates and a dataset type of its own");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void reasoner_ofACheckpointThatATrainingDeletedMeanwhile_readsTheNextOne() throws IOException {
    trained(config());
    AskedModel model = LocalModel.open(directory, null, null);
    List<String> facts = facts(splits(config()).test().get(0));
    List<Double> losses;
    try (Reasoner reasoner = model.reasoner()) {
      losses = reasoner.encode(facts).innerLosses();
    }
    DurableFiles.deleteTree(directory.resolve("checkpoints/best-000004"));

    try (Reasoner reasoner = model.reasoner()) { // step-000004 has the same weights
      assertThat(reasoner.encode(facts).innerLosses()).isEqualTo(losses);
    }
  }

  @Test
  void untimedReasoner_runsNoShapeTwice() throws IOException {
    trained(config());
    LocalModel model = LocalModel.open(directory, null, null);
    try (LocalReasoner reasoner = model.untimedReasoner()) {
      assertThat(reasoner.encode(FACTS).preparationSeconds()).isZero();
      assertThat(reasoner.ask(QUESTION, model.decoding()).preparationSeconds()).isZero();
    }
  }

  @Test
  void whatCannotBeToldOrAsked_isNamed() throws IOException {
    trained(config());
    AskedModel model = LocalModel.open(directory, null, null);
    List<String> facts = facts(splits(config()).test().get(0));
    String fact = facts.get(0);
    model.checkFacts(facts);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.checkFacts(List.of()))
        .withMessage("facts (0) must be at least 1; give some");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.checkFacts(List.of(fact, "The son of Zacharias is xx")))
        .withMessageMatching(
            "the word 'Zacharias' of 'The son of Zacharias is xx' is not among the \\d+ tokens of the model's vocabulary; use words of its data, or"
                + " train with model.vocabulary_data=\\[FILE\\] or model.vocabulary=full");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.checkFacts(Collections.nCopies(65, fact)))
        .withMessage(
            "facts (65) must be at most 64: the vocabulary of the model has no further fact numbers");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.checkFacts(List.of((fact + " ").repeat(20).strip())))
        .withMessageMatching(
            "fact 0 \\('.*'\\) has \\d+ tokens but must have at most 96, the positions of the model;"
                + " shorten it, or cut it with segment_tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.checkQuestion(facts, " "))
        .withMessage("question (' ') must have text");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.checkQuestion(facts, "How are you?"))
        .withMessageStartingWith("the word 'you?' of 'Based on fact_0 ");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LocalModel.open(directory, InnerLoopSettings.DEFAULT, null))
        .withMessage(
            "run '%s' has inner steps, rates and a dataset type of its own; leave these settings out",
            directory);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LocalModel.open(directory, null, List.of("aunt", "zebra")))
        .withMessage(
            "label 'zebra' has a word that is not in the compact vocabulary of the run; give the labels"
                + " of its data");
    for (List<String> labels : List.of(List.of(""), List.of("son", "aunt", "son"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> LocalModel.open(directory, null, labels))
          .withMessage("label '%s' must have text and be given once", labels.get(0));
    }
    try (Reasoner reasoner = model.reasoner()) {
      assertThatThrownBy(() -> reasoner.ask(QUESTION, model.decoding()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no facts are known; encode some before a question");
    }
  }

  @Test
  void ask_aboutLongFacts_cutsThemAsTheTrainingDid(@TempDir Path files) throws IOException {
    List<String> lines = new ArrayList<>();
    for (ReasoningTask task : splits(config()).train()) {
      ObjectNode line = JsonNodeFactory.instance.objectNode();
      line.put("guid", task.id()).put("question", task.questions().get(0).text());
      line.put("answer", task.questions().get(0).label());
      line.putArray("facts").add(String.join(". ", facts(task))).add(facts(task).get(0));
      lines.add(line.toString());
    }
    String data = Files.write(files.resolve("data.jsonl"), lines).toString();
    RunConfig uncut =
        config()
            .with("data.train", data)
            .with("data.source", "files")
            .with("data.val", data)
            .with("data.test", data)
            .with("data.hops", List.of());
    RunConfig config = uncut.with("data.segment_tokens", 20).with("data.segment_overlap", 7);
    List<Prediction> predictions = trained(config);
    List<ReasoningTask> tasks = splits(uncut).test();
    AskedModel model = LocalModel.open(directory, null, null);
    try (Reasoner reasoner = model.reasoner()) {
      for (int i = 0; i < 2; i++) {
        List<String> pieces = facts(splits(config).test().get(i));
        assertThat(pieces).hasSizeGreaterThan(3);
        assertThat(model.pieces(facts(tasks.get(i)))).isEqualTo(pieces);
        EncodingReport encoded = reasoner.encode(facts(tasks.get(i)));
        Reply reply = reasoner.ask(tasks.get(i).questions().get(0).text(), model.decoding());

        assertThat(encoded.facts()).isEqualTo(pieces.size());
        assertThat(encoded.innerLosses().get(2))
            .isCloseTo(predictions.get(i).innerLossAfter(), within(1e-5));
        assertThat(reply.text()).isEqualTo(predictions.get(i).generated());
      }
    }
  }

  @Test
  void encode_inMicroBatches_reportsItsProgressAndCompilesOnce() throws IOException {
    RunConfig config = config().with("inner_micro_facts", "1");
    Prediction want = trained(config).get(0);
    List<String> facts = facts(splits(config).test().get(0)); // 4
    List<String> progress = new ArrayList<>();
    try (Reasoner reasoner = LocalModel.open(directory, null, null).reasoner()) {
      EncodingReport encoded = reasoner.encode(facts, (done, of) -> progress.add(done + "/" + of));
      assertThat(encoded.innerLosses().get(0)).isCloseTo(want.innerLossBefore(), within(1e-5));
      assertThat(encoded.innerLosses().get(2)).isCloseTo(want.innerLossAfter(), within(1e-5));
      assertThat(encoded.preparationSeconds()).isPositive();
      assertThat(progress).hasSize(12).startsWith("1/12", "2/12").endsWith("12/12");

      progress.clear();
      encoded = reasoner.encode(facts.subList(0, 3), (done, of) -> progress.add(done + "/" + of));
      assertThat(encoded.preparationSeconds()).isZero();
      assertThat(progress).hasSize(9).endsWith("9/9");
    }
  }

  @Test
  void segments_areThoseOfTheUser_elseOfTheRun_elseForLongTexts() {
    FactSegments own = new FactSegments(64, 8);
    assertThat(SegmentSettings.OF_MODEL.of(own, 96)).isEqualTo(own);
    assertThat(SegmentSettings.OF_MODEL.of(FactSegments.NONE, 96)).isEqualTo(FactSegments.NONE);
    assertThat(new SegmentSettings(32, null, true).of(own, 96)).isEqualTo(new FactSegments(32, 0));
    assertThat(new SegmentSettings(null, 4, true).of(own, 96)).isEqualTo(new FactSegments(64, 4));
    assertThat(new SegmentSettings(null, 4, true).of(FactSegments.NONE, 96))
        .isEqualTo(new FactSegments(96, 4));
    assertThat(new SegmentSettings(null, null, true).of(FactSegments.NONE, 1024))
        .isEqualTo(new FactSegments(256, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SegmentSettings(null, 4, false).of(FactSegments.NONE, 96))
        .withMessage("segment_overlap (4) needs a length of the pieces: give segment_tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SegmentSettings(97, null, false).of(own, 96))
        .withMessage("segment_tokens (97) must be at most 96, the positions of the model");
  }

  private Path published(Vocabulary vocabulary, int tokens) throws IOException {
    Gpt2Config sizes = new Gpt2Config(tokens, 64, 8, 1, 2, 32, 1e-5);
    Path path = directory.resolve("published");
    try (Gpt2Weights random = Gpt2Weights.random(sizes, vocabulary, 3)) {
      ModelDirectory.create(path, false, to -> ModelDirectory.writeModel(to, random));
    }
    return path;
  }

  @Test
  void ask_ofPublishedWeights_saysThatTheyNeverLearnedTo() throws IOException {
    Path path = published(Vocabulary.full(), 50_257);
    InnerLoopSettings how = new InnerLoopSettings(3, 0.5, DatasetType.CLUTRR);
    AskedModel model = LocalModel.open(path, how, List.of("aunt", "granddaughter"));
    assertThat(model.note())
        .isEqualTo(
            "this model is not a run: unless it was exported from a run, it was not trained to learn"
                + " from facts; it answers as a language model after 3 gradient steps of rate 0.5");
    Decoding drawn = model.decoding().withNewTokens(4).withTemperature(1).withSeed(7);
    try (Reasoner reasoner = model.reasoner()) {
      EncodingReport encoded = reasoner.encode(FACTS);
      assertThat(encoded.innerLosses()).hasSize(4);
      assertThat(encoded.innerLosses().get(3)).isLessThan(encoded.innerLosses().get(0));
      assertThat(encoded.preparationSeconds()).isPositive();
      Reply reply = reasoner.ask(QUESTION, drawn);
      assertThat(reply.labels().values().stream().mapToDouble(each -> each).sum())
          .isCloseTo(1, within(1e-12));
      assertThat(reply.probability()).isEqualTo(reply.labels().get(reply.answer()));

      Reply again = reasoner.ask(QUESTION, drawn);
      assertThat(again.text()).isEqualTo(reply.text());
      assertThat(again.preparationSeconds()).isZero();
      Reply other = reasoner.ask(QUESTION, drawn.withSeed(8));
      assertThat(other.text()).isNotEqualTo(reply.text());
      assertThat(other.labels()).isEqualTo(reply.labels());
    }
    try (Reasoner reasoner = LocalModel.open(path, null, null).reasoner()) {
      reasoner.encode(FACTS);
      Reply reply = reasoner.ask(QUESTION, drawn);
      assertThat(reply.labels()).isEmpty();
      assertThat(reply.answer()).isEqualTo(reply.text());
      assertThat(reply.probability()).isEqualTo(reply.textProbability()).isBetween(0.0, 1e-8);
    }
  }

  @Test
  void encode_thatDiverges_leavesNoFacts() throws IOException {
    Path path = published(Vocabulary.full(), 50_257);
    AskedModel model =
        LocalModel.open(path, new InnerLoopSettings(2, 1e30, DatasetType.CLUTRR), List.of());
    try (Reasoner reasoner = model.reasoner()) {
      assertThatThrownBy(() -> reasoner.encode(FACTS)).isInstanceOf(NotFiniteException.class);
      assertThatThrownBy(() -> reasoner.ask(QUESTION, model.decoding()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void open_ofWeightsWithoutVocabulary_isRefused() throws IOException {
    Path path = published(Vocabulary.compact(IntStream.of(11)), 2);
    Files.delete(path.resolve("vocabulary.json"));
    assertThatIOException()
        .isThrownBy(() -> LocalModel.open(path, null, null))
        .withMessage(
            "model '%s' must have a vocabulary for its 2 tokens; copy the vocabulary.json of its"
                + " training into the directory",
            path);
  }
}
