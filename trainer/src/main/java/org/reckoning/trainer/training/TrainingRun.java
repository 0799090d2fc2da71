package org.reckoning.trainer.training;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.bilevel.BilevelConfig;
import org.reckoning.graph.bilevel.BilevelProgram;
import org.reckoning.graph.bilevel.NotFiniteException;
import org.reckoning.graph.bilevel.OuterRates;
import org.reckoning.graph.bilevel.PassResult;
import org.reckoning.graph.bilevel.TaskBatch;
import org.reckoning.graph.bilevel.UpdateResult;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.inspect.BlockGraph;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.FloatType;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.VocabularyKind;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.evaluation.Evaluator;
import org.reckoning.trainer.evaluation.Prediction;
import org.reckoning.trainer.files.AtomicOutput;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.progress.EvaluationReport;
import org.reckoning.trainer.progress.LearnedRates;
import org.reckoning.trainer.progress.RunEnd;
import org.reckoning.trainer.progress.RunStart;
import org.reckoning.trainer.progress.StepReport;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.run.Checkpoints;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.run.Splits;
import org.reckoning.trainer.run.TrainingState;
import org.reckoning.trainer.tokens.Batch;
import org.reckoning.trainer.tokens.Batches;
import org.reckoning.trainer.tokens.BucketLimits;
import org.reckoning.trainer.tokens.Buckets;
import org.reckoning.trainer.tokens.EncodedTask;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.TaskLengths;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2ConfigFile;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.PaddingFile;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * The training of one method on one set of data, from its first step to its evaluation.
 *
 * <pre>{@code
 * try (var run = TrainingRun.prepare(config, splits, directory)) {
 *   run.resume(System.err::println);    // from the newest whole checkpoint, if there is one
 *   run.train(listeners, "CPU:0", () -> false);
 *   Evaluation test = run.test(listeners, directory.resolve("predictions/test.jsonl"));
 * }
 * }</pre>
 *
 * <p>A step depends on the configuration, the data and the state alone: on a CPU, a run that is
 * resumed goes on bit for bit.
 */
public final class TrainingRun implements AutoCloseable {
  /** The name of the vocabulary in the run directory. */
  public static final String VOCABULARY = "vocabulary.json";

  /** The name of the model's sizes in the run directory, in the form of a {@code config.json}. */
  public static final String MODEL = "model.json";

  private static final JsonMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final RunConfig config;
  private final Path directory;
  private final Gpt2Config model;
  private final Vocabulary vocabulary;
  private final TaskEncoder encoder;
  private final List<EncodedTask> train;
  private final List<EncodedTask> val;
  private final List<EncodedTask> test;
  private final Buckets buckets;
  private final Batches batches;
  private final long steps;
  private final boolean trains;
  private final BilevelProgram<?> program;
  private final Checkpoints checkpoints;
  private final double buildSeconds;
  private TrainingState state = TrainingState.START;
  private @Nullable TrainingState saved;
  private @Nullable Evaluator evaluator;

  private TrainingRun(
      RunConfig config,
      Splits splits,
      Path directory,
      @Nullable Gpt2Weights published,
      boolean trains)
      throws IOException {
    this.config = config;
    this.directory = directory;
    this.trains = trains;
    Tokenizer tokenizer = Tokenizer.gpt2();
    this.vocabulary = vocabulary(config, splits, directory, tokenizer);
    this.model = model(config, directory, vocabulary, published);
    this.encoder = new TaskEncoder(tokenizer, vocabulary, config.method(), config.multiTask());
    this.train = encoder.encodeAll(splits.train(), config.seed());
    this.val = encoder.encodeAll(splits.val(), config.seed());
    this.test = encoder.encodeAll(splits.test(), config.seed());
    List<TaskLengths> lengths = train.stream().map(EncodedTask::lengths).toList();
    this.buckets = Buckets.choose(lengths, limits(config.trainBatchSize()));
    this.batches = new Batches(buckets, lengths, config.seed());
    this.steps = planned(config);
    this.checkpoints = new Checkpoints(directory, config.keepCheckpoints());
    long start = System.nanoTime();
    BilevelConfig bilevel = config.bilevel(model, buckets.shapes());
    this.program =
        config.dtype() == FloatType.FLOAT32
            ? program(bilevel, TFloat32.class, trains)
            : program(bilevel, TFloat64.class, trains);
    this.buildSeconds = secondsSince(start);
  }

  private static <T extends TNumber> BilevelProgram<T> program(
      BilevelConfig config, Class<T> type, boolean trains) {
    return trains
        ? BilevelProgram.build(config, type)
        : BilevelProgram.forEvaluation(config.withShapes(config.shapes().get(0)), type);
  }

