package org.reckoning.trainer.evaluation;

import java.util.List;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.PassResult;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;

/** Scores and answers batches with the evaluation pass of a bi-level program. */
final class ProgramModel implements BatchModel {
  private final BilevelProgram<?> program;

  ProgramModel(BilevelProgram<?> program) {
    this.program = program;
  }

  @Override
  public void addShape(TaskShape shape) {
    program.addEvaluationShape(shape);
  }

  @Override
  public Scores score(TaskShape shape, List<Task> tasks) {
    PassResult result = program.evaluate(batch(shape, tasks));
    return new Scores() {
      @Override
      public int innerSteps() {
        return result.innerSteps();
      }

      @Override
      public double innerLoss(int k, int task) {
        return result.innerLoss(k, task);
      }

      @Override
      public double questionLoss(int task, int question) {
        return result.questionLoss(task, question);
      }

      @Override
      public int targetTokens(int task, int question) {
        return result.targetTokens(task, question);
      }
    };
  }

  @Override
  public Answers answer(TaskShape shape, List<Task> tasks, int newTokens, int endOfText) {
    return program.generate(batch(shape, tasks), Decoding.greedy(newTokens, endOfText))::tokens;
  }

  private TaskBatch batch(TaskShape shape, List<Task> tasks) {
    return TaskBatch.of(shape, program.config().model(), tasks);
  }
}
