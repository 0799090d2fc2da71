package org.reckoning.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskShape;
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
import org.reckoning.trainer.training.ThreadPeers;

/** Metrics of hand-made losses and answers; all expectations are computed by hand. */
class EvaluatorTest {
  private static final List<String> LABELS = List.of("mother", "father", "aunt");
  private static final int NEW_TOKENS = 4;

  private static final TaskEncoder ENCODER =
      new TaskEncoder(Tokenizer.gpt2(), Vocabulary.full(), Method.RECKONING, false);

  /** One fact and two questions; the table below finds a task by its number of facts. */
  private static final EncodedTask FIRST =
      task("first", 2, List.of("A is the mother of B"), "mother", "father");

  private static final EncodedTask SECOND =
      task("second", 3, List.of("C is the sister of D", "D is the mother of E"), "aunt");

  private static EncodedTask task(String id, int hops, List<String> facts, String... labels) {
    List<Question> questions = new ArrayList<>();
    for (String label : labels) {
      questions.add(new Question("Who is question " + questions.size() + " ?", label, List.of(0)));
    }
    return ENCODER.encode(
        new ReasoningTask(
            id,
            DatasetType.CLUTRR,
            facts.stream().map(text -> new Fact(text, true)).toList(),
            questions,
            hops,
            LABELS));
  }

  @Test
  void leftOut_ofRepeatedIds_countsTasks() {
    ReasoningTask task = FIRST.source();
    ReasoningTask longer = SECOND.source();
    Prediction answer =
        new Prediction("first", 2, "?", "aunt", "aunt", Map.of(), 1, null, null, null, null, null);
    Evaluation evaluation = new Evaluation(List.of(answer, answer));

    assertThat(evaluation.leftOut(List.of(task, longer, task))).containsExactly(longer, task);
    assertThat(evaluation.leftOut(List.of(task))).isEmpty();
  }

  /** Losses of the candidates, question by question, and then of the training targets. */
  private static final Map<Integer, double[]> LOSSES =
      Map.of(
          1, new double[] {1, 2, 3, /* q 1 */ 0.5, 0.7, 4, /* targets */ 3, 1},
          2, new double[] {5, 4, 1, /* target */ 2.5});

  private static final Map<Integer, int[]> TARGET_TOKENS =
      Map.of(1, new int[] {0, 0, 0, 0, 0, 0, 2, 4}, 2, new int[] {0, 0, 0, 2});

  private static final Map<Integer, List<String>> ANSWERS =
      Map.of(1, List.of("The mother.", "uncle"), 2, List.of("aunt or mother"));

  /** A model whose losses and answers are the tables above. */
  private static final class Table implements BatchModel {
    final List<TaskShape> shapes = new ArrayList<>();
    private final int innerSteps;

    Table(int innerSteps) {
      this.innerSteps = innerSteps;
    }

    private static <V> V of(Map<Integer, V> table, List<Task> tasks, int task) {
      return Objects.requireNonNull(table.get(tasks.get(task).facts().size()));
    }

    @Override
    public void addShape(TaskShape shape) {
      shapes.add(shape);
    }

    @Override
    public Scores score(TaskShape shape, List<Task> tasks) {
      assertThat(shapes).contains(shape);
      return new Scores() {
        @Override
        public int innerSteps() {
          return innerSteps;
        }

        @Override
        public double innerLoss(int k, int task) {
          return tasks.get(task).facts().size() + 1.0 / (k + 1);
        }

        @Override
        public double questionLoss(int task, int question) {
          return of(LOSSES, tasks, task)[question];
        }

        @Override
        public int targetTokens(int task, int question) {
          return of(TARGET_TOKENS, tasks, task)[question];
        }
      };
    }

    @Override
    public Answers answer(TaskShape shape, List<Task> tasks, int newTokens, int endOfText) {
      assertThat(shapes).contains(shape);
      assertThat(newTokens).isEqualTo(NEW_TOKENS);
      return (task, question) -> Tokenizer.gpt2().encode(of(ANSWERS, tasks, task).get(question));
    }
  }

  private static Evaluator evaluator(Table table, int newTokens) {
    return evaluator(table, newTokens, Peers.ALONE);
  }

  private static Evaluator evaluator(Table table, int newTokens, Peers peers) {
    return new Evaluator(
        table,
        peers,
        ENCODER,
        new BucketLimits(1, 2, 64, 2),
        Tokenizer.END_OF_TEXT,
        newTokens,
        List.of(FIRST, SECOND));
  }

