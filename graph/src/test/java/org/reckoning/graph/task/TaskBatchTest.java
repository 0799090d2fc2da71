package org.reckoning.graph.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.reckoning.graph.task.Span.ANSWER;
import static org.reckoning.graph.task.Span.KNOWLEDGE;
import static org.reckoning.graph.task.Span.PROMPT;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.program.Micro;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

class TaskBatchTest {
  private static final TaskShape SHAPE = new TaskShape(2, 2, 3, 1, 4);
  private static final TokenSequence FACT = TokenSequence.of(new int[] {1, 2}, 1);
  private static final TokenSequence QUESTION =
      TokenSequence.of(new int[] {3, 4, 5}, List.of(PROMPT, ANSWER, KNOWLEDGE));
  private static final Task TASK = Task.of(List.of(FACT), List.of(QUESTION));

  @Test
  void of_padsOnTheRight() {
    TokenSequence longer = TokenSequence.of(new int[] {6, 7, 8}, 2);
    Task task = new Task(List.of(FACT, longer), List.of(false, true), List.of(QUESTION));
    TaskBatch batch = TaskBatch.of(SHAPE, Micro.MODEL, List.of(task));

    assertThat(batch.factTokens()).containsExactly(1, 2, 0, 6, 7, 8, 0, 0, 0, 0, 0, 0);
    assertThat(batch.factTargets()).containsExactly(0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    assertThat(batch.factLengths()).containsExactly(2, 3, 0, 0);
    assertThat(batch.factRelevant()).containsExactly(0, 1, 0, 0);
    assertThat(batch.questionTokens()).containsExactly(3, 4, 5, 0, 0, 0, 0, 0);
    assertThat(batch.questionSpans()).containsExactly(0, 1, 2, 0, 0, 0, 0, 0);
    assertThat(batch.questionLengths()).containsExactly(3, 0);
    assertThat(batch.taskWeights()).containsExactly(1, 0);
    assertThat(batch.shape()).isEqualTo(SHAPE);
    assertThat(batch.tasks()).isEqualTo(1);
    assertThat(batch.tokens()).isEqualTo(2 + 3 + 3);
  }

  @Test
  void of_weighsTasksByThoseOfTheUpdate() {
    assertThat(TaskBatch.of(SHAPE, Micro.MODEL, List.of(TASK, TASK)).taskWeights())
        .containsExactly(0.5, 0.5);
    assertThat(TaskBatch.of(SHAPE, Micro.MODEL, List.of(TASK, TASK), 8).taskWeights())
        .containsExactly(0.125, 0.125);
  }

  @Test
  void microBatches_splitTheFactsOfEachTask() {
    TokenSequence longer = TokenSequence.of(new int[] {6, 7, 8}, 2);
    Task task =
        new Task(List.of(FACT, longer, FACT), List.of(false, true, true), List.of(QUESTION));
    TaskBatch batch =
        TaskBatch.of(SHAPE.withFacts(3), Micro.MODEL, List.of(task, TASK)); // and one of padding
    List<TaskBatch> parts = batch.microBatches(2);

    assertThat(parts).hasSize(2);
    assertThat(parts.get(0).shape()).isEqualTo(SHAPE);
    assertThat(parts.get(0).factTokens()).containsExactly(1, 2, 0, 6, 7, 8, 1, 2, 0, 0, 0, 0);
    assertThat(parts.get(0).factTargets()).containsExactly(0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0);
    assertThat(parts.get(0).factLengths()).containsExactly(2, 3, 2, 0);
    assertThat(parts.get(0).factRelevant()).containsExactly(0, 1, 1, 0);
    assertThat(parts.get(1).factTokens()).containsExactly(1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(parts.get(1).factTargets()).containsExactly(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(parts.get(1).factLengths()).containsExactly(2, 0, 0, 0);
    assertThat(parts.get(1).factRelevant()).containsExactly(1, 0, 0, 0);
    assertThat(parts.get(1).questionTokens()).isEqualTo(batch.questionTokens());
    assertThat(parts.get(1).taskWeights()).isEqualTo(batch.taskWeights());
    assertThat(batch.factCounts()).containsExactly(3, 1);
    assertThat(TaskBatch.of(SHAPE, Micro.MODEL, List.of(TASK)).factCounts())
        .containsExactly(1, 1); // at least 1, for padding
  }

  @Test
  void sequence_copiesItsTokens() {
    int[] tokens = {1, 2};
    TokenSequence sequence = TokenSequence.of(tokens, 1);
    tokens[0] = 9;

    assertThat(sequence.token(0)).isEqualTo(1);
    assertThat(sequence.length()).isEqualTo(2);
    assertThat(sequence.span(0)).isEqualTo(PROMPT);
    assertThat(sequence.span(1)).isEqualTo(ANSWER);
  }

  static Stream<Arguments> rejected() {
    TokenSequence four = TokenSequence.of(new int[] {1, 2, 3, 4}, 1);
    TokenSequence five = TokenSequence.of(new int[] {1, 2, 3, 4, 5}, 1);
    TokenSequence unknown = TokenSequence.of(new int[] {1, 11}, 1);
    TaskShape huge = new TaskShape(1, 1 << 21, 1024, 1, 2);
    TokenSequence negative = TokenSequence.of(new int[] {-1, 2}, 1);
    return Stream.of(
        refused("tasks (0) must be at least 1 and at most those of the shape (2)", () -> batch()),
        refused(
            "tasks (3) must be at least 1 and at most those of the shape (2)",
            () -> batch(TASK, TASK, TASK)),
        refused(
            "tasks of the update (1) must be at least those of the pass (2)",
            () -> TaskBatch.of(SHAPE, Micro.MODEL, List.of(TASK, TASK), 1)),
        refused(
            "facts (3) of task 1 must be at most those of the shape (2)",
            () -> batch(TASK, Task.of(List.of(FACT, FACT, FACT), List.of(QUESTION)))),
        refused(
            "questions (2) of task 0 must be at most those of the shape (1)",
            () -> batch(Task.of(List.of(FACT), List.of(QUESTION, QUESTION)))),
        refused(
            "tokens of fact 1 (4) of task 0 must be at most those of the shape (3)",
            () -> batch(Task.of(List.of(FACT, four), List.of(QUESTION)))),
        refused(
            "tokens of question 0 (5) of task 0 must be at most those of the shape (4)",
            () -> batch(Task.of(List.of(FACT), List.of(five)))),
        refused(
            "tokens of the prefix (6) and of question 0 (3) of task 0 must be at most n_positions (8)",
            () ->
                TaskBatch.of(
                    SHAPE.withPrefixTokens(6),
                    Micro.MODEL,
                    List.of(
                        new Task(
                            List.of(FACT),
                            List.of(true),
                            List.of(QUESTION),
                            Prefix.of(1, 2, 3, 4, 5, 6))))),
        refused(
            "an array of batch shape %s has 2097152 x 1024 elements and must have at most 2147483647"
                .formatted(huge),
            () -> TaskBatch.of(huge, Micro.MODEL, List.of(TASK))),
        refused(
            "token id (11) of fact 0 of task 0 must be in [0, vocab_size (11))",
            () -> batch(Task.of(List.of(unknown), List.of(QUESTION)))),
        refused(
            "token id (-1) of question 0 of task 1 must be in [0, vocab_size (11))",
            () -> batch(TASK, Task.of(List.of(FACT), List.of(negative)))),
        refused(
            "a task must have facts (0) and questions (1)",
            () -> Task.of(List.of(), List.of(QUESTION))),
        refused(
            "a task must have facts (1) and questions (0)",
            () -> Task.of(List.of(FACT), List.of())),
        refused(
            "flags of relevance (2) must be as many as facts (1)",
            () -> new Task(List.of(FACT), List.of(true, true), List.of(QUESTION))),
        refused(
            "spans (1) must be as many as tokens (2)",
            () -> TokenSequence.of(new int[] {1, 2}, List.of(PROMPT))),
        refused(
            "the first token of a sequence has no prediction and must be PROMPT",
            () -> TokenSequence.of(new int[] {1, 2}, List.of(ANSWER, ANSWER))),
        refused(
            "a sequence of 2 tokens has no target token; at least one must be scored",
            () -> TokenSequence.of(new int[] {1, 2}, List.of(PROMPT, PROMPT))),
        refused(
            "a sequence of 0 tokens has no target token; at least one must be scored",
            () -> TokenSequence.of(new int[0], List.of())),
        refused(
            "prompt length (0) must be at least 1 and less than the number of tokens (2)",
            () -> TokenSequence.of(new int[] {1, 2}, 0)),
        refused(
            "prompt length (2) must be at least 1 and less than the number of tokens (2)",
            () -> TokenSequence.of(new int[] {1, 2}, 2)),
        refused(
            "values (3) must be as many as the elements of shape [2] (2)",
            () -> HostTensors.of(TFloat64.class, Shape.of(2), 1, 2, 3).close()),
        refused(
            "values (1) must be as many as the elements of shape [2] (2)",
            () -> HostTensors.of(Shape.of(2), 1).close()));
  }

  private static void batch(Task... tasks) {
    TaskBatch.of(SHAPE, Micro.MODEL, List.of(tasks));
  }

  private static Arguments refused(String message, Runnable construct) {
    return Arguments.of(message, construct);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rejected")
  void whatDoesNotFit_isRefusedByName(String message, Runnable construct) {
    assertThatIllegalArgumentException().isThrownBy(construct::run).withMessage(message);
  }

  @Test
  void hostTensors_goThereAndBack() {
    try (Tensor doubles = HostTensors.of(TFloat64.class, Shape.of(2, 1), 0.1, -2);
        Tensor floats = HostTensors.of(TFloat32.class, Shape.of(2), 0.1, -2);
        Tensor scalar = HostTensors.of(TFloat64.class, Shape.scalar(), 7)) {
      assertThat(HostTensors.toDoubles(doubles)).containsExactly(0.1, -2);
      assertThat(HostTensors.toDoubles(floats)).containsExactly(0.1f, -2);
      assertThat(HostTensors.toDoubles(scalar)).containsExactly(7);
    }
  }
}
