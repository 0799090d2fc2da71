package org.reckoning.graph.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.reckoning.graph.gpt2.Gpt2Config;

/** Up to N tasks as padded row-major arrays of static shape. */
public final class TaskBatch {
  private final TaskShape shape;
  private final int[] factTokens; // [N, F, T]
  private final int[] factLengths; // [N, F]
  private final double[] factTargets; // [N, F, T]
  private final double[] factRelevant; // [N, F]
  private final int[] questionTokens; // [N, Q, T]
  private final int[] questionLengths; // [N, Q]
  private final int[] questionSpans; // [N, Q, T]
  private final int[] prefixTokens; // [N, P]
  private final int[] prefixLengths; // [N]
  private final double[] taskWeights; // [N]
  private final int tasks;

  private TaskBatch(TaskShape shape, int tasks) {
    this.shape = shape;
    this.tasks = tasks;
    int facts = size(shape, shape.tasks(), shape.facts());
    int questions = size(shape, shape.tasks(), shape.questions());
    factTokens = new int[size(shape, facts, shape.factTokens())];
    factTargets = new double[factTokens.length];
    factLengths = new int[facts];
    factRelevant = new double[facts];
    questionTokens = new int[size(shape, questions, shape.questionTokens())];
    questionSpans = new int[questionTokens.length];
    questionLengths = new int[questions];
    prefixTokens = new int[size(shape, shape.tasks(), shape.prefixTokens())];
    prefixLengths = new int[shape.tasks()];
    taskWeights = new double[shape.tasks()];
  }

