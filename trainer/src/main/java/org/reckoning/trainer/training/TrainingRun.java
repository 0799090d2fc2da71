package org.reckoning.trainer.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.inspect.BlockGraph;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.NotFiniteException;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.RunConfig.FloatType;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.progress.LearnedRates;
import org.reckoning.trainer.progress.RunEnd;
import org.reckoning.trainer.progress.RunStart;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.run.Checkpoints;
import org.reckoning.trainer.run.RunAnswers;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.Splits;
import org.reckoning.trainer.run.TrainingState;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.Batches;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * Trains one method on one set of data, and tests the best weights. The loop itself is {@code
 * TrainingLoop}.
 *
 * <pre>{@code
 * try (var run = TrainingRun.prepare(config, splits, directory)) {
 *   run.resume(System.err::println);    // from the newest intact checkpoint, if there is one
 *   run.train(listener, "CPU:0", () -> false);
 *   Evaluation test = run.test(listener, directory.resolve("predictions/test.jsonl"));
 * }
 * }</pre>
 *
 * <p>A step depends on the configuration, the data and the state only: on a CPU, a resumed run
 * computes the same bits.
 */
public final class TrainingRun implements AutoCloseable {
  private final RunConfig config;
  private final RunDirectory directory;
  private final FirstRank first;
  private final RunData data;
  private final Batches batches;
  private final long steps;
  private final BilevelProgram<?> program;
  private final boolean trains;
  private final double buildSeconds;
  private final Checkpoints checkpoints;
  private final RunState state;
  private final RunEvaluation evaluation;

  private TrainingRun(
      RunConfig config,
      Splits splits,
      RunDirectory directory,
      InitialModel model,
      boolean trains,
      FirstRank first) {
    this.config = config;
    this.directory = directory;
    this.first = first;
    this.trains = trains;
    data = new RunData(config, splits, model.vocabulary(), model.sizes());
    batches = data.batches();
    steps = data.steps(config);
    checkpoints = directory.checkpoints(config.keepCheckpoints());
    long start = System.nanoTime();
    program = program(config, data, trains);
    buildSeconds = Seconds.since(start);
    program.join(first.peers());
    state = new RunState(program, checkpoints, first.peers());
    evaluation = new RunEvaluation(config, data, program, first.peers());
  }

  private static BilevelProgram<?> program(RunConfig config, RunData data, boolean trains) {
    BilevelConfig bilevel = config.bilevel(data.model(), data.buckets().shapes());
    return config.dtype() == FloatType.FLOAT32
        ? program(bilevel, TFloat32.class, trains)
        : program(bilevel, TFloat64.class, trains);
  }

  private static <T extends TNumber> BilevelProgram<T> program(
      BilevelConfig config, Class<T> type, boolean trains) {
    return trains
        ? BilevelProgram.build(config, type)
        : BilevelProgram.forEvaluation(config.withShapes(config.shapes().get(0)), type);
  }

  /**
   * Encodes the data, builds the static graph and sets the initial weights. Nothing is compiled
   * yet.
   *
   * @param directory of the run; a vocabulary in it is used
   * @throws IOException if a file cannot be read or written
   * @throws IllegalArgumentException if data and configuration do not match
   */
  public static TrainingRun prepare(RunConfig config, Splits splits, Path directory)
      throws IOException {
    return prepare(config, splits, directory, Peers.ALONE);
  }

  /**
   * Does the same in one of several processes. All of them call the same methods of their runs. A
   * method that fails in one process may leave the others waiting: end them with {@link
   * Peers#abort}.
   *
   * @param directory of the run; only rank 0 uses it
   * @throws IOException if a file cannot be read or written
   * @throws ConfigException if there are more processes than passes of an update
   * @throws IllegalArgumentException if data and configuration do not match
   */
  public static TrainingRun prepare(RunConfig config, Splits splits, Path directory, Peers peers)
      throws IOException {
    PassShares.of(config, peers);
    RunDirectory place = new RunDirectory(directory);
    FirstRank first = new FirstRank(peers);
    try (InitialModel initial = InitialModel.forTraining(config, splits, place, first)) {
      TrainingRun run = new TrainingRun(config, splits, place, initial, true, first);
      try {
        initial.initialize(run.program, config.seed());
        run.program.broadcast();
        return run;
      } catch (IOException | RuntimeException e) {
        run.close();
        throw e;
      }
    }
  }

