package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerLoss;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;

/** The sum of F facts, with rates divided by F, is their mean. */
class InnerLossTest {
  private static final int FACTS = 3;

  /** Room for two more facts. */
  private static final TaskShape SHAPE = new TaskShape(1, 5, 5, 2, 6);

  private static final BilevelConfig MEAN = Micro.config(2, SHAPE);

  static Stream<Arguments> configurations() {
    return Stream.of(
        Arguments.of("exact", MEAN),
        Arguments.of("first order", MEAN.withGradientMode(GradientMode.firstOrder())),
        Arguments.of("momentum", MEAN.withInnerOptimizer(new Momentum())),
        Arguments.of("micro-batches", MEAN.withInnerMicroFacts(2)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void sum_withRatesDividedByTheFacts_isTheMean(String name, BilevelConfig config) {
    TaskBatch batch = Micro.batch(SHAPE, List.of(task(30, FACTS)));
    try (var ofMean = Micro.program(config);
        var ofSum = Micro.program(config.withInnerLoss(InnerLoss.SUM))) {
      ofSum.assignRates(divided(ofMean.rates()));

      PassResult mean = ofMean.evaluate(batch);
      PassResult sum = ofSum.evaluate(batch);
      for (int k = 0; k <= 2; k++) {
        assertThat(sum.innerLoss(k)).isCloseTo(FACTS * mean.innerLoss(k), within(1e-11));
      }
      assertThat(sum.outerLoss()).isCloseTo(mean.outerLoss(), within(1e-12));
      assertClose(ofSum.adapt(batch), ofMean.adapt(batch), 1e-12);
      Map<String, double[]> gradients = ofMean.gradients(batch, 0);
      gradients.computeIfPresent("rates", (rates, g) -> multiplied(g)); // chain rule
      assertClose(ofSum.gradients(batch, 0), gradients, 1e-10);
    }
  }

  @Test
  void sum_ofTasksOfOnePass_isThatOfEachTask() {
    TaskBatch batch = Micro.batch(SHAPE.withTasks(2), List.of(task(30, 4), task(31, 2)));
    BilevelConfig config = Micro.config(1, SHAPE.withTasks(2));
    try (var ofMean = Micro.program(config);
        var ofSum = Micro.program(config.withInnerLoss(InnerLoss.SUM))) {
      PassResult mean = ofMean.evaluate(batch);
      PassResult sum = ofSum.evaluate(batch);

      assertThat(sum.innerLoss(0, 0)).isCloseTo(4 * mean.innerLoss(0, 0), within(1e-11));
      assertThat(sum.innerLoss(0, 1)).isCloseTo(2 * mean.innerLoss(0, 1), within(1e-11));
    }
  }

  private static Task task(long seed, int facts) {
    Random random = new Random(seed);
    List<TokenSequence> sequences =
        Stream.generate(() -> Micro.sequence(random, 5, 2)).limit(facts).toList();
    List<Boolean> relevant = sequences.stream().map(fact -> true).toList();
    return new Task(sequences, relevant, Micro.task(seed).questions());
  }

  private static double[][] divided(double[][] rates) {
    return Arrays.stream(rates)
        .map(row -> Arrays.stream(row).map(rate -> rate / FACTS).toArray())
        .toArray(double[][]::new);
  }

  private static double[] multiplied(double[] values) {
    return Arrays.stream(values).map(value -> value * FACTS).toArray();
  }

  private static void assertClose(
      Map<String, double[]> got, Map<String, double[]> want, double tolerance) {
    assertThat(got.keySet()).isEqualTo(want.keySet());
    want.forEach(
        (name, values) ->
            assertThat(got.get(name)).as(name).containsExactly(values, within(tolerance)));
  }
}