  private static Evaluation evaluate(Table table, int newTokens) {
    return evaluator(table, newTokens).evaluate(List.of(FIRST, SECOND), () -> false).orElseThrow();
  }

  /** Two batches each of scores and texts: the third process has none. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void evaluation_ofSeveralProcesses_isThatOfOne(int ranks) throws Exception {
    List<Evaluation> evaluations =
        ThreadPeers.run(
            ranks,
            peers ->
                evaluator(new Table(2), NEW_TOKENS, peers)
                    .evaluate(List.of(FIRST, SECOND), () -> false)
                    .orElseThrow());

    assertThat(evaluations).hasSize(ranks).containsOnly(evaluate(new Table(2), NEW_TOKENS));
  }

  private static Evaluation ofHops(Evaluation evaluation, int hops) {
    return Objects.requireNonNull(evaluation.byHops().get(hops));
  }

  @Test
  void metrics_ofHandMadeLosses_areThoseComputedByHand() {
    Evaluation evaluation = evaluate(new Table(2), NEW_TOKENS);

    // losses per target token: 3/2, 1/4, 2.5/2; their mean is 1
    // smallest loss: mother (right), mother (wrong), aunt (right)
    // answers: "mother" = target; "uncle" has no common word; "aunt or mother": 2 * 1 / (3 + 1)
    assertThat(evaluation.metrics())
        .containsExactly(
            entry("loss", 1.0),
            entry("acc_scored", 2 / 3.0),
            entry("acc", 1 / 3.0),
            entry("acc_label", 1 / 3.0),
            entry("f1", 0.5),
            entry("f1_ref", 0.5));
    assertThat(ofHops(evaluation, 2).metrics())
        .containsEntry("loss", 0.875)
        .containsEntry("acc_scored", 0.5)
        .containsEntry("acc_label", 0.5);
    assertThat(ofHops(evaluation, 3).metrics())
        .containsEntry("loss", 1.25)
        .containsEntry("acc_scored", 1.0)
        .containsEntry("acc_label", 0.0);
  }

  @Test
  void predictions_areThoseOfTheirTaskAndQuestion() {
    List<Prediction> predictions = evaluate(new Table(2), NEW_TOKENS).predictions();

    assertThat(predictions).extracting(Prediction::id).containsExactly("first", "first", "second");
    assertThat(predictions)
        .extracting(Prediction::scored)
        .containsExactly("mother", "mother", "aunt");
    assertThat(predictions)
        .extracting(Prediction::generated)
        .containsExactly("The mother.", "uncle", "aunt or mother");
    assertThat(predictions)
        .extracting(Prediction::target)
        .containsExactly("mother", "father", "aunt");
    assertThat(predictions).extracting(Prediction::loss).containsExactly(1.5, 0.25, 1.25);
    assertThat(predictions).extracting(Prediction::innerLossBefore).containsExactly(2.0, 2.0, 3.0);
    assertThat(predictions)
        .extracting(Prediction::innerLossAfter)
        .containsExactly(1 + 1 / 3.0, 1 + 1 / 3.0, 2 + 1 / 3.0);
    // softmax of (-1, -2, -3)
    Map<String, Double> first = predictions.get(0).probabilities();
    assertThat(first.get("mother")).isCloseTo(0.6652409557748219, within(1e-15));
    assertThat(first.get("father")).isCloseTo(0.24472847105479767, within(1e-15));
    assertThat(first.get("aunt")).isCloseTo(0.09003057317038046, within(1e-15));
  }

  @Test
  void evaluate_withoutInnerStepsAndTexts_scoresLabelsOnly() {
    Evaluation evaluation = evaluate(new Table(0), 0);

    assertThat(evaluation.metrics())
        .containsExactly(entry("loss", 1.0), entry("acc_scored", 2 / 3.0));
    assertThat(evaluation.predictions())
        .allSatisfy(
            each -> {
              assertThat(each.innerLossBefore()).isNull();
              assertThat(each.innerLossAfter()).isNull();
              assertThat(each.generated()).isNull();
            });
  }

  /** With one task a batch there are two batches of scores, then two of texts. */
  @Test
  void evaluate_stoppedBeforeItsLastBatch_isEmpty() {
    for (int allowed = 0; allowed < 4; allowed++) {
      int[] left = {allowed};
      assertThat(
              evaluator(new Table(2), NEW_TOKENS)
                  .evaluate(List.of(FIRST, SECOND), () -> left[0]-- == 0))
          .as("stopped before batch %d", allowed)
          .isEmpty();
    }
  }
}