  /**
   * Builds the program of a run, with its initial weights, and writes nothing.
   *
   * @param directory of the run, whose vocabulary and sizes are used; null for a new run
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if data and configuration do not match
   */
  public static BilevelProgram<?> programOf(
      RunConfig config, Splits splits, @Nullable Path directory) throws IOException {
    RunDirectory place = directory == null ? null : new RunDirectory(directory);
    try (InitialModel initial = InitialModel.forInspection(config, splits, place)) {
      RunData data = new RunData(config, splits, initial.vocabulary(), initial.sizes());
      BilevelProgram<?> program = program(config, data, true);
      try {
        initial.initialize(program, config.seed());
        return program;
      } catch (IOException | RuntimeException e) {
        program.close();
        throw e;
      }
    }
  }

  /**
   * Encodes the data and builds a graph without training. The run supports {@link #test} only.
   *
   * @param directory of a run that has a checkpoint
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if data and configuration do not match
   */
  public static TrainingRun forEvaluation(RunConfig config, Splits splits, Path directory)
      throws IOException {
    RunDirectory place = new RunDirectory(directory);
    try (InitialModel initial = InitialModel.forEvaluation(config, place)) {
      return new TrainingRun(config, splits, place, initial, false, new FirstRank(Peers.ALONE));
    }
  }

  /** Returns the program with the static graph. */
  public BilevelProgram<?> program() {
    return program;
  }

  /** Returns the progress of the run. */
  public TrainingState state() {
    return state.now();
  }

  /** Returns what the answers of the run's problems are like. */
  RunAnswers answers(Splits splits) {
    return new RunAnswers(splits.labels().orElse(null), data.longestTarget());
  }

  /** Returns the vocabulary of the model. */
  public Vocabulary vocabulary() {
    return data.vocabulary();
  }

  /** Returns lines about model, data and program. */
  private String summary() {
    Gpt2Config model = data.model();
    return """
        model     %,d parameters: %d layers, %d wide, %d heads, %,d tokens known
        inner     %d steps of %s on the facts (%s), %s gradient
        data      %s
        asks      %s
        graph     built in %.1f s
        %s%s"""
        .formatted(
            parameters(),
            model.nLayer(),
            model.nEmbd(),
            model.nHead(),
            model.vocabSize(),
            config.innerSteps(),
            EnumWord.of(config.innerOpt()),
            EnumWord.of(config.innerLoss()),
            EnumWord.of(config.gradient()).replace('_', ' '),
            data.summary(),
            data.questionLimits(),
            buildSeconds,
            first.peers().size() == 1
                ? ""
                : "peers     %s\n".formatted(PassShares.of(config, first.peers())),
            data.bucketSummary());
  }

  private long parameters() {
    return program.layout().shapes().values().stream().mapToLong(shape -> shape.size()).sum();
  }

  /** The state of a checkpoint that was restored; null if there is none. */
  private record Restored(@Nullable TrainingState state) {}

  /**
   * Restores the newest intact checkpoint.
   *
   * @param report takes a sentence about each damaged checkpoint
   * @return whether there is a checkpoint
   * @throws IOException if all checkpoints are damaged, or belong to another configuration
   * @throws ConfigException if fewer steps are planned than were made
   */
  public boolean resume(Consumer<String> report) throws IOException {
    TrainingState at =
        first
            .answer(
                Restored.class,
                () -> new Restored(checkpoints.resume(program, report).orElse(null)))
            .state();
    if (at == null) {
      return false;
    }
    if (at.position() != at.step() * config.gradientAccumulationSteps()) {
      throw new IOException(
          "the newest checkpoint of '%s' has step %d and %d batches, but gradient_accumulation_steps=%d requires %d batches: it belongs to another configuration"
              .formatted(
                  directory.path(),
                  at.step(),
                  at.position(),
                  config.gradientAccumulationSteps(),
                  at.step() * config.gradientAccumulationSteps()));
    }
    requireSteps(directory, at.step(), steps);
    program.broadcast();
    state.setRestored(at);
    batches.seek(at.position());
    return true;
  }

  private static void requireSteps(RunDirectory run, long made, long planned) {
    if (made > planned) {
      throw new ConfigException(
          List.of(
              "run '%s' has made %d steps, but only %d are planned: set max_steps or num_train_epochs to more"
                  .formatted(run.path(), made, planned)));
    }
  }

  /**
   * Checks that a run has not made more steps than are planned, without building a graph.
   *
   * @throws ConfigException if it has
   */
  static void requireSteps(RunConfig config, Splits splits, RunDirectory run) throws IOException {
    OptionalLong made = run.checkpoints(config.keepCheckpoints()).newestStep();
    if (made.isPresent()) {
      Vocabulary vocabulary = run.vocabulary(config.model().vocabulary());
      RunData data = new RunData(config, splits, vocabulary, run.model(config, vocabulary));
      requireSteps(run, made.getAsLong(), data.steps(config));
    }
  }

