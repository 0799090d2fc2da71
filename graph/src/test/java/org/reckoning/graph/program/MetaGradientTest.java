package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.optimizer.Sgd;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.tensorflow.types.TFloat64;

/** The gradient of the outer loss against central differences of the outer loss, in float64. */
class MetaGradientTest {
  private static final double STEP = 2e-6;
  private static final double TOLERANCE = 1e-6;

  /** A smaller slope could not be told from none, so that a gradient of zeros would pass. */
  private static final double LEAST_SLOPE = 1e-3;

  private static final OuterRates FREEZE = new OuterRates(0, 0);
  private static final TaskShape TWO_TASKS = Micro.SHAPE.withTasks(2);

  static Stream<Arguments> configurations() {
    BilevelConfig config = Micro.config(2);
    return Stream.of(
        Arguments.of("all weights", config),
        Arguments.of("momentum", config.withInnerOptimizer(new Momentum(0.9, 0.1, true))),
        Arguments.of("decay", config.withInnerOptimizer(new Sgd(0.3))),
        Arguments.of(
            "AdamW with a large epsilon",
            config.withInnerOptimizer(new AdamW(0.9, 0.95, 0.1, 0.1))),
        Arguments.of(
            "a pattern is adapted, all are trained",
            Micro.config(3).withAdaptation(Adaptation.matching("h.0.mlp.*", "ln_f.*"))),
        Arguments.of(
            "a pattern is adapted, another one is trained",
            config
                .withAdaptation(Adaptation.matching("h.0.attn.*", "wte.*"))
                .withTrained("w*e.weight", "*.mlp.*", "*.c_proj.bias")),
        Arguments.of(
            "low-rank factors",
            config.withAdaptation(Adaptation.lora(2, 3, "attn.c_attn", "mlp.c_proj"))),
        Arguments.of(
            "low-rank factors alone",
            config
                .withAdaptation(Adaptation.lora(2, 3, "c_proj"))
                .withTrained("*.lora_A", "*.lora_B")
                .withInnerOptimizer(new Momentum())),
        Arguments.of("some are trained", config.withTrained("h.0.ln_1.*", "wpe.weight")),
        Arguments.of("rates in log space", config.withInnerRates(InnerRates.log(0.1))),
        Arguments.of(
            "several terms",
            config.withOuterTerms(
                OuterTerm.answer(0.7), OuterTerm.knowledge(0.2), OuterTerm.recall(1.5))),
        Arguments.of("several tasks of different weights", config.withShapes(TWO_TASKS)),
        Arguments.of(
            "several tasks, a pattern is adapted",
            config
                .withShapes(TWO_TASKS)
                .withAdaptation(Adaptation.matching("h.0.mlp.*", "wte.*"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void gradient_matchesCentralDifferences(String name, BilevelConfig config) {
    try (var program = Micro.program(config)) {
      TaskBatch batch = batch(config);
      check(program, program.gradients(batch, 0), () -> program.evaluate(batch).outerLoss());
    }
  }

  @Test
  void gradient_underDropout_matchesCentralDifferencesAtTheSameSeed() {
    BilevelConfig config =
        Micro.config(2)
            .withDropout(0.15, 0.1)
            .withAdaptation(Adaptation.matching("h.0.*", "wte.*"));
    checkUnderDropout(config);
  }

  @Test
  void gradient_ofMicroBatchesUnderDropout_matchesCentralDifferencesAtTheSameSeed() {
    checkUnderDropout(
        Micro.config(2)
            .withDropout(0.15, 0.1)
            .withAdaptation(Adaptation.matching("h.0.*", "wte.*"))
            .withOuterTerms(OuterTerm.target(), OuterTerm.recall(1.5))
            .withInnerMicroFacts(1));
  }

  private static void checkUnderDropout(BilevelConfig config) {
    try (var program = Micro.program(config)) {
      TaskBatch batch = batch(config);
      for (long seed : new long[] {5, 6}) {
        check(
            program,
            program.gradients(batch, seed),
            () -> program.train(List.of(batch), FREEZE, seed).outerLoss());
      }
    }
  }

  @Test
  void gradientModes_differWhereTheyShould() {
    TaskBatch batch = Micro.batch();
    BilevelConfig config = Micro.config(2).withAdaptation(Adaptation.matching("h.0.*", "ln_f.*"));
    List<Map<String, double[]>> gradients = new ArrayList<>();
    for (GradientMode mode :
        List.of(
            GradientMode.exact(),
            GradientMode.truncated(2),
            GradientMode.truncated(1),
            GradientMode.firstOrder())) {
      try (var program = Micro.program(config.withGradientMode(mode))) {
        gradients.add(program.gradients(batch, 0));
      }
    }
    for (String name : gradients.get(0).keySet()) {
      assertThat(gradients.get(1).get(name)).as(name).isEqualTo(gradients.get(0).get(name));
    }
    for (String name : List.of("h.0.mlp.c_fc.weight", "wte.weight")) { // adapted and shared
      assertThat(gradients.get(2).get(name)).isNotEqualTo(gradients.get(0).get(name));
      assertThat(gradients.get(3).get(name)).isNotEqualTo(gradients.get(2).get(name));
    }
    // The last rate needs no derivative of an inner gradient.
    double[] exact = Objects.requireNonNull(gradients.get(0).get("rates"));
    double[] firstOrder = Objects.requireNonNull(gradients.get(3).get("rates"));
    for (int j = 0; j < exact.length / 2; j++) {
      assertThat(Math.abs(firstOrder[2 * j + 1] - exact[2 * j + 1]))
          .isLessThan(1e-12 * (1 + Math.abs(exact[2 * j + 1])));
    }
  }

  private static TaskBatch batch(BilevelConfig config) {
    TaskShape shape = config.shapes().get(0);
    TaskBatch batch = Micro.batch(shape, Micro.tasks(shape.tasks(), 20));
    if (shape.tasks() == 2) {
      batch.taskWeights()[0] = 0.3;
      batch.taskWeights()[1] = 1.1;
    }
    return batch;
  }

  /** A loss of the current weights. */
  @FunctionalInterface
  private interface Loss {
    double value();
  }

  /** Checks adapted weights, shared weights and rates, each in one random direction. */
  private static void check(
      BilevelProgram<TFloat64> program, Map<String, double[]> gradients, Loss loss) {
    WeightLayout layout = program.layout();
    assertThat(gradients.keySet())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(layout.trained().stream(), Stream.of("rates")).toList());
    List<Predicate<String>> groups =
        List.of(
            name -> layout.adapted().contains(name),
            name -> layout.shapes().containsKey(name) && !layout.adapted().contains(name),
            name -> name.equals("rates"));
    Random random = new Random(17);
    Map<String, double[]> weights = new LinkedHashMap<>();
    layout.shapes().keySet().forEach(name -> weights.put(name, program.weight(name)));
    double[][] rates = program.rates();
    for (int i = 0; i < groups.size(); i++) {
      Map<String, double[]> direction = new LinkedHashMap<>();
      double slope = 0;
      for (Map.Entry<String, double[]> entry : gradients.entrySet()) {
        double[] d = new double[entry.getValue().length];
        if (groups.get(i).test(entry.getKey())) {
          for (int j = 0; j < d.length; j++) {
            d[j] = random.nextGaussian();
            slope += d[j] * entry.getValue()[j];
          }
        }
        direction.put(entry.getKey(), d);
      }
      move(program, weights, rates, direction, STEP);
      double above = loss.value();
      move(program, weights, rates, direction, -STEP);
      double below = loss.value();
      move(program, weights, rates, direction, 0);
      double difference = (above - below) / (2 * STEP);
      if (gradients.keySet().stream().noneMatch(groups.get(i))) {
        assertThat(difference).as("group %d, which is empty", i).isZero();
        continue;
      }
      assertThat(Math.abs(difference))
          .as("group %d: difference quotient %s", i, difference)
          .isGreaterThan(LEAST_SLOPE);
      assertThat(Math.abs(slope - difference))
          .as("group %d: gradient %s, difference quotient %s", i, slope, difference)
          .isLessThanOrEqualTo(TOLERANCE * (1 + Math.abs(slope)));
    }
  }

  private static void move(
      BilevelProgram<TFloat64> program,
      Map<String, double[]> weights,
      double[][] rates,
      Map<String, double[]> direction,
      double step) {
    Map<String, double[]> moved = new LinkedHashMap<>(weights);
    moved.replaceAll(
        (name, values) -> {
          double[] d = direction.get(name);
          return d == null ? values : plus(values, step, d);
        });
    program.initialize(moved);
    boolean log = program.config().innerRates().space() == InnerRates.Space.LOG;
    double[] d = Objects.requireNonNull(direction.get("rates"));
    double[][] movedRates = new double[rates.length][];
    for (int j = 0; j < rates.length; j++) {
      int steps = rates[j].length;
      double[] row = Arrays.copyOfRange(d, j * steps, (j + 1) * steps);
      double[] old = rates[j];
      double[] changed = new double[steps];
      Arrays.setAll(changed, k -> log ? old[k] * Math.exp(step * row[k]) : old[k] + step * row[k]);
      movedRates[j] = changed;
    }
    program.assignRates(movedRates);
  }

  private static double[] plus(double[] x, double step, double[] d) {
    double[] moved = new double[x.length];
    Arrays.setAll(moved, i -> x[i] + step * d[i]);
    return moved;
  }
}
