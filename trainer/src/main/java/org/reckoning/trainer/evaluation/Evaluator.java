package org.reckoning.trainer.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.evaluation.Outcomes.Losses;
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
 * of each question, and generates an answer. Of several processes, rank i mod N computes batch i.
 */
public final class Evaluator {
  private final BatchModel model;
  private final Peers peers;
  private final TaskEncoder encoder;
  private final BucketLimits limits;
  private final int endOfText;
  private final int newTokens;
  private final Buckets scoring;
  private final @Nullable Buckets generation;

  /**
   * @param peers processes that evaluate together, with equal weights
   * @param encoder of the method and vocabulary of the program
   * @param limits of the batches
   * @param endOfText token that ends an answer
   * @param newTokens largest number of tokens of an answer; 0 to score labels only
   * @param all every task of later evaluations: the shapes are chosen for them, and each shape is
   *     compiled once
   */
  public Evaluator(
      BilevelProgram<?> program,
      Peers peers,
      TaskEncoder encoder,
      BucketLimits limits,
      int endOfText,
      int newTokens,
      List<EncodedTask> all) {
    this(new ProgramModel(program), peers, encoder, limits, endOfText, newTokens, all);
  }

  Evaluator(
      BatchModel model,
      Peers peers,
      TaskEncoder encoder,
      BucketLimits limits,
      int endOfText,
      int newTokens,
      List<EncodedTask> all) {
    this.model = model;
    this.peers = peers;
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
   * @param stop asked before each batch; several processes ask it equally often, and it must give
   *     them the same answer
   * @return the predictions for all questions, without tasks that exceed the limits; empty if it
   *     was stopped
   */
  public Optional<Evaluation> evaluate(List<EncodedTask> tasks, BooleanSupplier stop) {
    Outcomes outcomes = new Outcomes();
    boolean done = score(tasks, outcomes, stop);
    if (done && generation != null) {
      List<Batch> batches = Batches.inOrder(generation, generationLengths(tasks));
      done = generate(tasks, batches, outcomes, stop);
    }
    if (!done) {
      return Optional.empty();
    }
    Outcomes all = outcomes.gather(peers);
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      List<Losses> losses = all.losses().getOrDefault(i, List.of());
      List<int[]> answers = all.answers().getOrDefault(i, List.of());
      for (int q = 0; q < losses.size(); q++) {
        predictions.add(
            prediction(tasks.get(i), q, losses.get(q), answers.isEmpty() ? null : answers.get(q)));
      }
    }
    return Optional.of(new Evaluation(predictions));
  }

  /**
   * Computes the batches of this rank.
   *
   * @return false if it was stopped
   */
  private boolean compute(List<Batch> batches, BooleanSupplier stop, Consumer<Batch> work) {
    for (int start = 0; start < batches.size(); start += peers.size()) {
      if (stop.getAsBoolean()) {
        return false;
      }
      int own = start + peers.rank();
      if (own < batches.size()) {
        work.accept(batches.get(own));
      }
    }
    return true;
  }

  /** Returns tasks with a candidate for each label of each question, then the training targets. */
  private List<Task> scored(List<EncodedTask> tasks) {
    List<Task> scored = new ArrayList<>();
    for (EncodedTask task : tasks) {
      Task candidates = encoder.candidates(task);
      List<TokenSequence> questions = new ArrayList<>(candidates.questions());
      questions.addAll(task.task().questions());
      scored.add(
          encoder.withPrefix(new Task(candidates.facts(), candidates.relevant(), questions)));
    }
    return scored;
  }

  /** Scores all questions; returns false if it was stopped. */
  private boolean score(List<EncodedTask> tasks, Outcomes outcomes, BooleanSupplier stop) {
    List<Task> scored = scored(tasks);
    return compute(
        Batches.inOrder(scoring, scoringLengths(tasks, scored)),
        stop,
        batch -> {
          BatchModel.Scores scores = model.score(batch.shape(), batch.of(scored));
          for (int n = 0; n < batch.tasks().size(); n++) {
            int index = batch.tasks().get(n);
            outcomes.losses().put(index, losses(tasks.get(index), n, scores));
          }
        });
  }

  private static List<Losses> losses(EncodedTask task, int n, BatchModel.Scores scores) {
    int steps = scores.innerSteps();
    int labels = task.source().labels().size();
    int questions = task.questions().size();
    List<Losses> losses = new ArrayList<>();
    for (int q = 0; q < questions; q++) {
      double[] ofLabels = new double[labels];
      for (int label = 0; label < labels; label++) {
        ofLabels[label] = scores.questionLoss(n, task.candidate(q, label));
      }
      int target = labels * questions + q;
      losses.add(
          new Losses(
              ofLabels,
              scores.questionLoss(n, target) / scores.targetTokens(n, target),
              steps == 0 ? null : scores.innerLoss(0, n),
              steps == 0 ? null : scores.innerLoss(steps, n)));
    }
    return losses;
  }

  /** Generates all answers; returns false if it was stopped. */
  private boolean generate(
      List<EncodedTask> tasks, List<Batch> batches, Outcomes outcomes, BooleanSupplier stop) {
    List<Task> asked = tasks.stream().map(task -> encoder.withPrefix(task.task())).toList();
    return compute(
        batches,
        stop,
        batch -> {
          BatchModel.Answers answers =
              model.answer(batch.shape(), batch.of(asked), newTokens, endOfText);
          for (int n = 0; n < batch.tasks().size(); n++) {
            int task = n;
            int index = batch.tasks().get(n);
            int questions = tasks.get(index).questions().size();
            outcomes
                .answers()
                .put(
                    index,
                    IntStream.range(0, questions)
                        .mapToObj(
                            q -> cut(tasks.get(index).questions().get(q), answers.tokens(task, q)))
                        .toList());
          }
        });
  }

  /** Cuts an answer at the limit on all tokens of a text. */
  private int[] cut(EncodedQuestion question, int[] answer) {
    int room = Math.max(0, limits.maxTokens() - question.prompt().length);
    return Arrays.copyOf(answer, Math.min(answer.length, room));
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
      TaskLengths known = TaskLengths.of(task.source().id(), encoder.withPrefix(task.task()));
      int prompt =
          task.questions().stream().mapToInt(question -> question.prompt().length).max().orElse(0);
      int tokens =
          Math.max(
              known.questionTokens(),
              Math.min(prompt + newTokens, limits.maxTokens()) - known.prefixTokens());
      lengths.add(
          new TaskLengths(
              known.id(),
              known.facts(),
              known.factTokens(),
              known.questions(),
              tokens,
              known.prefixTokens()));
    }
    return lengths;
  }

  private Prediction prediction(
      EncodedTask task, int q, Losses losses, int @Nullable [] generated) {
    Question question = task.source().questions().get(q);
    EncodedQuestion encoded = task.questions().get(q);
    LabelProbabilities probabilities =
        LabelProbabilities.of(task.source().labels(), losses.ofLabels());
    String text = generated == null ? null : encoder.decode(generated);
    return new Prediction(
        task.source().id(),
        task.source().hops(),
        question.text(),
        question.label(),
        probabilities.best(),
        probabilities.byLabel(),
        losses.ofTarget(),
        losses.innerBefore(),
        losses.innerAfter(),
        text == null ? null : encoded.answer().text(),
        text,
        text == null
            ? null
            : AnswerMetrics.score(text, encoded.answer(), task.facts(), task.source().type()));
  }
}
