package org.reckoning.examples;

import java.util.List;
import java.util.Locale;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.PassResult;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.types.TFloat32;

/**
 * The bi-level program on one task: a tiny GPT-2 learns two facts in K = 2 inner steps, then
 * answers a question. The outer steps train its initial weights and its inner rates.
 */
public final class BilevelTraining {
  private static final int OUTER_STEPS = 20;

  private BilevelTraining() {}

  /** Prints the inner losses of the facts and the outer loss of the question. */
  public static void main(String[] args) {
    Gpt2Config model =
        Gpt2Config.small()
            .withVocabSize(64)
            .withNPositions(8)
            .withNHead(2)
            .withNEmbd(16)
            .withNLayer(1);
    TaskShape shape = new TaskShape(1, 2, 4, 1, 3); // 1 task, 2 facts of 4 tokens, 1 question of 3
    BilevelConfig config = BilevelConfig.of(model, 2, shape).withXla(XlaMode.OFF); // K = 2

    TokenSequence fact = TokenSequence.of(new int[] {5, 6, 7, 8}, 1); // the first token is given
    TokenSequence other = TokenSequence.of(new int[] {9, 6, 10}, 1); // shorter: padded
    TokenSequence question = TokenSequence.of(new int[] {5, 7, 8}, 2); // 2 given, then the answer
    Task task = Task.of(List.of(fact, other), List.of(question));
    TaskBatch batch = TaskBatch.of(shape, model, List.of(task));

    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      program.initialize(42);
      print(0, program.evaluate(batch));
      for (int step = 1; step <= OUTER_STEPS; step++) {
        program.train(List.of(batch), new OuterRates(1e-2, 1e-2), 0); // weights and inner rates
        if (step % 5 == 0) {
          print(step, program.evaluate(batch));
        }
      }
    }
  }

  private static void print(int step, PassResult pass) {
    System.out.printf(
        Locale.ROOT,
        "outer step %2d  inner loss %.3f -> %.3f -> %.3f  outer loss %.3f%n",
        step,
        pass.innerLoss(0),
        pass.innerLoss(1),
        pass.innerLoss(2),
        pass.outerLoss());
  }
}
