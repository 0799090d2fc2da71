package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operation;
import org.tensorflow.types.TFloat64;

class GroupedPassTest {
  private static final TaskShape FOUR = Micro.SHAPE.withTasks(4);
  private static final TaskBatch BATCH =
      Micro.batch(FOUR, Micro.tasks(3, 80)); // and one of padding
  private static final Decoding GREEDY = Decoding.greedy(2, 1);
  private static final BilevelConfig CONFIG =
      Micro.config(1, FOUR)
          .withInnerRates(InnerRates.log(0.1))
          .withOuterTerms(OuterTerm.target(), OuterTerm.recall(0.5));

  @ParameterizedTest
  @CsvSource({"OFF,3", "OFF,4", "SEGMENTS,2", "WHOLE,2"})
  void results_ofGroups_areThoseOfAllTasksAtOnce(XlaMode xla, int groups) {
    try (var whole = Micro.program(CONFIG.withXla(xla));
        var grouped = Micro.program(CONFIG.withXla(xla).withTaskGroups(groups))) {
      PassResult want = whole.evaluate(BATCH);
      PassResult got = grouped.evaluate(BATCH);
      assertThat(got.outerLoss()).isCloseTo(want.outerLoss(), within(1e-12));
      assertThat(got.termLosses().get("recall"))
          .isCloseTo(Objects.requireNonNull(want.termLosses().get("recall")), within(1e-12));
      for (int n = 0; n < 3; n++) {
        for (int k = 0; k <= 1; k++) {
          assertThat(got.innerLoss(k, n)).isCloseTo(want.innerLoss(k, n), within(1e-12));
        }
        for (int q = 0; q < FOUR.questions(); q++) {
          assertThat(got.questionLoss(n, q)).isCloseTo(want.questionLoss(n, q), within(1e-12));
          assertThat(got.correctTokens(n, q)).isEqualTo(want.correctTokens(n, q));
        }
      }
      Micro.assertClose(grouped.gradients(BATCH, 0), whole.gradients(BATCH, 0), 1e-11);
      Micro.assertClose(grouped.adapt(BATCH), whole.adapt(BATCH), 1e-11);
      Generation texts = grouped.generate(BATCH, GREEDY);
      Generation wantTexts = whole.generate(BATCH, GREEDY);
      for (int n = 0; n < 3; n++) {
        for (int q = 0; q < FOUR.questions(); q++) {
          assertThat(texts.tokens(n, q)).containsExactly(wantTexts.tokens(n, q));
        }
      }
    }
  }

  @Test
  void calls_ofAGroup_waitForNoOtherGroup() {
    try (BilevelProgram<TFloat64> program = Micro.program(CONFIG.withTaskGroups(2))) {
      Operation last = program.graph().operation("train/group_0/outer/StatefulPartitionedCall");
      Set<String> before = new HashSet<>();
      addBefore((GraphOperation) Objects.requireNonNull(last), before);

      assertThat(before)
          .contains("train/group_0/inner_0/StatefulPartitionedCall")
          .noneMatch(name -> name.contains("/group_1/"));
    }
  }

  private static void addBefore(GraphOperation op, Set<String> names) {
    if (names.add(op.name())) {
      for (int i = 0; i < op.numInputs(); i++) {
        addBefore((GraphOperation) op.input(i).op(), names);
      }
      op.controlInputs().forEach(input -> addBefore(input, names));
    }
  }

  @Test
  void dropout_differsBetweenGroups() {
    Task task = Micro.task(90);
    TaskBatch same = Micro.batch(Micro.SHAPE.withTasks(2), List.of(task, task));
    BilevelConfig config =
        Micro.config(1, Micro.SHAPE.withTasks(2)).withDropout(0.3, 0).withTaskGroups(2);
    try (var program = Micro.program(config)) {
      UpdateResult update = program.train(List.of(same), new OuterRates(0, 0), 5);
      PassResult pass = update.passes().get(0);
      assertThat(pass.questionLoss(0, 0)).isNotEqualTo(pass.questionLoss(1, 0));
    }
  }
}
