package org.reckoning.cli;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.reckoning.graph.bilevel.Task;
import org.reckoning.graph.bilevel.TaskBatch;
import org.reckoning.graph.bilevel.TaskShape;
import org.reckoning.graph.bilevel.TokenSequence;
import org.reckoning.graph.gpt2.Gpt2Config;

/** Tasks of random tokens, for measurements: the time of a step does not depend on them. */
final class RandomTasks {
  private RandomTasks() {}

  /** Returns tasks that fill the shape. */
  static TaskBatch batch(TaskShape shape, Gpt2Config model, long seed) {
    Random random = new Random(seed);
    List<Task> tasks =
        Stream.generate(
                () ->
                    Task.of(
                        sequences(random, shape.facts(), shape.factTokens(), model),
                        sequences(random, shape.questions(), shape.questionTokens(), model)))
            .limit(shape.tasks())
            .toList();
    return TaskBatch.of(shape, model, tasks);
  }

  private static List<TokenSequence> sequences(
      Random random, int count, int tokens, Gpt2Config model) {
    return Stream.generate(
            () -> TokenSequence.of(random.ints(tokens, 0, model.vocabSize()).toArray(), 1))
        .limit(count)
        .toList();
  }
}
