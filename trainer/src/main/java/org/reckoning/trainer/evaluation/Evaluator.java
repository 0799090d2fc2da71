package org.reckoning.trainer.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.PassResult;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.tokens.Batches;
import org.reckoning.trainer.tokens.Batches.Batch;
import org.reckoning.trainer.tokens.Buckets;
import org.reckoning.trainer.tokens.Buckets.BucketLimits;
import org.reckoning.trainer.tokens.EncodedTask;
import org.reckoning.trainer.tokens.EncodedTask.EncodedQuestion;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.TaskLengths;

/**
 * Asks a model the questions of a split: adapts to the facts of each task, scores every label, and
 * lets it answer freely.
 */
public final class Evaluator {
  private final BilevelProgram<?> program;
  private final TaskEncoder encoder;
  private final BucketLimits limits;
  private final int endOfText;
  private final int newTokens;
  private final Buckets scoring;
  private final @Nullable Buckets generation;

  /**
   * @param encoder of the method and vocabulary that the program was trained with
   * @param limits of the batches
   * @param endOfText the token that ends an answer
   * @param newTokens how many tokens an answer may have; 0 to score labels alone
   * @param all every task that will be evaluated: the shapes are chosen for them, and each shape is
   *     compiled once
   */
  public Evaluator(
      BilevelProgram<?> program,
      TaskEncoder encoder,
      BucketLimits limits,
      int endOfText,
      int newTokens,
      List<EncodedTask> all) {
    this.program = program;
    this.encoder = encoder;
    this.limits = limits;
    this.endOfText = endOfText;
    this.newTokens = newTokens;
    this.scoring = Buckets.choose(scoringLengths(all, scored(all)), limits);
    this.generation = newTokens == 0 ? null : Buckets.choose(generationLengths(all), limits);
    scoring.shapes().forEach(program::addEvaluationShape);
    if (generation != null) {
      generation.shapes().forEach(program::addEvaluationShape);
    }
  }