  /**
   * Encodes the data and builds a graph that evaluates: {@link #test} is all that can be asked of
   * it.
   *
   * @param directory of a run that has a checkpoint
   * @throws IOException if a file cannot be read
   * @throws IllegalArgumentException if data and configuration do not go together
   */
  public static TrainingRun forEvaluation(RunConfig config, Splits splits, Path directory)
      throws IOException {
    return new TrainingRun(config, splits, directory, null, false);
  }

  /**
   * Encodes the data, builds the static graph and sets the initial weights. Nothing is compiled
   * yet.
   *
   * @param directory of the run; a vocabulary that is there is used
   * @throws IOException if a file cannot be read or written
   * @throws IllegalArgumentException if data and configuration do not go together
   */
  public static TrainingRun prepare(RunConfig config, Splits splits, Path directory)
      throws IOException {
    try (Gpt2Weights start = startingWeights(config, directory)) {
      TrainingRun run = new TrainingRun(config, splits, directory, start, true);
      try {
        run.initialize(start);
        return run;
      } catch (IOException | RuntimeException e) {
        run.close();
        throw e;
      }
    }
  }

  /**
   * Opens the weights to start from; a run that has a checkpoint goes on without them.
   *
   * @return null if there are none
   */
  private static @Nullable Gpt2Weights startingWeights(RunConfig config, Path directory)
      throws IOException {
    String path = config.model().nameOrPath();
    boolean goesOn =
        Files.exists(directory.resolve(MODEL))
            && new Checkpoints(directory, config.keepCheckpoints()).latest().isPresent();
    return path == null || goesOn ? null : RunWeights.openAny(Path.of(path));
  }

  /** Returns the sizes, which the directory keeps: published weights may be gone one day. */
  private static Gpt2Config model(
      RunConfig config, Path directory, Vocabulary vocabulary, @Nullable Gpt2Weights start)
      throws IOException {
    Path file = directory.resolve(MODEL);
    if (config.model().nameOrPath() != null && start == null) {
      return Gpt2ConfigFile.read(file).config();
    }
    Gpt2Config model =
        start == null
            ? config.model().gpt2(vocabulary.size())
            : start.withVocabulary(vocabulary).config();
    DurableFiles.createDirectories(directory);
    Gpt2ConfigFile.write(file, model, vocabulary.endOfText());
    if (start != null && vocabulary.isFull()) {
      PaddingFile.keep(directory, start);
    }
    return model;
  }

  private static Vocabulary vocabulary(
      RunConfig config, Splits splits, Path directory, Tokenizer tokenizer) throws IOException {
    if (config.model().vocabulary() == VocabularyKind.FULL) {
      return Vocabulary.full();
    }
    Path file = directory.resolve(VOCABULARY);
    if (Files.exists(file)) {
      return Vocabulary.load(file);
    }
    Vocabulary compact = TaskEncoder.compactVocabulary(tokenizer, splits.all());
    DurableFiles.createDirectories(directory);
    compact.save(file);
    return compact;
  }

  private void initialize(@Nullable Gpt2Weights start) throws IOException {
    if (start == null) {
      program.initialize(config.seed());
      return;
    }
    Gpt2Weights published = start.withVocabulary(vocabulary);
    Set<String> names = model.parameterShapes().keySet(); // low-rank factors are not among them
    program.initialize(name -> names.contains(name) ? published.read(name) : null, config.seed());
  }

  /** Returns how many steps a configuration plans for these data. */
  private long planned(RunConfig plan) {
    long perUpdate = plan.gradientAccumulationSteps();
    long perEpoch = (batches.perEpoch() + perUpdate - 1) / perUpdate;
    Integer maxSteps = plan.maxSteps();
    return maxSteps != null ? maxSteps : perEpoch * plan.numTrainEpochs();
  }

  private BucketLimits limits(int tasks) {
    Integer maxTokens = config.data().maxTokens();
    int longest = model.nPositions();
    return new BucketLimits(
        tasks,
        config.data().maxBuckets(),
        maxTokens == null ? longest : Math.min(maxTokens, longest),
        config.innerSteps());
  }

  /** Returns the static graph. */
  public BilevelProgram<?> program() {
    return program;
  }

  /** Returns where the run is. */
  public TrainingState state() {
    return state;
  }

  /** Returns how many steps are planned. */
  public long steps() {
    return steps;
  }

