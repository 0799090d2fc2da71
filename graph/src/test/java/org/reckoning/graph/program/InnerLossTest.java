package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerLoss;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;

/** An inner loss is a multiple of the mean; rates divided by the multiple make the same steps. */
class InnerLossTest {
  private static final int FACTS = 3;

  /** Room for two more facts. */
  private static final TaskShape SHAPE = new TaskShape(1, 5, 5, 2, 6);

  private static final BilevelConfig MEAN = Micro.config(2, SHAPE);

  static Stream<Arguments> configurations() {
    BilevelConfig momentum = MEAN.withInnerOptimizer(new Momentum());
    BilevelConfig firstOrder = MEAN.withGradientMode(GradientMode.firstOrder());
    BilevelConfig microBatches = MEAN.withInnerMicroFacts(2);
    return Stream.of(InnerLoss.ROOT, InnerLoss.SUM)
        .flatMap(
            loss ->
                Stream.of(
                    Arguments.of("exact", MEAN, loss),
                    Arguments.of("first order", firstOrder, loss),
                    Arguments.of("momentum", momentum, loss),
                    Arguments.of("micro-batches", microBatches, loss)));
  }

  @ParameterizedTest(name = "{0}, {2}")
  @MethodSource("configurations")
  void multiple_withRatesDividedByIt_isTheMean(
      String name, BilevelConfig config, InnerLoss innerLoss) {
    double multiple = multiple(innerLoss, FACTS);
    TaskBatch batch = Micro.batch(SHAPE, List.of(task(30, FACTS)));
    try (var ofMean = Micro.program(config);
        var program = Micro.program(config.withInnerLoss(innerLoss))) {
      program.assignRates(
          Arrays.stream(ofMean.rates())
              .map(row -> times(1 / multiple, row))
              .toArray(double[][]::new));

      PassResult want = ofMean.evaluate(batch);
      PassResult got = program.evaluate(batch);
      for (int k = 0; k <= 2; k++) {
        assertThat(got.innerLoss(k)).isCloseTo(multiple * want.innerLoss(k), within(1e-11));
      }
      assertThat(got.outerLoss()).isCloseTo(want.outerLoss(), within(1e-12));
      Micro.assertClose(program.adapt(batch), ofMean.adapt(batch), 1e-12);
      Map<String, double[]> gradients = ofMean.gradients(batch, 0);
      gradients.computeIfPresent("rates", (rates, g) -> times(multiple, g)); // chain rule
      Micro.assertClose(program.gradients(batch, 0), gradients, 1e-10);
    }
  }

  @ParameterizedTest
  @EnumSource
  void multiple_isThatOfEachTaskOfAPass(InnerLoss innerLoss) {
    TaskBatch batch = Micro.batch(SHAPE.withTasks(2), List.of(task(30, 4), task(31, 2)));
    BilevelConfig config = Micro.config(1, SHAPE.withTasks(2));
    try (var ofMean = Micro.program(config);
        var program = Micro.program(config.withInnerLoss(innerLoss))) {
      PassResult want = ofMean.evaluate(batch);
      PassResult got = program.evaluate(batch);

      double first = multiple(innerLoss, 4) * want.innerLoss(0, 0);
      double second = multiple(innerLoss, 2) * want.innerLoss(0, 1);
      assertThat(got.innerLoss(0, 0)).isCloseTo(first, within(1e-11));
      assertThat(got.innerLoss(0, 1)).isCloseTo(second, within(1e-11));
    }
  }

  private static double multiple(InnerLoss innerLoss, int facts) {
    return switch (innerLoss) {
      case MEAN -> 1;
      case ROOT -> Math.sqrt(facts);
      case SUM -> facts;
    };
  }

  private static Task task(long seed, int facts) {
    Random random = new Random(seed);
    List<TokenSequence> sequences =
        Stream.generate(() -> Micro.sequence(random, 5, 2)).limit(facts).toList();
    List<Boolean> relevant = sequences.stream().map(fact -> true).toList();
    return new Task(sequences, relevant, Micro.task(seed).questions());
  }

  private static double[] times(double factor, double[] values) {
    return Arrays.stream(values).map(value -> factor * value).toArray();
  }
}
