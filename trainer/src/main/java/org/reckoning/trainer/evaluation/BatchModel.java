package org.reckoning.trainer.evaluation;

import java.util.List;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskShape;

/** A model that scores and answers batches of questions: a program, or a table in tests. */
interface BatchModel {
  /** Announces the shape of later batches. */
  void addShape(TaskShape shape);

  /** Learns the facts of each task, and scores its questions with their targets. */
  Scores score(TaskShape shape, List<Task> tasks);

  /**
   * Learns the facts of each task, and answers its questions with the likeliest tokens.
   *
   * @param newTokens largest number of tokens of an answer
   * @param endOfText token that ends an answer
   */
  Answers answer(TaskShape shape, List<Task> tasks, int newTokens, int endOfText);

  /** Losses of a batch, in nats. */
  interface Scores {
    /** Returns the number of inner steps K. */
    int innerSteps();

    /** Returns the mean loss of the facts of a task after {@code k} inner steps. */
    double innerLoss(int k, int task);

    /** Returns the summed loss of the target tokens of a question. */
    double questionLoss(int task, int question);

    /** Returns the number of target tokens of a question. */
    int targetTokens(int task, int question);
  }

  /** Generated answers of a batch. */
  @FunctionalInterface
  interface Answers {
    /** Returns the tokens of an answer. */
    int[] tokens(int task, int question);
  }
}