  /** Returns how the tokens are numbered. */
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Returns lines for people about model, data and program. */
  public String summary() {
    List<TaskLengths> lengths = train.stream().map(EncodedTask::lengths).toList();
    return """
        model     %,d parameters: %d layers, %d wide, %d heads, %,d tokens known
        inner     %d steps of %s on the facts, %s gradient
        data      %,d tasks to train on, %,d to validate, %,d to test
        graph     built in %.1f s
        %s"""
        .formatted(
            parameters(),
            model.nLayer(),
            model.nEmbd(),
            model.nHead(),
            model.vocabSize(),
            config.innerSteps(),
            config.innerOpt().name().toLowerCase(Locale.ROOT),
            config.gradient().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            train.size(),
            val.size(),
            test.size(),
            buildSeconds,
            buckets.report(lengths).stripTrailing());
  }

  private long parameters() {
    return program.layout().shapes().values().stream().mapToLong(shape -> shape.size()).sum();
  }

  /**
   * Goes on from the newest checkpoint that is whole.
   *
   * @param report takes a sentence about each checkpoint that is damaged and was left out
   * @return whether there is a checkpoint
   * @throws IOException if there are some and none is whole, or it is not of this configuration
   * @throws ConfigException if fewer steps are planned than were made
   */
  public boolean resume(Consumer<String> report) throws IOException {
    Optional<TrainingState> restored = checkpoints.resume(program, report);
    if (restored.isEmpty()) {
      return false;
    }
    TrainingState at = restored.get();
    if (at.position() != at.step() * config.gradientAccumulationSteps()) {
      throw new IOException(
          "the newest checkpoint of '%s' is of step %d and %d batches, but gradient_accumulation_steps=%d makes that %d: it is of another configuration"
              .formatted(
                  directory,
                  at.step(),
                  at.position(),
                  config.gradientAccumulationSteps(),
                  at.step() * config.gradientAccumulationSteps()));
    }
    if (at.step() > steps) {
      throw new ConfigException(
          List.of(
              "run '%s' has made %d steps and %d are planned: give max_steps or num_train_epochs for more than that"
                  .formatted(directory, at.step(), steps)));
    }
    state = at;
    saved = at;
    batches.seek(at.position());
    return true;
  }

  /**
   * Gives a run that is resumed the steps of another plan: state of the optimizer and data go on,
   * and patience begins anew.
   *
   * @param before the configuration that the run had until now
   * @return a sentence about the steps and what becomes of the schedule
   */
  String extend(RunConfig before) {
    long planned = planned(before);
    String schedule = "";
    if (state.step() < steps) {
      long next = state.step() + 1;
      double then =
          new OuterSchedule(config.schedule(), planned, config.warmupProportion())
              .factor(Math.min(state.step(), planned));
      double now =
          new OuterSchedule(config.schedule(), steps, config.warmupProportion()).factor(next);
      schedule =
          String.format(
              Locale.ROOT,
              "; the %s schedule now spans all %d steps, so step %d has %.1f %% of the learning rate where step %d had %.1f %%",
              lower(config.schedule()),
              steps,
              next,
              100 * now,
              state.step(),
              100 * then);
    }
    state = state.patientAnew();
    return "planned for %d steps until now, and for %d from step %d on%s; the state of the optimizer goes on"
        .formatted(planned, steps, state.step(), schedule);
  }

  /**
   * Trains to the last step, or until it is told to stop, or no longer gets better. A checkpoint is
   * written at the end in any case.
   *
   * @param device what computes, for people
   * @param stop asked after every step and every batch of an evaluation
   * @return why it ended
   * @throws NotFiniteException if a loss or a gradient is not finite; the last checkpoint is as it
   *     was
   * @throws IOException if a checkpoint cannot be written; those before are as they were
   */
  public RunEnd train(TrainingListener listeners, String device, StopRequest stop)
      throws IOException {
    long start = System.nanoTime();
    listeners.started(
        new RunStart(
            config.name(),
            directory,
            lower(config.method()),
            device,
            parameters(),
            summary(),
            steps));
    String why = "no step was left";
    try {
      why = loop(listeners, stop);
      save(listeners);
      stop.release();
    } catch (NotFiniteException e) {
      why = e.getMessage() + "; the last checkpoint is of step " + lastSaved();
      throw e;
    } catch (RuntimeException | IOException e) {
      why = "it failed, " + e.getMessage();
      throw e;
    } finally {
      listeners.finished(new RunEnd(state.step(), secondsSince(start), why));
    }
    return new RunEnd(state.step(), secondsSince(start), why);
  }