  /**
   * Evaluates tasks.
   *
   * @param stop asked after each batch
   * @return the predictions of all their questions; a task that is too long for the limits has
   *     none. Empty if it was stopped
   */
  public Optional<Evaluation> evaluate(List<EncodedTask> tasks, BooleanSupplier stop) {
    Answers[][] answers = new Answers[tasks.size()][];
    boolean done = score(tasks, answers, stop);
    if (done && generation != null) {
      List<Batch> batches = Batches.inOrder(generation, generationLengths(tasks));
      done = generate(tasks, batches, answers, stop);
    }
    if (!done) {
      return Optional.empty();
    }
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      if (answers[i] != null) {
        for (int q = 0; q < answers[i].length; q++) {
          predictions.add(prediction(tasks.get(i), q, answers[i][q]));
        }
      }
    }
    return Optional.of(new Evaluation(predictions));
  }

  /** What was found out about one question. */
  private static final class Answers {
    private final double[] labelLosses;
    private final double loss;
    private final @Nullable Double innerLossBefore;
    private final @Nullable Double innerLossAfter;
    private int @Nullable [] generated;

    Answers(
        double[] labelLosses,
        double loss,
        @Nullable Double innerLossBefore,
        @Nullable Double innerLossAfter) {
      this.labelLosses = labelLosses;
      this.loss = loss;
      this.innerLossBefore = innerLossBefore;
      this.innerLossAfter = innerLossAfter;
    }
  }

  /** A candidate for each label of each question, then each question with its training target. */
  private List<Task> scored(List<EncodedTask> tasks) {
    List<Task> scored = new ArrayList<>();
    for (EncodedTask task : tasks) {
      Task candidates = encoder.candidates(task);
      List<TokenSequence> questions = new ArrayList<>(candidates.questions());
      questions.addAll(task.task().questions());
      scored.add(new Task(candidates.facts(), candidates.relevant(), questions));
    }
    return scored;
  }

  /** Returns whether it was not stopped. */
  private boolean score(List<EncodedTask> tasks, Answers[][] answers, BooleanSupplier stop) {
    List<Task> scored = scored(tasks);
    for (Batch batch : Batches.inOrder(scoring, scoringLengths(tasks, scored))) {
      if (stop.getAsBoolean()) {
        return false;
      }
      List<Task> rows = batch.of(scored);
      PassResult result =
          program.evaluate(TaskBatch.of(batch.shape(), program.config().model(), rows));
      int steps = result.innerSteps();
      for (int n = 0; n < rows.size(); n++) {
        int index = batch.tasks().get(n);
        EncodedTask task = tasks.get(index);
        int labels = task.source().labels().size();
        int questions = task.questions().size();
        answers[index] = new Answers[questions];
        for (int q = 0; q < questions; q++) {
          double[] losses = new double[labels];
          for (int label = 0; label < labels; label++) {
            losses[label] = result.questionLoss(n, task.candidate(q, label));
          }
          int target = labels * questions + q;
          answers[index][q] =
              new Answers(
                  losses,
                  result.questionLoss(n, target) / result.targetTokens(n, target),
                  steps == 0 ? null : result.innerLoss(0, n),
                  steps == 0 ? null : result.innerLoss(steps, n));
        }
      }
    }
    return true;
  }

  /** Returns whether it was not stopped. */
  private boolean generate(
      List<EncodedTask> tasks, List<Batch> batches, Answers[][] answers, BooleanSupplier stop) {
    List<Task> asked = tasks.stream().map(EncodedTask::task).toList();
    for (Batch batch : batches) {
      if (stop.getAsBoolean()) {
        return false;
      }
      List<Task> rows = batch.of(asked);
      TaskBatch prompts = TaskBatch.of(batch.shape(), program.config().model(), rows);
      Generation texts = program.generate(prompts, Decoding.greedy(newTokens, endOfText));
      for (int n = 0; n < rows.size(); n++) {
        Answers[] ofTask = answers[batch.tasks().get(n)];
        for (int q = 0; ofTask != null && q < ofTask.length; q++) {
          ofTask[q].generated = texts.tokens(n, q);
        }
      }
    }
    return true;
  }

  private static List<TaskLengths> scoringLengths(List<EncodedTask> tasks, List<Task> scored) {
    return IntStream.range(0, tasks.size())
        .mapToObj(i -> TaskLengths.of(tasks.get(i).source().id(), scored.get(i)))
        .toList();
  }

  /**
   * With room after every prompt for an answer of {@code newTokens}, as far as the model allows.
   */
  private List<TaskLengths> generationLengths(List<EncodedTask> tasks) {
    List<TaskLengths> lengths = new ArrayList<>();
    for (EncodedTask task : tasks) {
      TaskLengths known = task.lengths();
      int prompt =
          task.questions().stream().mapToInt(question -> question.prompt().length).max().orElse(0);
      int tokens =
          Math.max(known.questionTokens(), Math.min(prompt + newTokens, limits.maxTokens()));
      lengths.add(
          new TaskLengths(
              known.id(), known.facts(), known.factTokens(), known.questions(), tokens));
    }
    return lengths;
  }

  private Prediction prediction(EncodedTask task, int q, Answers answers) {
    Question question = task.source().questions().get(q);
    EncodedQuestion encoded = task.questions().get(q);
    List<String> labels = task.source().labels();
    LabelProbabilities probabilities = LabelProbabilities.of(labels, answers.labelLosses);
    int[] generated = answers.generated;
    String text = generated == null ? null : encoder.decode(generated);
    return new Prediction(
        task.source().id(),
        task.source().hops(),
        question.text(),
        question.label(),
        probabilities.best(),
        probabilities.byLabel(),
        answers.loss,
        answers.innerLossBefore,
        answers.innerLossAfter,
        text == null ? null : encoded.answer().text(),
        text,
        text == null
            ? null
            : AnswerMetrics.score(text, encoded.answer(), task.facts(), task.source().type()));
  }
}
