package org.reckoning.trainer.training;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.evaluation.ConfidenceInterval;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.tokens.Method;

/**
 * A method and its baselines on the same data, for the same number of steps, and the table of what
 * they reach on the test split.
 *
 * <pre>{@code
 * RUN/                 config.yaml, vocabulary.json, metrics.jsonl, checkpoints/, tensorboard/,
 *                      predictions/test.jsonl, results.json: of the method;
 *                      predictions/eval.jsonl: of it on other problems, the last that were asked
 * RUN/baselines/NAME/  the same of a baseline, a run of its own
 * }</pre>
 */
public final class Experiment {
  /** The name of the resolved configuration in the run directory. */
  public static final String CONFIG = "config.yaml";

  private static final String RESULTS = "results.json";
  private static final String TEST = "test.jsonl";
  private static final JsonMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final RunConfig config;
  private final Path directory;
  private final String device;
  private final ConsoleProgress progress;
  private final BooleanSupplier stop;

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
      ConfidenceInterval scored) {}

  /** The rows of one method. */
  record Results(List<Row> rows) {}

  /**
   * @param directory of the run
   * @param device what computes, for people
   * @param progress is told what happens
   * @param stop asked after every step
   */
  public Experiment(
      RunConfig config,
      Path directory,
      String device,
      ConsoleProgress progress,
      BooleanSupplier stop) {
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
   * over all test problems.
   *
   * @throws IOException if a file cannot be read
   */
  public static Map<String, Map<String, Double>> results(RunConfig config, Path run)
      throws IOException {
    Map<String, Map<String, Double>> results = new LinkedHashMap<>();
    for (Method method : methods(config)) {
      Path file = place(config, run, method).resolve(RESULTS);
      if (Files.exists(file)) {
        List<Row> rows = MAPPER.readValue(Files.readString(file), Results.class).rows();
        double problems = rows.stream().mapToInt(Row::problems).sum();
        Map<String, Double> means = new LinkedHashMap<>();
        for (Row row : rows) {
          double share = row.problems() / problems;
          row.metrics().forEach((name, value) -> means.merge(name, share * value, Double::sum));
        }
        results.put(method.name().toLowerCase(Locale.ROOT), means);
      }
    }
    return results;
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
    Splits splits = new SplitLoader(config.data(), config.seed(), progress::message).load();
    List<Row> rows = new ArrayList<>();
    for (Method method : methods(config)) {
      Path place = place(config, directory, method);
      Path results = place.resolve(RESULTS);
      if (!Files.exists(results)) {
        RunConfig own = config.with("method", method.name().toLowerCase(Locale.ROOT));
        if (!train(own, splits, place)) {
          return List.of();
        }
      }
      rows.addAll(MAPPER.readValue(Files.readString(results), Results.class).rows());
    }
    return ResultTable.lines(rows);
  }

  /**
   * Evaluates the best checkpoint of the method alone. Writes nothing but predictions, and not over
   * those of the run if the configuration is another one.
   */
  public List<String> evaluate() throws IOException {
    Splits splits = new SplitLoader(config.data(), config.seed(), progress::message).load();
    boolean isOfRun = config.equals(configOf("run", directory));
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
        : directory.resolve("baselines").resolve(method.name().toLowerCase(Locale.ROOT));
  }

  private boolean train(RunConfig own, Splits splits, Path place) throws IOException {
    Files.createDirectories(place);
    if (own.method() != config.method()) {
      Files.writeString(place.resolve(CONFIG), own.with("baselines", List.of()).yaml());
    }
    if (own.method() != config.method()
        && Files.exists(directory.resolve(TrainingRun.VOCABULARY))) {
      Files.copy(
          directory.resolve(TrainingRun.VOCABULARY),
          place.resolve(TrainingRun.VOCABULARY),
          StandardCopyOption.REPLACE_EXISTING);
    }
    try (TrainingRun run = TrainingRun.prepare(own, splits, place)) {
      run.resume();
      long resumedAt = run.state().step();
      int ratesSteps = Objects.requireNonNullElse(own.evalSteps(), own.saveSteps());
      try (TensorBoardListener tensorBoard =
          new TensorBoardListener(
              resumedAt, own.tree(), run::picture, run::learnedRates, ratesSteps)) {
        List<TrainingListener> listeners = new ArrayList<>();
        listeners.add(progress);
        if (own.tensorboard()) {
          listeners.add(tensorBoard);
        }
        ListenerGroup testing = new ListenerGroup(listeners, progress::message);
        ListenerGroup training =
            new ListenerGroup(List.of(testing, new MetricsFile(resumedAt)), progress::message);
        run.train(training, device, stop);
        if (stop.getAsBoolean()) {
          return false;
        }
        Results results = new Results(rows(own, run.test(testing, predictions(place, TEST))));
        Path file = place.resolve(RESULTS);
        Path temporary = place.resolve("." + RESULTS + ".tmp");
        Files.writeString(
            temporary, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(results));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        return true;
      }
    }
  }

  private static List<Row> rows(RunConfig config, Evaluation evaluation) {
    String method = config.method().name().toLowerCase(Locale.ROOT);
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