  private String loop(TrainingListener listeners, StopRequest stop) throws IOException {
    OuterSchedule schedule = new OuterSchedule(config.schedule(), steps, config.warmupProportion());
    Set<Object> compiled = new HashSet<>();
    boolean goesOn = true;
    while (goesOn) {
      if (validationIsDue()) {
        goesOn = validate(listeners, stop);
      }
      if (goesOn && state.step() > 0 && state.step() % config.saveSteps() == 0) {
        save(listeners);
      }
      if (goesOn && state.step() == steps) {
        return "all steps are done";
      }
      Integer patience = config.patience();
      if (goesOn && patience != null && state.validationsSinceBest() >= patience) {
        return "%s did not get better in %d validations".formatted(config.monitor(), patience);
      }
      goesOn = goesOn && !stop.requested() && step(schedule, compiled, listeners, stop);
    }
    return "it was asked to stop";
  }

  /** A run that was stopped while it validated does so when it goes on. */
  private boolean validationIsDue() {
    Integer every = config.evalSteps();
    boolean planned = (every != null && state.step() % every == 0) || state.step() == steps;
    return planned && state.validatedStep() < state.step() && !val.isEmpty();
  }

  /**
   * Begins what cannot be interrupted, as compiling: all steps are saved before.
   *
   * @return whether to go on; if not, a stop was requested
   */
  private boolean beginUninterruptible(TrainingListener listeners, StopRequest stop)
      throws IOException {
    if (state.step() > 0) {
      save(listeners);
    }
    return stop.release();
  }

  /** Makes an update; returns whether to go on: if not, a stop was requested before it. */
  private boolean step(
      OuterSchedule schedule, Set<Object> compiled, TrainingListener listeners, StopRequest stop)
      throws IOException {
    List<Batch> drawn = new ArrayList<>();
    for (int i = 0; i < config.gradientAccumulationSteps(); i++) {
      drawn.add(batches.next());
    }
    int tasks = drawn.stream().mapToInt(batch -> batch.tasks().size()).sum();
    List<TaskBatch> passes = new ArrayList<>();
    for (Batch batch : drawn) {
      passes.add(
          TaskBatch.of(
              batch.shape(),
              model,
              batch.of(train).stream().map(EncodedTask::task).toList(),
              tasks));
    }
    long update = state.step() + 1;
    double factor = schedule.factor(update);
    OuterRates rates =
        new OuterRates(config.learningRate() * factor, config.ratesLearningRate() * factor);

    boolean compiles = false;
    for (Batch batch : drawn) {
      compiles |= compiled.add(batch.shape());
    }
    if (compiles && config.xla().compiles()) {
      if (!beginUninterruptible(listeners, stop)) {
        return false;
      }
      listeners.compiling("the training step");
    }
    long start = System.nanoTime();
    long seed = RandomSeed.of(config.seed(), "update", update);
    Optional<UpdateResult> made = program.train(passes, rates, seed, stop::requested);
    double seconds = secondsSince(start);
    if (made.isEmpty()) {
      batches.seek(state.position()); // the update is made again when the run goes on
      return false;
    }
    UpdateResult result = made.get();
    stop.hold();
    if (compiles && config.xla().compiles()) {
      listeners.compiled("the training step", seconds);
    }
    state = state.stepped(batches.position(), seconds);
    listeners.stepped(report(result, passes, rates, seconds, tasks));
    return true;
  }

  private StepReport report(
      UpdateResult result, List<TaskBatch> passes, OuterRates rates, double seconds, int tasks) {
    int k = config.innerSteps();
    Double[] innerLosses = new Double[k == 0 ? 0 : k + 1];
    Arrays.fill(innerLosses, 0.0);
    for (int i = 0; i < passes.size(); i++) {
      PassResult pass = result.passes().get(i);
      double share = (double) passes.get(i).tasks() / tasks;
      for (int step = 0; step < innerLosses.length; step++) {
        innerLosses[step] += share * pass.innerLoss(step);
      }
    }
    boolean learnsRates = k > 0 && config.innerRates().learned();
    return new StepReport(
        state.step(),
        steps,
        result.outerLoss(),
        List.of(innerLosses),
        result.tokenAccuracy(),
        result.gradientNorm(),
        learnsRates ? result.ratesGradientNorm() : Double.NaN,
        rates.weights(),
        seconds,
        passes.stream().mapToLong(TaskBatch::tokens).sum(),
        tasks);
  }

