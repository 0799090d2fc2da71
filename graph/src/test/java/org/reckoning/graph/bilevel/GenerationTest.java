package org.reckoning.graph.bilevel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.types.TFloat64;

class GenerationTest {
  private static final int NO_TOKEN = -1;

  @ParameterizedTest
  @EnumSource(XlaMode.class)
  void generate_continuesWithTheTokenOfLeastLoss(XlaMode xla) {
    TaskShape one = new TaskShape(2, 2, 5, 1, 6);
    TaskShape candidates = new TaskShape(1, 2, 5, Micro.MODEL.vocabSize(), 6);
    List<Task> tasks = Micro.tasks(2, 40);
    int[][] prompts = {{3, 1, 7}, {5, 2}};
    List<Task> asked = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      asked.add(asking(tasks.get(i), List.of(target(prompts[i], 0))));
    }
    try (var program = Micro.program(Micro.config(2, one).withXla(xla))) {
      int[][][] generated = program.generate(Micro.batch(one, asked), 3, NO_TOKEN);

      program.addEvaluationShape(candidates);
      for (int i = 0; i < tasks.size(); i++) {
        int[] text = prompts[i];
        for (int step = 0; step < 3; step++) {
          text = append(text, likeliest(program, candidates, tasks.get(i), text));
        }
        assertThat(generated[i][0])
            .containsExactly(Arrays.copyOfRange(text, prompts[i].length, text.length));
      }
    }
  }

  @Test
  void generate_atTheEndOfText_stops() {
    TaskShape shape = new TaskShape(1, 2, 5, 2, 6);
    Task task =
        asking(Micro.task(40), List.of(target(new int[] {3, 1, 7}, 0), target(new int[] {5}, 0)));
    try (var program = Micro.program(Micro.config(1, shape))) {
      int[][] free = program.generate(Micro.batch(shape, List.of(task)), 3, NO_TOKEN)[0];
      int end = free[0][0];
      int[][] ended = program.generate(Micro.batch(shape, List.of(task)), 3, end)[0];

      assertThat(ended[0]).containsExactly(end);
      int length = Arrays.stream(free[1]).boxed().toList().indexOf(end) + 1;
      assertThat(ended[1]).containsExactly(length == 0 ? free[1] : Arrays.copyOf(free[1], length));
    }
  }

  @Test
  void generate_atTheEndOfTheShape_stops() {
    TaskShape shape = new TaskShape(1, 2, 5, 2, 6);
    Task task = asking(Micro.task(40), List.of(target(new int[] {3, 1, 7, 4}, 0)));
    try (var program = Micro.program(Micro.config(1, shape))) {
      int[][] generated = program.generate(Micro.batch(shape, List.of(task)), 5, NO_TOKEN)[0];

      assertThat(generated[0]).hasSize(2);
      assertThat(generated[1]).as("a padded question").isEmpty();
    }
  }

  @Test
  void generate_ofNoToken_isRefused() {
    try (var program = Micro.program(Micro.config(1))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.generate(Micro.batch(), 0, 1))
          .withMessage("new tokens (0) must be at least 1");
    }
  }

  @Test
  void train_onAShapeForEvaluation_isRefused() {
    TaskShape other = new TaskShape(1, 2, 5, 1, 6);
    try (var program = Micro.program(Micro.config(1))) {
      program.addEvaluationShape(other);
      TaskBatch batch =
          Micro.batch(other, List.of(asking(Micro.task(1), List.of(target(new int[] {1}, 2)))));

      assertThat(program.evaluate(batch).outerLoss()).isPositive();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> program.train(List.of(batch), new OuterRates(0.1, 0.1), 0))
          .withMessageContaining("is one for evaluation");
    }
  }

  private static int likeliest(
      BilevelProgram<TFloat64> program, TaskShape shape, Task task, int[] text) {
    List<TokenSequence> continued = new ArrayList<>();
    for (int token = 0; token < Micro.MODEL.vocabSize(); token++) {
      continued.add(target(text, token));
    }
    PassResult result = program.evaluate(Micro.batch(shape, List.of(asking(task, continued))));
    int best = 0;
    for (int token = 1; token < continued.size(); token++) {
      best = result.questionLoss(0, token) < result.questionLoss(0, best) ? token : best;
    }
    return best;
  }

  private static TokenSequence target(int[] prompt, int token) {
    return TokenSequence.of(append(prompt, token), prompt.length);
  }

  private static int[] append(int[] tokens, int token) {
    int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
    longer[tokens.length] = token;
    return longer;
  }

  private static Task asking(Task task, List<TokenSequence> questions) {
    return new Task(task.facts(), task.relevant(), questions);
  }
}
