package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.task.Prefix;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.types.TFloat64;

/** Questions that continue a prefix are answered like questions that contain it. */
class PrefixTest {
  private static final int POSITIONS = 20;
  private static final Gpt2Config MODEL = new Gpt2Config(11, POSITIONS, 8, 2, 2, 16, 1e-5);
  private static final int QUESTIONS = 4;

  /** Questions as a whole; the longest text ends at the last position. */
  private static final TaskShape WHOLE = new TaskShape(2, 1, 2, QUESTIONS, POSITIONS);

  /** The same with a prefix, and more rows than are needed. */
  private static final TaskShape CUT = new TaskShape(2, 1, 2, QUESTIONS, 9, 15);

  private static final int NO_TOKEN = -1;
  private static final List<Decoding> DECODINGS =
      List.of(
          Decoding.greedy(5, NO_TOKEN),
          Decoding.greedy(5, 3),
          Decoding.sampling(5, NO_TOKEN, 21).withTemperature(2));

  @TempDir Path directory;

  private static BilevelConfig config(int innerSteps, TaskShape shape) {
    return BilevelConfig.of(MODEL, innerSteps, shape)
        .withInnerRates(InnerRates.raw(0.1))
        .withXla(XlaMode.OFF);
  }

  /** Three questions of different lengths that begin with the same tokens. */
  private static Task task(long seed, int prefix) {
    Random random = new Random(seed);
    int[] shared = tokens(random, prefix);
    List<TokenSequence> questions = new ArrayList<>();
    for (int own = 1; own <= 3; own++) {
      int[] all = IntStream.concat(IntStream.of(shared), IntStream.of(own)).toArray();
      int[] rest = tokens(random, own + 1);
      all = IntStream.concat(IntStream.of(all), IntStream.of(rest)).toArray();
      questions.add(TokenSequence.of(all, prefix + own));
    }
    return Task.of(List.of(TokenSequence.of(tokens(random, 2), 1)), questions);
  }

  private static int[] tokens(Random random, int count) {
    return random.ints(count, 0, MODEL.vocabSize()).toArray();
  }

  private static TaskBatch whole(Task... tasks) {
    return TaskBatch.of(WHOLE.withTasks(tasks.length), MODEL, List.of(tasks));
  }

  private static TaskBatch cut(Task... tasks) {
    List<Task> all = Stream.of(tasks).map(Task::withSharedPrefix).toList();
    return TaskBatch.of(CUT.withTasks(tasks.length), MODEL, all);
  }

  @ParameterizedTest
  @CsvSource({"OFF, 1", "SEGMENTS, 1", "WHOLE, 2"})
  void evaluation_afterAPrefix_isThatOfWholeQuestions(XlaMode xla, int groups) {
    Task[] tasks = {task(1, 7), task(2, 14)};
    BilevelConfig config = config(1, WHOLE).withXla(xla).withTaskGroups(groups);
    try (var program = Micro.program(config)) {
      program.addEvaluationShape(CUT);
      PassResult want = program.evaluate(whole(tasks));
      PassResult got = program.evaluate(cut(tasks));

      assertThat(got.outerLoss()).isCloseTo(want.outerLoss(), within(1e-12));
      for (int n = 0; n < tasks.length; n++) {
        for (int q = 0; q < QUESTIONS; q++) { // the last is padding
          assertThat(got.questionLoss(n, q)).isCloseTo(want.questionLoss(n, q), within(1e-12));
          assertThat(got.targetTokens(n, q)).isEqualTo(want.targetTokens(n, q));
          assertThat(got.correctTokens(n, q)).isEqualTo(want.correctTokens(n, q));
        }
      }
      for (Decoding decoding : DECODINGS) {
        assertEqual(
            program.generate(cut(tasks), decoding), program.generate(whole(tasks), decoding), 2);
      }
    }
  }

  private static void assertEqual(Generation got, Generation want, int tasks) {
    for (int n = 0; n < tasks; n++) {
      for (int q = 0; q < QUESTIONS; q++) {
        assertThat(got.tokens(n, q)).containsExactly(want.tokens(n, q));
        assertThat(got.logProbabilities(n, q))
            .containsExactly(want.logProbabilities(n, q), within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = XlaMode.class,
      names = {"OFF", "SEGMENTS"})
  void answers_afterReadingAPrefixOnce_areThoseOfWholeQuestions(XlaMode xla) {
    BilevelConfig config = config(1, WHOLE).withXla(xla);
    try (var reference = Micro.program(config);
        var program = restored(config, reference)) {
      for (long seed : new long[] {1, 2}) { // another prefix takes the place of the first
        Task task = task(seed, 7);
        program.encode(whole(task));
        program.read(cut(task));
        for (Task asked : List.of(task, alone(task, 2), alone(task, 0))) {
          Prefix shared = task.withSharedPrefix().prefix();
          TaskBatch cut = TaskBatch.of(CUT.withTasks(1), MODEL, List.of(asked.withPrefix(shared)));
          double[] want = program.score(whole(asked));
          assertThat(program.score(cut)).containsExactly(want, within(1e-12));
          for (Decoding decoding : DECODINGS) {
            assertEqual(
                program.generate(cut, decoding), program.generate(whole(asked), decoding), 1);
          }
        }
      }
    }
  }

  private static Task alone(Task task, int question) {
    return Task.of(task.facts(), List.of(task.questions().get(question)));
  }

  @Test
  void prefix_thatOnlyBeginsAsTheOneRead_isUsedAsFarAsItGoes() {
    BilevelConfig config = config(0, WHOLE);
    Task task = task(1, 7);
    int[] other = {0, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
      other[i] = task.questions().get(0).token(i);
    }
    Task asked = Task.of(task.facts(), List.of(TokenSequence.of(other, 6)));
    Task cut = asked.withPrefix(task.withSharedPrefix().prefix());
    assertThat(cut.prefix().length()).isLessThan(7);
    try (var reference = Micro.program(config);
        var program = restored(config, reference)) {
      program.read(cut(task));
      assertThat(program.score(TaskBatch.of(CUT.withTasks(1), MODEL, List.of(cut))))
          .containsExactly(program.score(whole(asked)), within(1e-12));
    }
  }

  @Test
  void questionsAfterAnotherPrefix_areRefused() {
    BilevelConfig config = config(1, WHOLE);
    Task task = task(1, 7);
    try (var reference = Micro.program(config);
        var program = restored(config, reference)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> program.score(cut(task)))
          .withMessage(
              "the prefix of the questions (7 tokens in 15 slots) must be read before them");
      program.read(cut(task));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.score(cut(task(2, 8))))
          .withMessage(
              "the prefix of the questions (8 tokens) must be the beginning of the one that was"
                  + " read (7 tokens)");
      program.encode(whole(task)); // other weights
      assertThatIllegalStateException().isThrownBy(() -> program.score(cut(task)));
    }
  }

  @Test
  void training_onAShapeWithAPrefix_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Micro.program(config(1, CUT)))
        .withMessage(
            "prefix_tokens (15) must be 0 in training: nothing is learned through a prefix");
  }

  private KnowledgeProgram<TFloat64> restored(
      BilevelConfig config, BilevelProgram<TFloat64> reference) {
    String files = directory.resolve("variables").toString();
    reference.save(files);
    KnowledgeProgram<TFloat64> program = KnowledgeProgram.build(config, TFloat64.class);
    program.restore(files);
    return program;
  }
}
