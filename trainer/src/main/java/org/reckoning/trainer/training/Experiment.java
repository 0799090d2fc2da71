package org.reckoning.trainer.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.evaluation.ConfidenceInterval;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ListenerGroup;
import org.reckoning.trainer.progress.MetricsFile;
import org.reckoning.trainer.progress.TensorBoardListener;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.run.DataFingerprint;
import org.reckoning.trainer.run.ResultTable;
import org.reckoning.trainer.run.RunLock;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.run.Splits;
import org.reckoning.trainer.run.TrainingState;
import org.reckoning.trainer.tokens.Method;

/**
 * A method and its baselines on the same data, for the same number of steps, and the table of what
 * they reach on the test split.
 *
 * <pre>{@code
 * RUN/                 config.yaml, data.json, vocabulary.json, metrics.jsonl, checkpoints/,
 *                      tensorboard/, predictions/test.jsonl, results.json: of the method;
 *                      results-000550.json: of the run before it was extended from step 550;
 *                      predictions/eval.jsonl: of it on other problems, the last that were asked
 * RUN/baselines/NAME/  the same of a baseline, a run of its own
 * }</pre>
 */
public final class Experiment {
  /** The name of the resolved configuration in the run directory. */
  public static final String CONFIG = "config.yaml";

  private static final String RESULTS = "results.json";
  private static final String TEST = "test.jsonl";
  private final RunConfig config;
  private final Path directory;
  private final String device;
  private final ConsoleProgress progress;
  private final StopRequest stop;

  /**
   * What a method reached on some test problems.
   *
   * @param method as the configuration calls it
   * @param hops of the problems; 0 where it is not known
   * @param problems how many questions
   * @param metrics by name
   * @param scored interval of {@code acc_scored}
   */
  record Row(
      String method,
      int hops,
      int problems,
      Map<String, Double> metrics,
      ConfidenceInterval scored) {

    /**
     * @throws IllegalArgumentException if no evaluation finds that
     */
    Row {
      Objects.requireNonNull(method); // a file may say null
      Objects.requireNonNull(scored);
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
      if (hops < 0 || problems < 1) {
        throw new IllegalArgumentException(
            "hops (%d) must be 0 or more, and problems (%d) at least 1".formatted(hops, problems));
      }
      metrics.forEach(Row::requireMetric);
      if (!metrics.keySet().containsAll(List.of("loss", Evaluation.ACC_SCORED))) {
        throw new IllegalArgumentException(
            "metrics (%s) must have loss and %s"
                .formatted(metrics.keySet(), Evaluation.ACC_SCORED));
      }
    }

    /** A loss is 0 or more, all else is a share. */
    private static void requireMetric(String name, @Nullable Double value) {
      double most = name.equals("loss") ? Double.MAX_VALUE : 1;
      if (value == null || value < 0 || value > most) {
        throw new IllegalArgumentException(
            "metric %s (%s) must be 0 to %s".formatted(name, value, most));
      }
    }
  }

  /** The rows of one method. */
  record Results(List<Row> rows) {
    /**
     * @throws IllegalArgumentException if there are none
     */
    Results {
      rows = List.copyOf(rows);
      if (rows.isEmpty()) {
        throw new IllegalArgumentException("rows must be at least 1");
      }
    }

    static Results read(Path file) throws IOException {
      return JsonRecord.read(file, Results.class, "the results of a run");
    }
  }

  /**
   * @param directory of the run
   * @param device what computes, for people
   * @param progress is told what happens
   * @param stop asked after every step
   */
  public Experiment(
      RunConfig config, Path directory, String device, ConsoleProgress progress, StopRequest stop) {
    this.config = config;
    this.directory = directory;
    this.device = device;
    this.progress = progress;
    this.stop = stop;
  }

  /**
   * Reads the configuration of a run that is there.
   *
   * @param option what the user named the directory with, for messages
   * @throws MissingPathException if it is not the directory of a run
   */
  public static RunConfig configOf(String option, Path run) throws IOException {
    Path file = run.resolve(CONFIG);
    if (!Files.isRegularFile(file)) {
      throw new MissingPathException(
          "%s (%s) must be the directory of a run, with %s in it".formatted(option, run, CONFIG));
    }
    return RunConfig.read(file);
  }

  /**
   * Returns what the methods of a run reached: of each method that is done, means of the metrics
   * over all test problems. A metric that some problems do not have, as recall where nothing is
   * relevant, is the mean over the others, and {@code METRIC_problems} says over how many.
   *
   * @throws IOException if a file cannot be read
   */
  public static Map<String, Map<String, Double>> results(RunConfig config, Path run)
      throws IOException {
    Map<String, Map<String, Double>> results = new LinkedHashMap<>();
    for (Method method : methods(config)) {
      Path file = place(config, run, method).resolve(RESULTS);
      if (Files.exists(file)) {
        results.put(lower(method), means(Results.read(file).rows()));
      }
    }
    return results;
  }

  private static Map<String, Double> means(List<Row> rows) {
    Map<String, Double> sums = new LinkedHashMap<>();
    Map<String, Integer> problems = new LinkedHashMap<>();
    for (Row row : rows) {
      row.metrics()
          .forEach(
              (name, value) -> {
                sums.merge(name, row.problems() * value, Double::sum);
                problems.merge(name, row.problems(), Integer::sum);
              });
    }
    int all = rows.stream().mapToInt(Row::problems).sum();
    Map<String, Double> means = new LinkedHashMap<>();
    sums.forEach((name, sum) -> means.put(name, sum / problems.getOrDefault(name, 0)));
    problems.forEach(
        (name, count) -> {
          if (count < all) {
            means.put(name + "_problems", (double) count);
          }
        });
    return means;
  }

