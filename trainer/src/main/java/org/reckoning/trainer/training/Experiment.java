package org.reckoning.trainer.training;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.reckoning.graph.peers.Peers;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.evaluation.Evaluation;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.RunListeners;
import org.reckoning.trainer.run.Examination;
import org.reckoning.trainer.run.Results;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.run.Splits;
import org.reckoning.trainer.tokens.Method;

/**
 * Trains a method and its baselines on the same data, and compares their results on the test split.
 * {@link RunDirectory} shows the files.
 *
 * <p>Of several processes, rank 0 locks the directory, reads and writes its files, and shows the
 * progress. All of them read the data.
 */
public final class Experiment {
  private final RunConfig config;
  private final RunDirectory directory;
  private final String device;
  private final ConsoleProgress progress;
  private final StopRequest stop;
  private final Peers peers;
  private final FirstRank first;

  /**
   * @param directory of the run
   * @param device that computes, for messages
   * @param progress shows the progress
   * @param stop asked after every step
   */
  public Experiment(
      RunConfig config, Path directory, String device, ConsoleProgress progress, StopRequest stop) {
    this(config, directory, device, progress, stop, Peers.ALONE);
  }

  /**
   * @param directory of the run; only rank 0 uses it
   * @param device that computes, for messages
   * @param progress shows the progress on rank 0
   * @param stop asked after every step; a request to one process stops all
   * @param peers processes that train the run, with equal configurations
   * @throws ConfigException if there are more processes than passes of an update
   */
  public Experiment(
      RunConfig config,
      Path directory,
      String device,
      ConsoleProgress progress,
      StopRequest stop,
      Peers peers) {
    PassShares.of(config, peers);
    this.config = config;
    this.directory = new RunDirectory(directory);
    this.device = device;
    this.progress = peers.isFirst() ? progress : ConsoleProgress.silent();
    this.stop = GroupStop.of(stop, peers);
    this.peers = peers;
    this.first = new FirstRank(peers);
  }

  /**
   * Reads the configuration of a run.
   *
   * @param name of the directory in messages, such as the option that gives it
   * @throws MissingPathException if the directory is not that of a run
   */
  public static RunConfig configOf(String name, Path run) throws IOException {
    return new RunDirectory(run).config(name);
  }

  /**
   * Reads the results of all methods of a run that are done, each metric a mean over the test
   * problems.
   *
   * @return metrics by the method's name in the configuration
   * @throws IOException if a file cannot be read
   */
  public static Map<String, Map<String, Double>> results(RunConfig config, Path run)
      throws IOException {
    return Results.meansByMethod(config, run);
  }

  /**
   * Trains and tests every method that has no results yet.
   *
   * @return a table of the results; empty if a stop was requested, and on other ranks than 0
   * @throws IOException if a file cannot be read or written, the data differ from those that the
   *     run began with, or another process trains this run
   */
  public List<String> run() throws IOException {
    Closeable lock = peers.isFirst() ? directory.lock() : () -> {};
    try {
      return runLocked();
    } finally {
      lock.close();
    }
  }

  private List<String> runLocked() throws IOException {
    RunConfig before =
        RunConfig.of(first.answer(ObjectNode.class, () -> directory.config().tree()));
    boolean extended = !config.equals(before);
    Splits splits = new SplitLoader(config.data(), config.seed(), progress::message).load();
    requireSameData(splits);
    if (extended && peers.isFirst()) {
      requireSteps(splits);
    }
    List<Results.Row> rows = new ArrayList<>();
    for (Map.Entry<Method, RunDirectory> each : directory.byMethod(config).entrySet()) {
      RunDirectory place = each.getValue();
      if (extended || !first.answer(Boolean.class, () -> isDone(place))) {
        if (!train(each.getKey(), splits, place, before)) {
          return List.of();
        }
        extended = false; // the results of the other methods are now set aside
      }
      if (peers.isFirst()) {
        rows.addAll(place.results().orElseThrow().rows());
      }
    }
    return peers.isFirst() ? Results.table(rows) : List.of();
  }

  /** Compares the data with those that the run began with, and with those of rank 0. */
  private void requireSameData(Splits splits) throws IOException {
    if (peers.isFirst()) {
      directory.requireSameData(splits);
    }
    if (peers.size() > 1
        && !first.answer(String.class, splits::fingerprint).equals(splits.fingerprint())) {
      throw new IOException(
          "rank %d has other data than rank 0: all processes must read the same files"
              .formatted(peers.rank()));
    }
  }

