package org.reckoning.cli.program;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.task.Prefix;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;

/** Random inputs of programs, for measurements: the time of a step does not depend on them. */
public final class RandomTasks {
  /** Inner rates so small that random weights stay finite with every inner optimizer. */
  public static final InnerRates INNER_RATES = InnerRates.log(1e-3);

  private RandomTasks() {}

  /** Returns tasks of random tokens that fill the shape. */
  public static TaskBatch batch(TaskShape shape, Gpt2Config model, long seed) {
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

  /**
   * Returns a task with random prompts as questions, and facts that no inner step reads. Its prefix
   * fills the shape, and is the same for all shapes with as many tokens of prefix.
   *
   * @param tokens tokens of a prompt, fewer than the shape's question tokens
   */
  public static TaskBatch prompts(TaskShape shape, int tokens, Gpt2Config model, long seed) {
    Random random = new Random(seed);
    List<TokenSequence> questions =
        Stream.generate(() -> random.ints(tokens + 1L, 0, model.vocabSize()).toArray())
            .limit(shape.questions())
            .map(ids -> TokenSequence.of(ids, tokens))
            .toList();
    int[] prefix = new Random(seed).ints(shape.prefixTokens(), 0, model.vocabSize()).toArray();
    List<TokenSequence> facts = List.of(TokenSequence.of(new int[2], 1));
    Task task = new Task(facts, List.of(true), questions, Prefix.of(prefix));
    return TaskBatch.of(shape, model, List.of(task));
  }

  private static List<TokenSequence> sequences(
      Random random, int count, int tokens, Gpt2Config model) {
    return Stream.generate(
            () -> TokenSequence.of(random.ints(tokens, 0, model.vocabSize()).toArray(), 1))
        .limit(count)
        .toList();
  }
}
