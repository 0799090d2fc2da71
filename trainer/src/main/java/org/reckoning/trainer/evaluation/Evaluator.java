package org.reckoning.trainer.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.task.Task;
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
 * Evaluates a model on the tasks of a split: it learns the facts of each task, scores every label
 * of each question, and generates an answer.
 */
public final class Evaluator {
  private final BatchModel model;
  private final TaskEncoder encoder;
  private final BucketLimits limits;
  private final int endOfText;
  private final int newTokens;
  private final Buckets scoring;
  private final @Nullable Buckets generation;

  /**
   * @param encoder of the method and vocabulary of the program
   * @param limits of the batches
   * @param endOfText token that ends an answer
   * @param newTokens largest number of tokens of an answer; 0 to score labels only
   * @param all every task of later evaluations: the shapes are chosen for them, and each shape is
   *     compiled once
   */
  public Evaluator(
      BilevelProgram<?> program,
      TaskEncoder encoder,
      BucketLimits limits,
      int endOfText,
      int newTokens,
      List<EncodedTask> all) {
    this(new ProgramModel(program), encoder, limits, endOfText, newTokens, all);
  }

  Evaluator(
      BatchModel model,
      TaskEncoder encoder,
      BucketLimits limits,
      int endOfText,
      int newTokens,
      List<EncodedTask> all) {
    this.model = model;
    this.encoder = encoder;
    this.limits = limits;
    this.endOfText = endOfText;
    this.newTokens = newTokens;
    this.scoring = Buckets.choose(scoringLengths(all, scored(all)), limits);
    this.generation = newTokens == 0 ? null : Buckets.choose(generationLengths(all), limits);
    scoring.shapes().forEach(model::addShape);
    if (generation != null) {
      generation.shapes().forEach(model::addShape);
    }
  }

  /**
   * Evaluates tasks.
   *
   * @param stop asked before each batch
   * @return the predictions for all questions, without tasks that exceed the limits; empty if it
   *     was stopped
   */
  public Optional<Evaluation> evaluate(List<EncodedTask> tasks, BooleanSupplier stop) {
    Outcome[][] outcomes = new Outcome[tasks.size()][];
    boolean done = score(tasks, outcomes, stop);
    if (done && generation != null) {
      List<Batch> batches = Batches.inOrder(generation, generationLengths(tasks));
      done = generate(tasks, batches, outcomes, stop);
    }
    if (!done) {
      return Optional.empty();
    }
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      if (outcomes[i] != null) {
        for (int q = 0; q < outcomes[i].length; q++) {
          predictions.add(prediction(tasks.get(i), q, outcomes[i][q]));
        }
      }
    }
    return Optional.of(new Evaluation(predictions));
  }

  /** Losses and answer of one question. */
  private static final class Outcome {
    private final double[] labelLosses;
    private final double loss;
    private final @Nullable Double innerLossBefore;
    private final @Nullable Double innerLossAfter;
    private int @Nullable [] generated;

    Outcome(
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

  /** Returns tasks with a candidate for each label of each question, then the training targets. */
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

  /** Scores all questions; returns false if it was stopped. */
  private boolean score(List<EncodedTask> tasks, Outcome[][] outcomes, BooleanSupplier stop) {
    List<Task> scored = scored(tasks);
    for (Batch batch : Batches.inOrder(scoring, scoringLengths(tasks, scored))) {
      if (stop.getAsBoolean()) {
        return false;
      }
      BatchModel.Scores scores = model.score(batch.shape(), batch.of(scored));
      for (int n = 0; n < batch.tasks().size(); n++) {
        int index = batch.tasks().get(n);
        outcomes[index] = outcomes(tasks.get(index), n, scores);
      }
    }
    return true;
  }

  private static Outcome[] outcomes(EncodedTask task, int n, BatchModel.Scores scores) {
    int steps = scores.innerSteps();
    int labels = task.source().labels().size();
    int questions = task.questions().size();
    Outcome[] outcomes = new Outcome[questions];
    for (int q = 0; q < questions; q++) {
      double[] losses = new double[labels];
      for (int label = 0; label < labels; label++) {
        losses[label] = scores.questionLoss(n, task.candidate(q, label));
      }
      int target = labels * questions + q;
      outcomes[q] =
          new Outcome(
              losses,
              scores.questionLoss(n, target) / scores.targetTokens(n, target),
              steps == 0 ? null : scores.innerLoss(0, n),
              steps == 0 ? null : scores.innerLoss(steps, n));
    }
    return outcomes;
  }

  /** Generates all answers; returns false if it was stopped. */
  private boolean generate(
      List<EncodedTask> tasks, List<Batch> batches, Outcome[][] outcomes, BooleanSupplier stop) {
    List<Task> asked = tasks.stream().map(EncodedTask::task).toList();
    for (Batch batch : batches) {
      if (stop.getAsBoolean()) {
        return false;
      }
      BatchModel.Answers answers =
          model.answer(batch.shape(), batch.of(asked), newTokens, endOfText);
      for (int n = 0; n < batch.tasks().size(); n++) {
        Outcome[] ofTask = outcomes[batch.tasks().get(n)];
        for (int q = 0; ofTask != null && q < ofTask.length; q++) {
          ofTask[q].generated = answers.tokens(n, q);
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

  /** Returns lengths with room for {@code newTokens} after every prompt, within the limits. */
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

  private Prediction prediction(EncodedTask task, int q, Outcome outcome) {
    Question question = task.source().questions().get(q);
    EncodedQuestion encoded = task.questions().get(q);
    LabelProbabilities probabilities =
        LabelProbabilities.of(task.source().labels(), outcome.labelLosses);
    int[] generated = outcome.generated;
    String text = generated == null ? null : encoder.decode(generated);
    return new Prediction(
        task.source().id(),
        task.source().hops(),
        question.text(),
        question.label(),
        probabilities.best(),
        probabilities.byLabel(),
        outcome.loss,
        outcome.innerLossBefore,
        outcome.innerLossAfter,
        text == null ? null : encoded.answer().text(),
        text,
        text == null
            ? null
            : AnswerMetrics.score(text, encoded.answer(), task.facts(), task.source().type()));
  }
}