  /** Validates; returns whether to go on: if not, it was stopped and is due again. */
  private boolean validate(TrainingListener listeners, StopRequest stop) throws IOException {
    if (evaluator == null && config.xla().compiles() && !beginUninterruptible(listeners, stop)) {
      return false;
    }
    Integer most = config.evalTasks();
    List<EncodedTask> some = most == null ? val : val.subList(0, Math.min(most, val.size()));
    Optional<Evaluation> evaluation = evaluate("val", some, state.step(), listeners, stop);
    stop.hold();
    if (evaluation.isEmpty()) {
      return false;
    }
    Map<String, Double> metrics = evaluation.get().metrics();
    Double monitored = metrics.get(config.monitor());
    if (monitored == null) {
      throw new IllegalArgumentException(
          "monitor (%s) must be a metric of the validation: %s"
              .formatted(config.monitor(), metrics.keySet()));
    }
    state = state.validated(monitored, config.monitor().contains("loss"));
    if (state.bestStep() == state.step()) {
      checkpoints.saveBest(program, state);
    }
    return true;
  }

  private void save(TrainingListener listeners) throws IOException {
    if (!state.equals(saved)) {
      listeners.saving();
      listeners.saved(checkpoints.save(program, state), state.step());
      saved = state;
    }
  }

  private String lastSaved() {
    return saved == null ? "none" : Long.toString(saved.step());
  }

  /**
   * Evaluates the best weights on the test split.
   *
   * @param predictions file that they are written to, a JSON object each
   * @throws IOException if a file cannot be read or written
   */
  public Evaluation test(TrainingListener listeners, Path predictions) throws IOException {
    Optional<Path> best = checkpoints.best();
    long step = state.step();
    if (best.isPresent()) {
      step = Checkpoints.restore(program, best.get()).step();
    } else if (!trains) {
      throw new IOException(
          "run '%s' has no checkpoint to evaluate: train it first, with resume=%s"
              .formatted(directory, directory));
    }
    Evaluation evaluation = evaluate("test", test, step, listeners, () -> false).orElseThrow();
    write(evaluation, predictions);
    return evaluation;
  }

  /** Evaluates the weights as they are after a step; returns nothing if it was stopped. */
  private Optional<Evaluation> evaluate(
      String split,
      List<EncodedTask> tasks,
      long step,
      TrainingListener listeners,
      StopRequest stop) {
    long start = System.nanoTime();
    boolean first = evaluator == null;
    if (first) {
      evaluator = newEvaluator();
    }
    if (first && config.xla().compiles()) {
      listeners.compiling("the evaluation");
    }
    Optional<Evaluation> result =
        Objects.requireNonNull(evaluator).evaluate(tasks, stop::requested);
    double seconds = secondsSince(start);
    if (first && config.xla().compiles()) {
      listeners.compiled("the evaluation", seconds);
    }
    if (result.isEmpty()) {
      return result;
    }
    Evaluation evaluation = result.get();
    listeners.evaluated(
        new EvaluationReport(
            step,
            split,
            lower(config.method()),
            evaluation.metrics(),
            leftOut(tasks, evaluation),
            seconds,
            evaluation.predictions().stream().limit(EvaluationReport.SAMPLES).toList()));
    return result;
  }

  private static List<String> leftOut(List<EncodedTask> tasks, Evaluation evaluation) {
    Set<String> answered =
        evaluation.predictions().stream().map(Prediction::id).collect(Collectors.toSet());
    return tasks.stream()
        .map(task -> task.source().id())
        .filter(id -> !answered.contains(id))
        .toList();
  }

  private Evaluator newEvaluator() {
    List<EncodedTask> all = new ArrayList<>(val);
    all.addAll(test);
    Integer most = config.maxNewTokens();
    int longest = train.stream().mapToInt(EncodedTask::longestTarget).max().orElse(1);
    int newTokens = config.generate() ? (most == null ? longest : most) : 0;
    return new Evaluator(
        program, encoder, limits(config.evalBatchSize()), vocabulary.endOfText(), newTokens, all);
  }

  private static void write(Evaluation evaluation, Path file) throws IOException {
    try (AtomicOutput output = AtomicOutput.open(file)) {
      OutputStream lines = new BufferedOutputStream(output.stream());
      for (Prediction prediction : evaluation.predictions()) {
        lines.write(MAPPER.writeValueAsBytes(prediction));
        lines.write('\n');
      }
      lines.flush();
      output.commit();
    }
  }

  /** Returns the static graph for TensorBoard: a training step of the first bucket. */
  GraphDef picture() {
    return BlockGraph.of(program, buckets.shapes().get(0)).graph();
  }

  /** Returns the inner rates; none where they are not learned. */
  public LearnedRates learnedRates() {
    return config.dynaLr() && config.innerSteps() > 0
        ? new LearnedRates(program.layout().adapted(), program.rates())
        : LearnedRates.NONE;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    program.close();
  }
}