  private static int size(TaskShape shape, int rows, int columns) {
    try {
      return Math.multiplyExact(rows, columns);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "an array of batch shape %s has %d x %d elements and must have at most %d"
              .formatted(shape, rows, columns, Integer.MAX_VALUE),
          e);
    }
  }

  private TaskBatch(TaskBatch batch) {
    shape = batch.shape;
    tasks = batch.tasks;
    factTokens = batch.factTokens.clone();
    factTargets = batch.factTargets.clone();
    factLengths = batch.factLengths.clone();
    factRelevant = batch.factRelevant.clone();
    questionTokens = batch.questionTokens.clone();
    questionSpans = batch.questionSpans.clone();
    questionLengths = batch.questionLengths.clone();
    prefixTokens = batch.prefixTokens.clone();
    prefixLengths = batch.prefixLengths.clone();
    taskWeights = batch.taskWeights.clone();
  }

  /**
   * Pads tasks to a shape. Every task has weight 1/n in the outer loss, where n is the number of
   * tasks given here.
   *
   * @param tasks at least one and at most N
   * @throws IllegalArgumentException if the tasks do not fit the shape, a question with its prefix
   *     has more tokens than the model has positions, or a token id is not in the vocabulary
   */
  public static TaskBatch of(TaskShape shape, Gpt2Config model, List<Task> tasks) {
    return of(shape, model, tasks, tasks.size());
  }

  /**
   * Pads the tasks of one pass to a shape, for an update of several passes.
   *
   * @param tasksOfUpdate total number of tasks n of all passes; every task has weight 1/n
   * @throws IllegalArgumentException if the tasks do not fit the shape, a question with its prefix
   *     has more tokens than the model has positions, or a token id is not in the vocabulary
   */
  public static TaskBatch of(
      TaskShape shape, Gpt2Config model, List<Task> tasks, int tasksOfUpdate) {
    if (tasks.isEmpty() || tasks.size() > shape.tasks()) {
      throw new IllegalArgumentException(
          "tasks (%d) must be at least 1 and at most those of the shape (%d)"
              .formatted(tasks.size(), shape.tasks()));
    }
    if (tasksOfUpdate < tasks.size()) {
      throw new IllegalArgumentException(
          "tasks of the update (%d) must be at least those of the pass (%d)"
              .formatted(tasksOfUpdate, tasks.size()));
    }
    TaskBatch batch = new TaskBatch(shape, tasks.size());
    for (int n = 0; n < tasks.size(); n++) {
      batch.put(n, tasks.get(n), model);
      batch.taskWeights[n] = 1.0 / tasksOfUpdate;
    }
    return batch;
  }

  private void put(int n, Task task, Gpt2Config model) {
    int vocabulary = model.vocabSize();
    Prefix prefix = task.prefix();
    requireFit("facts", task.facts().size(), shape.facts(), n);
    requireFit("questions", task.questions().size(), shape.questions(), n);
    for (int f = 0; f < task.facts().size(); f++) {
      TokenSequence fact = task.facts().get(f);
      requireFit("tokens of fact " + f, fact.length(), shape.factTokens(), n);
      int row = n * shape.facts() + f;
      factLengths[row] = fact.length();
      factRelevant[row] = task.relevant().get(f) ? 1 : 0;
      for (int t = 0; t < fact.length(); t++) {
        int at = row * shape.factTokens() + t;
        factTokens[at] = requireToken(fact.token(t), vocabulary, "fact " + f, n);
        factTargets[at] = fact.span(t) == Span.PROMPT ? 0 : 1;
      }
    }
    for (int q = 0; q < task.questions().size(); q++) {
      TokenSequence question = task.questions().get(q);
      requireFit("tokens of question " + q, question.length(), shape.questionTokens(), n);
      requirePositions(prefix.length(), question.length(), model.nPositions(), q, n);
      int row = n * shape.questions() + q;
      questionLengths[row] = question.length();
      for (int t = 0; t < question.length(); t++) {
        int at = row * shape.questionTokens() + t;
        questionTokens[at] = requireToken(question.token(t), vocabulary, "question " + q, n);
        questionSpans[at] = question.span(t).code();
      }
    }
    requireFit("tokens of the prefix", prefix.length(), shape.prefixTokens(), n);
    prefixLengths[n] = prefix.length();
    for (int t = 0; t < prefix.length(); t++) {
      prefixTokens[n * shape.prefixTokens() + t] =
          requireToken(prefix.token(t), vocabulary, "the prefix", n);
    }
  }

  private static void requireFit(String what, int count, int limit, int task) {
    if (count > limit) {
      throw new IllegalArgumentException(
          "%s (%d) of task %d must be at most those of the shape (%d)"
              .formatted(what, count, task, limit));
    }
  }

  private static void requirePositions(
      int prefix, int question, int positions, int number, int task) {
    if (prefix + question > positions) {
      throw new IllegalArgumentException(
          "tokens of the prefix (%d) and of question %d (%d) of task %d must be at most n_positions (%d)"
              .formatted(prefix, number, question, task, positions));
    }
  }

  private static int requireToken(int token, int vocabulary, String where, int task) {
    if (token < 0 || token >= vocabulary) {
      throw new IllegalArgumentException(
          "token id (%d) of %s of task %d must be in [0, vocab_size (%d))"
              .formatted(token, where, task, vocabulary));
    }
    return token;
  }

  /** Returns the padded shape. */
  public TaskShape shape() {
    return shape;
  }

  /** Returns the number of tasks, without padding. */
  public int tasks() {
    return tasks;
  }

  /** Returns the number of tokens, without padding. */
  public int tokens() {
    return Arrays.stream(factLengths).sum()
        + Arrays.stream(prefixLengths).sum()
        + Arrays.stream(questionLengths).sum();
  }

  /** Returns the tokens of the facts, [N, F, T], 0 for padding. */
  public int[] factTokens() {
    return factTokens.clone();
  }

  /** Returns the lengths of the facts, [N, F], 0 for padding. */
  public int[] factLengths() {
    return factLengths.clone();
  }

  /** Returns 1 for each scored token of a fact, else 0, [N, F, T]. */
  public double[] factTargets() {
    return factTargets.clone();
  }

  /** Returns 1 for each fact that a question needs, else 0, [N, F]. */
  public double[] factRelevant() {
    return factRelevant.clone();
  }

  /** Returns the tokens of the questions, [N, Q, T], 0 for padding. */
  public int[] questionTokens() {
    return questionTokens.clone();
  }

  /** Returns the lengths of the questions, [N, Q], 0 for padding. */
  public int[] questionLengths() {
    return questionLengths.clone();
  }

  /** Returns the {@link Span} code of each token, [N, Q, T]. */
  public int[] questionSpans() {
    return questionSpans.clone();
  }

  /** Returns the tokens of the prefixes, [N, P], 0 for padding. */
  public int[] prefixTokens() {
    return prefixTokens.clone();
  }

  /** Returns the lengths of the prefixes, [N]. */
  public int[] prefixLengths() {
    return prefixLengths.clone();
  }

  /** Returns the weight of each task in the outer loss, [N], 0 for padding. */
  public double[] taskWeights() {
    return taskWeights.clone();
  }

  /** Returns the number of facts of each task without padding, at least 1 [N]. */
  public double[] factCounts() {
    double[] counts = new double[shape.tasks()];
    for (int row = 0; row < factLengths.length; row++) {
      counts[row / shape.facts()] += factLengths[row] > 0 ? 1 : 0;
    }
    Arrays.setAll(counts, n -> Math.max(1, counts[n]));
    return counts;
  }

  /**
   * Returns this batch with some of the facts of each task at a time. The last part is padded with
   * empty facts.
   *
   * @param facts number M of facts of a part
   */
  public List<TaskBatch> microBatches(int facts) {
    List<TaskBatch> parts = new ArrayList<>();
    for (int first = 0; first < shape.facts(); first += facts) {
      parts.add(facts(first, facts));
    }
    return parts;
  }

  private TaskBatch facts(int first, int count) {
    TaskBatch part = new TaskBatch(shape.withFacts(count), tasks);
    int present = Math.min(count, shape.facts() - first);
    int length = shape.factTokens();
    for (int n = 0; n < shape.tasks(); n++) {
      int from = n * shape.facts() + first;
      int to = n * count;
      System.arraycopy(factLengths, from, part.factLengths, to, present);
      System.arraycopy(factRelevant, from, part.factRelevant, to, present);
      System.arraycopy(factTokens, from * length, part.factTokens, to * length, present * length);
      System.arraycopy(factTargets, from * length, part.factTargets, to * length, present * length);
    }
    copy(questionTokens, part.questionTokens);
    copy(questionLengths, part.questionLengths);
    copy(questionSpans, part.questionSpans);
    copy(prefixTokens, part.prefixTokens);
    copy(prefixLengths, part.prefixLengths);
    System.arraycopy(taskWeights, 0, part.taskWeights, 0, taskWeights.length);
    return part;
  }

  private static void copy(int[] from, int[] to) {
    System.arraycopy(from, 0, to, 0, from.length);
  }

  /** Returns this batch with every question cut after its prompt. */
  public TaskBatch prompts() {
    TaskBatch prompts = new TaskBatch(this);
    int length = shape.questionTokens();
    for (int row = 0; row < questionLengths.length; row++) {
      int prompt = 0;
      while (prompt < questionLengths[row]
          && questionSpans[row * length + prompt] == Span.PROMPT.code()) {
        prompt++;
      }
      prompts.questionLengths[row] = prompt;
      Arrays.fill(prompts.questionTokens, row * length + prompt, (row + 1) * length, 0);
      Arrays.fill(prompts.questionSpans, row * length, (row + 1) * length, Span.PROMPT.code());
    }
    return prompts;
  }
}