  /** Checks all methods before the first one changes a file. */
  private void requireSteps(Splits splits) throws IOException {
    for (Map.Entry<Method, RunDirectory> each : directory.byMethod(config).entrySet()) {
      TrainingRun.requireSteps(of(each.getKey()), splits, each.getValue());
    }
  }

  private RunConfig of(Method method) {
    return method == config.method() ? config : config.ofBaseline(method);
  }

  /** Returns whether a method has results; damaged ones are computed again. */
  private boolean isDone(RunDirectory place) {
    try {
      return place.results().isPresent();
    } catch (IOException e) {
      progress.message(e.getMessage() + "; evaluates again");
      return false;
    }
  }

  /**
   * Trains and tests one method.
   *
   * @param before the former configuration of the run's own method
   * @return false if a stop was requested
   */
  private boolean train(Method method, Splits splits, RunDirectory place, RunConfig before)
      throws IOException {
    boolean isBaseline = method != config.method();
    RunConfig own = of(method);
    RunConfig former = isBaseline ? baselineBefore(place, own) : before;
    if (isBaseline && peers.isFirst()) {
      directory.copyVocabulary(place);
    }
    try (TrainingRun run = TrainingRun.prepare(own, splits, place.path(), peers)) {
      if (peers.isFirst()) {
        place.write(run.answers(splits));
      }
      run.resume(progress::message);
      if (!own.equals(former)) {
        progress.message(run.extend(former));
        if (!isBaseline && peers.isFirst()) {
          setResultsAside(run.state().step());
        }
      }
      if (isBaseline && peers.isFirst()) {
        place.write(own); // last: a killed extension is repeated until its checkpoint is written
      }
      try (RunListeners listeners =
          peers.isFirst()
              ? new RunListeners(progress, own, run.state(), run::blockGraph, run::learnedRates)
              : RunListeners.none()) {
        run.train(listeners.training(), device, stop);
        if (stop.requested()) {
          return false;
        }
        Evaluation test = run.test(listeners.test(), place.predictions(Examination.TEST));
        if (peers.isFirst()) {
          place.write(new Results(Results.rowsOf(method, test)));
        }
        return true;
      }
    }
  }

  /** Returns the former configuration of a baseline: a run is extended together with them. */
  private RunConfig baselineBefore(RunDirectory place, RunConfig own) throws IOException {
    return RunConfig.of(
        first.answer(ObjectNode.class, () -> (place.exists() ? place.config() : own).tree()));
  }

  /** Sets the results of all methods aside, from a run that is extended. */
  private void setResultsAside(long step) throws IOException {
    for (RunDirectory place : directory.byMethod(config).values()) {
      place.setResultsAside(step);
    }
    directory.write(config);
  }

  /**
   * Tests the best checkpoint of the run's own method.
   *
   * <p>Only the predictions are written. They replace those of the run only if configuration and
   * data are those of the run.
   *
   * @return a table of the results
   */
  public List<String> evaluate() throws IOException {
    RunConfig ofRun = directory.config();
    Splits splits = splits(ofRun);
    boolean isOfRun = config.equals(ofRun);
    String difference = directory.differenceOfTest(splits);
    if (config.data().equals(ofRun.data()) && !difference.isEmpty()) {
      progress.message(difference);
      isOfRun = false;
    }
    String name = isOfRun ? Examination.TEST : Examination.UNNAMED;
    return Results.table(Results.rowsOf(config.method(), test(splits, name)));
  }

  /**
   * Tests the best checkpoint of the run's own method and keeps the results beside those of the
   * run.
   *
   * @param name of the {@link Examination}
   * @param words overrides that made this configuration from that of the run
   * @return a table of the results
   * @throws IOException if all tasks are too long for the model, too
   */
  public List<String> examine(String name, List<String> words) throws IOException {
    Splits splits = splits(directory.config());
    Evaluation evaluation = test(splits, name);
    int leftOut = evaluation.leftOut(splits.test()).size();
    List<Results.Row> rows = Results.rowsOf(config.method(), evaluation);
    directory.write(name, new Examination(words, leftOut, rows));
    return Results.table(rows);
  }

  /** Returns the data to test: the test split alone if they are not those of the run. */
  private Splits splits(RunConfig ofRun) throws IOException {
    SplitLoader loader = new SplitLoader(config.data(), config.seed(), progress::message);
    return config.data().equals(ofRun.data()) ? loader.load() : Splits.ofTest(loader.test());
  }

  private Evaluation test(Splits splits, String predictionsName) throws IOException {
    Path predictions = directory.predictions(predictionsName);
    try (TrainingRun run = TrainingRun.forEvaluation(config, splits, directory.path())) {
      Evaluation test = run.test(progress, predictions);
      progress.message("predictions are in " + predictions);
      return test;
    }
  }
}
