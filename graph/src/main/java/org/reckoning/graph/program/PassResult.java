package org.reckoning.graph.program;

import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.unroll.PassScores;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Result;

/**
 * Losses and scores of one pass over the tasks of a batch. Task and question indices start at 0;
 * padding has the value 0.
 */
public final class PassResult {
  private static final int RESULTS = 6; // tensors of a run

  private final TaskBatch batch;
  private final List<OuterTerm> outerTerms;
  private final double outerLoss;
  private final double[] terms; // [terms, N]
  private final double[] innerLosses; // [K+1, N]
  private final double[] questionLosses; // [N, Q]
  private final double[] correct; // [N, Q]
  private final double[] targets; // [N, Q]

  /**
   * Reads the results of a run, in the order of {@link PassScores#fetches}.
   *
   * @throws NotFiniteException if a loss of a task is not finite; the message names the loss
   */
  static PassResult of(TaskBatch batch, BilevelConfig config, Result fetched) {
    return of(batch, config, DoubleBuffer.wrap(numbers(fetched)));
  }

  /**
   * Reads results that another process computed.
   *
   * @param numbers its {@link #numbers}
   * @throws NotFiniteException if a loss of a task is not finite; the message names the loss
   */
  static PassResult of(TaskBatch batch, BilevelConfig config, DoubleBuffer numbers) {
    PassResult result = new PassResult(batch, config, numbers);
    result.requireFinite();
    return result;
  }

  /** Returns all results of a run, concatenated. */
  static double[] numbers(Result fetched) {
    return IntStream.range(0, RESULTS)
        .mapToObj(i -> HostTensors.toDoubles(fetched.get(i)))
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  /** Returns how many {@link #numbers} a pass has. */
  static int count(TaskShape shape, BilevelConfig config) {
    int ofTask = config.outerTerms().size() + config.innerSteps() + 1 + 3 * shape.questions();
    return 1 + shape.tasks() * ofTask;
  }

  private PassResult(TaskBatch batch, BilevelConfig config, DoubleBuffer numbers) {
    this.batch = batch;
    outerTerms = config.outerTerms();
    int tasks = batch.shape().tasks();
    int questions = tasks * batch.shape().questions();
    outerLoss = numbers.get();
    terms = next(numbers, outerTerms.size() * tasks);
    innerLosses = next(numbers, (config.innerSteps() + 1) * tasks);
    questionLosses = next(numbers, questions);
    correct = next(numbers, questions);
    targets = next(numbers, questions);
  }

  private static double[] next(DoubleBuffer numbers, int count) {
    double[] values = new double[count];
    numbers.get(values);
    return values;
  }

  private void requireFinite() {
    for (int k = 0; k <= innerSteps(); k++) {
      for (int n = 0; n < batch.tasks(); n++) {
        NotFiniteException.require(
            "inner loss of task %d after %d inner steps".formatted(n, k), innerLoss(k, n));
      }
    }
    NotFiniteException.require("outer loss", outerLoss);
  }

  /**
   * Returns the outer loss: the sum over terms and tasks of this pass, weighted by term and task.
   */
  public double outerLoss() {
    return outerLoss;
  }

  /** Returns each unweighted term of the outer loss as a mean over the tasks, by name. */
  public Map<String, Double> termLosses() {
    Map<String, Double> means = new LinkedHashMap<>();
    int rows = batch.shape().tasks();
    for (int i = 0; i < outerTerms.size(); i++) {
      means.put(outerTerms.get(i).name(), meanOfTasks(terms, i * rows));
    }
    return means;
  }

  /** Returns the number of inner steps K. */
  public int innerSteps() {
    return innerLosses.length / batch.shape().tasks() - 1;
  }

  /**
   * Returns the inner loss of a task before step {@code k}, or after the last step for {@code k =
   * K}.
   */
  public double innerLoss(int k, int task) {
    return innerLosses[k * batch.shape().tasks() + task];
  }

  /**
   * Returns the mean inner loss over the tasks before step {@code k}, or after the last step for
   * {@code k = K}.
   */
  public double innerLoss(int k) {
    return meanOfTasks(innerLosses, k * batch.shape().tasks());
  }

  /** Returns the sum of {@code -log p} of the target tokens of a question. */
  public double questionLoss(int task, int question) {
    return questionLosses[index(task, question)];
  }

  /** Returns the number of target tokens of a question. */
  public int targetTokens(int task, int question) {
    return (int) targets[index(task, question)];
  }

  /**
   * Returns the number of target tokens of a question that have the largest logit, given the
   * previous tokens.
   */
  public int correctTokens(int task, int question) {
    return (int) correct[index(task, question)];
  }

  /** Returns the number of target tokens of all questions. */
  public long targetTokens() {
    return (long) Arrays.stream(targets).sum();
  }

  /**
   * Returns the number of target tokens of all questions that have the largest logit, given the
   * previous tokens.
   */
  public long correctTokens() {
    return (long) Arrays.stream(correct).sum();
  }

  /** Returns the fraction of the target tokens of all questions that have the largest logit. */
  public double tokenAccuracy() {
    return (double) correctTokens() / targetTokens();
  }

  private int index(int task, int question) {
    return task * batch.shape().questions() + question;
  }

  private double meanOfTasks(double[] values, int from) {
    double sum = 0;
    for (int n = 0; n < batch.tasks(); n++) {
      sum += values[from + n];
    }
    return sum / batch.tasks();
  }
}
