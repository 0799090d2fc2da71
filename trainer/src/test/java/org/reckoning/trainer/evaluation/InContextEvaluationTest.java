package org.reckoning.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.XlaMode;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.tokens.Buckets.BucketLimits;
import org.reckoning.trainer.tokens.EncodedTask;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.tokens.VocabularyBuilder;
import org.tensorflow.types.TFloat64;

/** An evaluation reads the facts of a task once, and finds what it finds without a prefix. */
class InContextEvaluationTest {
  private static final int MAX_TOKENS = 56;
  private static final List<String> LABELS = List.of("mother", "mother-in-law", "son");

  private static final List<ReasoningTask> TASKS =
      List.of(
          task("two questions", 3, "How are Mary and Tom related ?", "How are Tom and Mary ?"),
          task("long facts", 6, "How is Mary ?", "How are Mary and Kate related to Tom ?"),
          task("one question", 2, "How are Mary and Tom related ?"));

  private static ReasoningTask task(String id, int facts, String... questions) {
    return new ReasoningTask(
        id,
        DatasetType.CLUTRR,
        IntStream.range(0, facts)
            .mapToObj(i -> new Fact(i % 2 == 0 ? "Mary has a son Tom" : "Tom is Kate's son", true))
            .toList(),
        IntStream.range(0, questions.length)
            .mapToObj(q -> new Question(questions[q], LABELS.get(q), List.of(0)))
            .toList(),
        2,
        LABELS);
  }

  /** Gives every question its facts again. */
  private record Whole(BatchModel model) implements BatchModel {
    @Override
    public void addShape(TaskShape shape) {
      assertThat(shape.prefixTokens()).isGreaterThan(10);
      model.addShape(whole(shape));
    }

    @Override
    public Scores score(TaskShape shape, List<Task> tasks) {
      return model.score(whole(shape), tasks.stream().map(Whole::whole).toList());
    }

    @Override
    public Answers answer(TaskShape shape, List<Task> tasks, int newTokens, int endOfText) {
      return model.answer(
          whole(shape), tasks.stream().map(Whole::whole).toList(), newTokens, endOfText);
    }

    private static TaskShape whole(TaskShape shape) {
      return new TaskShape(
          shape.tasks(),
          shape.facts(),
          shape.factTokens(),
          shape.questions(),
          Math.min(MAX_TOKENS, shape.prefixTokens() + shape.questionTokens()));
    }

    private static Task whole(Task task) {
      return new Task(
          task.facts(),
          task.relevant(),
          task.questions().stream().map(question -> whole(task, question)).toList());
    }

    private static TokenSequence whole(Task task, TokenSequence question) {
      int prefix = task.prefix().length();
      int prompt = prefix;
      while (question.span(prompt - prefix) == Span.PROMPT) {
        prompt++;
      }
      return TokenSequence.of(
          IntStream.range(0, prefix + question.length())
              .map(t -> t < prefix ? task.prefix().token(t) : question.token(t - prefix))
              .toArray(),
          prompt);
    }
  }

  @Test
  void evaluation_withPrefixes_findsWhatOneWithoutFinds() {
    Vocabulary vocabulary = new VocabularyBuilder().add(TASKS).build();
    TaskEncoder encoder = new TaskEncoder(Tokenizer.gpt2(), vocabulary, Method.IN_CONTEXT, false);
    List<EncodedTask> tasks = encoder.encodeAll(TASKS, 0);
    Gpt2Config model = new Gpt2Config(vocabulary.size(), 64, 16, 2, 2, 32, 1e-5, 0.3);
    BilevelConfig config =
        BilevelConfig.of(model, 0, new TaskShape(1, 1, 2, 1, 2))
            .withXla(XlaMode.OFF)
            .withTaskGroups(2);
    BucketLimits limits = new BucketLimits(2, 2, MAX_TOKENS, 0);
    try (var program = BilevelProgram.build(config, TFloat64.class)) {
      program.initialize(5);
      List<List<Prediction>> found = new ArrayList<>();
      BatchModel cut = new ProgramModel(program);
      for (BatchModel each : List.of(cut, new Whole(cut))) {
        found.add(
            new Evaluator(each, Peers.ALONE, encoder, limits, vocabulary.endOfText(), 20, tasks)
                .evaluate(tasks, () -> false)
                .orElseThrow()
                .predictions());
      }
      assertThat(found.get(0)).hasSize(5).hasSameSizeAs(found.get(1));
      for (int i = 0; i < found.get(0).size(); i++) {
        Prediction got = found.get(0).get(i);
        Prediction want = found.get(1).get(i);
        assertThat(got.generated()).isEqualTo(want.generated());
        assertThat(got.loss()).isCloseTo(want.loss(), within(1e-9));
        assertThat(got.probabilities().keySet()).containsExactlyElementsOf(LABELS);
        got.probabilities()
            .forEach(
                (label, probability) ->
                    assertThat(probability)
                        .isCloseTo(want.probabilities().get(label), within(1e-9)));
      }
      assertThat(found.get(0).stream().map(Prediction::generated).distinct()).hasSizeGreaterThan(1);
    }
  }
}