  /**
   * Trains and evaluates what is not done yet, so that a run that was stopped goes on.
   *
   * @return the table, for people; empty if it was stopped
   * @throws IOException if a file cannot be read or written, or another process trains this run
   */
  public List<String> run() throws IOException {
    RunLock lock = RunLock.take(directory);
    try {
      return runLocked();
    } finally {
      lock.close();
    }
  }

  private List<String> runLocked() throws IOException {
    RunConfig before = configOf("run", directory);
    boolean extended = !config.equals(before);
    Splits splits = new SplitLoader(config.data(), config.seed(), progress::message).load();
    DataFingerprint.requireSame(directory, splits);
    List<Row> rows = new ArrayList<>();
    for (Method method : methods(config)) {
      Path place = place(config, directory, method);
      if (extended || !isDone(place)) {
        RunConfig own = config.with("method", lower(method));
        if (!train(own, splits, place, before)) {
          return List.of();
        }
        extended = false; // train has set aside what the other methods reached
      }
      rows.addAll(Results.read(place.resolve(RESULTS)).rows());
    }
    return ResultTable.lines(rows);
  }

  /** Returns whether a method has results; damaged ones are made again. */
  private boolean isDone(Path place) {
    Path results = place.resolve(RESULTS);
    if (!Files.exists(results)) {
      return false;
    }
    try {
      Results.read(results);
      return true;
    } catch (IOException e) {
      progress.message(e.getMessage() + "; evaluates again");
      return false;
    }
  }

  /** Makes a run one of more steps: what its methods reached in fewer steps is set aside. */
  private void extend(RunConfig before, TrainingRun run) throws IOException {
    progress.message(run.extend(before));
    String name = String.format(Locale.ROOT, "results-%06d.json", run.state().step());
    for (Method method : methods(config)) {
      Path results = place(config, directory, method).resolve(RESULTS);
      if (Files.exists(results)) {
        Files.move(results, results.resolveSibling(name), StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.forceDirectory(results.getParent());
      }
    }
    DurableFiles.write(directory.resolve(CONFIG), config.yaml());
  }

  /**
   * Evaluates the best checkpoint of the method alone. Writes nothing but predictions, and not over
   * those of the run if the configuration is another one.
   */
  public List<String> evaluate() throws IOException {
    Splits splits = new SplitLoader(config.data(), config.seed(), progress::message).load();
    RunConfig ofRun = configOf("run", directory);
    boolean isOfRun = config.equals(ofRun);
    String otherTest = DataFingerprint.otherTest(directory, splits);
    if (config.data().equals(ofRun.data()) && !otherTest.isEmpty()) {
      progress.message(otherTest);
      isOfRun = false;
    }
    Path predictions = predictions(directory, isOfRun ? TEST : "eval.jsonl");
    try (TrainingRun run = TrainingRun.forEvaluation(config, splits, directory)) {
      List<String> table = ResultTable.lines(rows(config, run.test(progress, predictions)));
      progress.message("predictions are in " + predictions);
      return table;
    }
  }

  private static Path predictions(Path place, String name) {
    return place.resolve("predictions").resolve(name);
  }

  private static List<Method> methods(RunConfig config) {
    List<Method> methods = new ArrayList<>();
    methods.add(config.method());
    config.baselines().stream().filter(each -> !methods.contains(each)).forEach(methods::add);
    return methods;
  }

  private static Path place(RunConfig config, Path directory, Method method) {
    return method == config.method()
        ? directory
        : directory.resolve("baselines").resolve(lower(method));
  }

  private static String lower(Method method) {
    return method.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Trains and evaluates one method.
   *
   * @param before the configuration that the run had until now
   * @return whether it is done; if not, it was stopped
   */
  private boolean train(RunConfig own, Splits splits, Path place, RunConfig before)
      throws IOException {
    if (own.method() != config.method()) {
      DurableFiles.write(place.resolve(CONFIG), own.with("baselines", List.of()).yaml());
    }
    Path vocabulary = directory.resolve(TrainingRun.VOCABULARY);
    if (own.method() != config.method() && Files.exists(vocabulary)) {
      DurableFiles.copy(vocabulary, place.resolve(TrainingRun.VOCABULARY));
    }
    try (TrainingRun run = TrainingRun.prepare(own, splits, place)) {
      run.resume(progress::message);
      if (own.method() == config.method() && !config.equals(before)) {
        extend(before, run);
      }
      TrainingState resumedAt = run.state();
      int ratesSteps = Objects.requireNonNullElse(own.evalSteps(), own.saveSteps());
      try (TensorBoardListener tensorBoard =
          new TensorBoardListener(
              resumedAt.step(), own.tree(), run::picture, run::learnedRates, ratesSteps)) {
        List<TrainingListener> listeners = new ArrayList<>();
        listeners.add(progress);
        if (own.tensorboard()) {
          listeners.add(tensorBoard);
        }
        ListenerGroup testing = new ListenerGroup(listeners, progress::message);
        ListenerGroup training =
            new ListenerGroup(List.of(testing, new MetricsFile(resumedAt)), progress::message);
        run.train(training, device, stop);
        if (stop.requested()) {
          return false;
        }
        JsonRecord.write(
            place.resolve(RESULTS),
            new Results(rows(own, run.test(testing, predictions(place, TEST)))));
        return true;
      }
    }
  }

  private static List<Row> rows(RunConfig config, Evaluation evaluation) {
    String method = lower(config.method());
    Map<Integer, Evaluation> groups = new LinkedHashMap<>(evaluation.byHops());
    List<Row> rows = new ArrayList<>();
    groups.forEach(
        (hops, of) ->
            rows.add(
                new Row(
                    method,
                    hops,
                    of.predictions().size(),
                    of.metrics(),
                    of.interval(Evaluation.ACC_SCORED))));
    return rows;
  }
}
