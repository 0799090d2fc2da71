package org.reckoning.trainer.training;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.evaluation.Evaluator;
import org.reckoning.trainer.evaluation.Prediction;
import org.reckoning.trainer.progress.EvaluationReport;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.EncodedTask;

/** Evaluates the weights of a run on the validation and the test split. */
final class RunEvaluation {
  private final RunConfig config;
  private final RunData data;
  private final BilevelProgram<?> program;
  private final Peers peers;
  private @Nullable Evaluator evaluator;

  RunEvaluation(RunConfig config, RunData data, BilevelProgram<?> program, Peers peers) {
    this.config = config;
    this.data = data;
    this.program = program;
    this.peers = peers;
  }

  /** Returns whether the validation split has tasks. */
  boolean canValidate() {
    return !data.validation().isEmpty();
  }

  /**
   * Validates the current weights, and saves them if they are the best so far.
   *
   * @return false if it was stopped; the validation is then due again
   */
  boolean validate(RunState state, TrainingListener listener, StopRequest stop) throws IOException {
    boolean compiles = evaluator == null && config.xla().compiles();
    if (compiles && !state.saveBeforeCompiling(listener, stop)) {
      return false;
    }
    Optional<Evaluation> evaluation =
        evaluate("val", data.validation(), state.now().step(), listener, stop);
    stop.hold();
    if (evaluation.isEmpty()) {
      return false;
    }
    state.set(state.now().validated(monitored(evaluation.get()), smallerIsBetter()));
    if (state.now().bestStep() == state.now().step()) {
      state.saveBest();
    }
    return true;
  }

  private double monitored(Evaluation evaluation) {
    Map<String, Double> metrics = evaluation.metrics();
    Double monitored = metrics.get(config.monitor());
    if (monitored == null) {
      throw new IllegalArgumentException(
          "monitor (%s) must be a metric of the validation: %s"
              .formatted(config.monitor(), metrics.keySet()));
    }
    return monitored;
  }

  private boolean smallerIsBetter() {
    return config.monitor().contains("loss");
  }

  /**
   * Evaluates the current weights on the test split.
   *
   * @param step of the weights
   */
  Evaluation test(long step, TrainingListener listener) {
    return evaluate("test", data.test(), step, listener, () -> false).orElseThrow();
  }

  private Optional<Evaluation> evaluate(
      String split,
      List<EncodedTask> tasks,
      long step,
      TrainingListener listener,
      StopRequest stop) {
    boolean compiles = evaluator == null && config.xla().compiles();
    long start = System.nanoTime();
    Evaluator current = evaluator();
    if (compiles) {
      listener.compiling("the evaluation");
    }
    Optional<Evaluation> result;
    try {
      result = current.evaluate(tasks, stop::requested);
    } finally { // a listener may show the time until then
      if (compiles) {
        listener.compiled("the evaluation", Seconds.since(start));
      }
    }
    double seconds = Seconds.since(start);
    result.ifPresent(
        evaluation ->
            listener.evaluated(
                new EvaluationReport(
                    step,
                    split,
                    EnumWord.of(config.method()),
                    evaluation.metrics(),
                    leftOut(tasks, evaluation),
                    seconds,
                    samples(evaluation))));
    return result;
  }

  /** Returns the evaluator, which chooses its shapes once. */
  private Evaluator evaluator() {
    if (evaluator == null) {
      evaluator =
          new Evaluator(
              program,
              peers,
              data.encoder(),
              data.limits(config.evalBatchSize()),
              data.vocabulary().endOfText(),
              data.newTokens(),
              data.evaluated());
    }
    return evaluator;
  }

  private static List<Prediction> samples(Evaluation evaluation) {
    return evaluation.predictions().stream().limit(EvaluationReport.SAMPLES).toList();
  }

  /** Returns the ids of the tasks without a prediction, as they are too long. */
  private static List<String> leftOut(List<EncodedTask> tasks, Evaluation evaluation) {
    return evaluation.leftOut(tasks.stream().map(EncodedTask::source).toList()).stream()
        .map(ReasoningTask::id)
        .toList();
  }
}