  /**
   * Extends a resumed run to more steps. The states of optimizer and data remain; patience starts
   * anew, and is saved: the caller writes the new configuration, which must not be without it.
   *
   * @param before the former configuration of the run
   * @return a sentence about the steps and the schedule
   * @throws IOException if the checkpoint cannot be written
   */
  String extend(RunConfig before) throws IOException {
    long planned = data.steps(before);
    long made = state.now().step();
    String schedule = "";
    if (made > 0 && made < steps) {
      double then = schedule(planned).factor(Math.min(made, planned));
      double now = schedule(steps).factor(made + 1);
      schedule =
          String.format(
              Locale.ROOT,
              "; the %s schedule now spans all %d steps, so step %d has %.1f %% of the learning rate where step %d had %.1f %%",
              EnumWord.of(config.schedule()),
              steps,
              made + 1,
              100 * now,
              made,
              100 * then);
    }
    state.set(state.now().withFullPatience());
    if (made > 0) {
      state.save(new TrainingListener() {});
    }
    return "%s the run at step %d from %d to %d steps%s; the optimizer keeps its state"
        .formatted(steps < planned ? "shortens" : "extends", made, planned, steps, schedule);
  }

  private OuterSchedule schedule(long planned) {
    return new OuterSchedule(config.schedule(), planned, config.warmupProportion());
  }

  /**
   * Trains until the last step, a request to stop, or the end of patience, and writes a checkpoint.
   *
   * @param device that computes, for messages
   * @param stop asked after every step and every batch of an evaluation
   * @return why the training ended
   * @throws NotFiniteException if a loss or a gradient is not finite; the last checkpoint is
   *     unchanged
   * @throws IOException if a checkpoint cannot be written; older ones are unchanged
   */
  public RunEnd train(TrainingListener listener, String device, StopRequest stop)
      throws IOException {
    long start = System.nanoTime();
    listener.started(
        new RunStart(
            config.name(),
            directory.path(),
            EnumWord.of(config.method()),
            device,
            parameters(),
            summary(),
            steps));
    String why = "it failed";
    RunEnd.Outcome outcome = RunEnd.Outcome.FAILED;
    try {
      OuterStep step = new OuterStep(config, data, batches, program);
      StopRequest shared = GroupStop.of(stop, first.peers());
      why = new TrainingLoop(config, steps, state, step, evaluation, listener, shared).run();
      state.save(listener);
      shared.release();
      outcome = stop.requested() ? RunEnd.Outcome.STOPPED : RunEnd.Outcome.DONE;
    } catch (NotFiniteException e) {
      why = e.getMessage() + "; the last checkpoint is of step " + state.savedStep();
      throw e;
    } catch (RuntimeException | IOException | Error e) {
      why =
          "it failed, " + Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
      throw e;
    } finally {
      listener.finished(new RunEnd(state.now().step(), Seconds.since(start), why, outcome));
    }
    return new RunEnd(state.now().step(), Seconds.since(start), why, outcome);
  }

  /**
   * Evaluates the best weights on the test split.
   *
   * @param predictions file for the predictions, a JSON object a line
   * @throws IOException if a file cannot be read or written
   */
  public Evaluation test(TrainingListener listener, Path predictions) throws IOException {
    TrainingState best =
        first
            .answer(
                Restored.class, () -> new Restored(checkpoints.restoreBest(program).orElse(null)))
            .state();
    if (best != null) {
      program.broadcast();
    } else if (!trains) {
      throw new IOException(
          "run '%s' has no checkpoint to evaluate: train it first, with resume=%s"
              .formatted(directory.path(), directory.path()));
    }
    Evaluation result = evaluation.test((best == null ? state.now() : best).step(), listener);
    if (first.peers().isFirst()) {
      result.writePredictions(predictions);
    }
    return result;
  }

  /** Returns the static graph of a training step of the first bucket, in blocks. */
  GraphDef blockGraph() {
    return BlockGraph.of(program, data.buckets().shapes().get(0)).graph();
  }

  /** Returns the floating-point operations of the matrix products of an update, a mean. */
  double flops() {
    Map<TaskShape, Double> byShape = new HashMap<>();
    Batches epoch = data.batches();
    double sum = 0;
    for (int i = 0; i < epoch.perEpoch(); i++) {
      sum +=
          byShape.computeIfAbsent(
              epoch.next().shape(),
              shape -> (double) ProgramReport.of(program, shape).trainingFlops().matrix());
    }
    return sum / epoch.perEpoch() * config.gradientAccumulationSteps();
  }

  /** Returns the learned inner rates. */
  LearnedRates learnedRates() {
    return config.dynaLr() && config.innerSteps() > 0
        ? new LearnedRates(program.layout().adapted(), program.rates())
        : LearnedRates.NONE;
  }

  @Override
  public void close() {
    program.close();
  }
}
