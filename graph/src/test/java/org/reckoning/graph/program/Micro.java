package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.types.TFloat64;

/** A model of one layer, tasks for it, and a comparison of its tensors. */
public final class Micro {
  public static final Gpt2Config MODEL = new Gpt2Config(11, 8, 8, 1, 2, 16, 1e-5);

  /** One task of two facts and two questions. */
  public static final TaskShape SHAPE = new TaskShape(1, 2, 5, 2, 6);

  private Micro() {}

  /** Raw rates, steps of SGD, no XLA. */
  public static BilevelConfig config(int innerSteps, TaskShape... shapes) {
    return BilevelConfig.of(
            MODEL, innerSteps, shapes.length == 0 ? new TaskShape[] {SHAPE} : shapes)
        .withInnerRates(InnerRates.raw(0.1))
        .withXla(XlaMode.OFF);
  }

  /** Builds a float64 program with random weights and different rates. */
  public static BilevelProgram<TFloat64> program(BilevelConfig config) {
    BilevelProgram<TFloat64> program = BilevelProgram.build(config, TFloat64.class);
    program.initialize(weights(program.layout(), 3));
    program.assignRates(rates(program));
    return program;
  }

  /** Weights that are nowhere 0 and large enough for second derivatives to matter. */
  public static Map<String, double[]> weights(WeightLayout layout, long seed) {
    Random random = new Random(seed);
    Map<String, double[]> weights = new LinkedHashMap<>();
    layout
        .shapes()
        .forEach(
            (name, shape) -> {
              double center = name.contains("ln_") && name.endsWith(".weight") ? 1 : 0;
              double[] values = new double[(int) shape.size()];
              Arrays.setAll(values, i -> center + 0.3 * random.nextGaussian());
              weights.put(name, values);
            });
    return weights;
  }

  /** Rates from 0.05 to 0.15. */
  public static double[][] rates(BilevelProgram<?> program) {
    Random random = new Random(4);
    double[][] rates = new double[program.layout().adapted().size()][program.config().innerSteps()];
    for (double[] row : rates) {
      Arrays.setAll(row, k -> 0.05 + 0.1 * random.nextDouble());
    }
    return rates;
  }

  /** A task whose two facts are of different length, the first alone being relevant. */
  public static Task task(long seed) {
    Random random = new Random(seed);
    return new Task(
        List.of(sequence(random, 5, 2), sequence(random, 4, 1)),
        List.of(true, false),
        List.of(question(random, 6, 3), question(random, 4, 3)));
  }

  /** Tasks with the seeds from a number on. */
  public static List<Task> tasks(int count, long seed) {
    List<Task> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(task(seed + i));
    }
    return tasks;
  }

  public static TaskBatch batch(TaskShape shape, List<Task> tasks) {
    return TaskBatch.of(shape, MODEL, tasks);
  }

  public static TaskBatch batch() {
    return batch(SHAPE, tasks(1, 20));
  }

  public static TokenSequence sequence(Random random, int length, int prompt) {
    return TokenSequence.of(random.ints(length, 0, MODEL.vocabSize()).toArray(), prompt);
  }

  /** A prompt, one token of answer, the rest knowledge. */
  private static TokenSequence question(Random random, int length, int prompt) {
    List<Span> spans = new ArrayList<>();
    for (int t = 0; t < length; t++) {
      spans.add(t < prompt ? Span.PROMPT : t == prompt ? Span.ANSWER : Span.KNOWLEDGE);
    }
    return TokenSequence.of(random.ints(length, 0, MODEL.vocabSize()).toArray(), spans);
  }

  /** Asserts the same names in the same order, and values within a tolerance. */
  static void assertClose(Map<String, double[]> got, Map<String, double[]> want, double tolerance) {
    assertThat(got.keySet()).containsExactlyElementsOf(want.keySet());
    want.forEach(
        (name, values) ->
            assertThat(got.get(name)).as(name).containsExactly(values, within(tolerance)));
  }
}
