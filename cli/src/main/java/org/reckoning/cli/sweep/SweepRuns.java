package org.reckoning.cli.sweep;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.reckoning.cli.config.ConfigOptions;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.DirectoryLock;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.progress.ConsoleText;
import org.reckoning.trainer.run.Results;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.tensorboard.EventFile;
import org.reckoning.trainer.text.ShellWord;
import org.reckoning.trainer.training.Experiment;
import picocli.CommandLine.ExitCode;

/**
 * The runs of a sweep and their directory:
 *
 * <pre>{@code
 * SWEEP/0/ 1/ ..          runs, each with its configuration from the start
 * SWEEP/sweep.json        overrides, status and metrics of each run
 * SWEEP/sweep.csv         the same as a table
 * SWEEP/METRIC_by_KEY.png plots
 * SWEEP/tensorboard/      events for TensorBoard's HParams page
 * }</pre>
 */
public final class SweepRuns {
  private static final String FILE = "sweep.json";
  private static final List<String> PLOTTED = List.of("acc_scored", "loss");

  private final Path directory;
  private final List<SweepJob> jobs;

  /** The content of {@code sweep.json}. */
  record Jobs(List<SweepJob> jobs) {
    /** Copies the list. */
    Jobs {
      jobs = List.copyOf(jobs);
    }
  }

  /** Trains one run. */
  @FunctionalInterface
  public interface Training {
    /** Trains the run; returns 0, or an exit code that stops the sweep. */
    int run(RunConfig config, Path run) throws IOException;
  }

  private SweepRuns(Path directory, List<SweepJob> jobs) {
    this.directory = directory;
    this.jobs = new ArrayList<>(jobs);
  }

  /** Returns whether a directory holds a sweep. */
  public static boolean isIn(Path directory) {
    return Files.isRegularFile(directory.resolve(FILE));
  }

  /**
   * Creates a sweep and writes the configurations of its runs.
   *
   * @throws IOException if a file cannot be written
   */
  public static SweepRuns create(Path directory, List<ConfigOptions.Job> planned)
      throws IOException {
    List<SweepJob> jobs = new ArrayList<>();
    for (ConfigOptions.Job each : planned) {
      Path run = directory.resolve(Integer.toString(each.number()));
      DurableFiles.write(run.resolve(RunDirectory.CONFIG), each.config().yaml());
      jobs.add(SweepJob.open(each.number(), each.overrides()));
    }
    SweepRuns sweep = new SweepRuns(directory, jobs);
    sweep.write();
    sweep.writeExperiment(planned.stream().map(ConfigOptions.Job::config).toList());
    return sweep;
  }

  /**
   * Reads an existing sweep.
   *
   * @throws IOException if its file cannot be read or is invalid
   */
  public static SweepRuns open(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    return new SweepRuns(
        directory, JsonRecord.read(file, Jobs.class, "the runs of a sweep").jobs());
  }

  /**
   * Trains the unfinished runs in sequence; a failed run does not stop the others.
   *
   * @return the exit code: 0 if all runs are done, 1 if one failed, else that of the run that
   *     stopped the sweep
   */
  public int run(Training training, PrintWriter out) throws IOException {
    DirectoryLock lock = DirectoryLock.take(directory, "sweep");
    try {
      return runLocked(training, out);
    } finally {
      lock.close();
    }
  }

  private int runLocked(Training training, PrintWriter out) throws IOException {
    for (int i = 0; i < jobs.size(); i++) {
      SweepJob job = jobs.get(i);
      Path run = directory.resolve(Integer.toString(job.number()));
      RunConfig config = Experiment.configOf("sweep", run);
      Map<String, Map<String, Double>> results = Results.meansByMethod(config, run);
      boolean isTested = results.size() == new RunDirectory(run).byMethod(config).size();
      if (job.status() == SweepJob.Status.DONE && isTested) {
        jobs.set(i, job.done(results)); // its run may have been extended
        out.println(job + " is done");
        continue;
      }
      out.println(job);
      out.flush();
      try {
        int code = training.run(config, run);
        if (code != ExitCode.OK) {
          return code;
        }
        jobs.set(i, job.done(Results.meansByMethod(config, run)));
      } catch (IOException | RuntimeException e) {
        String reason =
            e.getMessage() == null
                ? "no reason given; train this run alone with --stacktrace"
                : e.getMessage();
        jobs.set(i, job.failed(reason, Results.meansByMethod(config, run)));
        out.println("failed: " + ConsoleText.of(reason));
      }
      write();
    }
    write();
    SweepTable table = new SweepTable(jobs);
    out.println();
    table.lines().forEach(out::println);
    List<Path> plots = plot(table);
    out.println();
    out.println("wrote to " + directory + ": " + FILE + ", sweep.csv" + names(plots));
    out.println("  tensorboard --logdir " + ShellWord.quoted(directory));
    out.flush();
    boolean failed = jobs.stream().anyMatch(job -> job.status() == SweepJob.Status.FAILED);
    return failed ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private static String names(List<Path> files) {
    StringBuilder names = new StringBuilder();
    files.forEach(file -> names.append(", ").append(file.getFileName()));
    return names.toString();
  }

  private void write() throws IOException {
    JsonRecord.write(directory.resolve(FILE), new Jobs(jobs));
    DurableFiles.write(directory.resolve("sweep.csv"), new SweepTable(jobs).csv());
  }

  private List<Path> plot(SweepTable table) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String metric : table.present(PLOTTED)) {
      for (String key : table.keys()) {
        Optional<byte[]> png = SweepPlot.png(jobs, key, metric);
        if (png.isPresent()) {
          Path file = directory.resolve(metric + "_by_" + key + ".png");
          DurableFiles.write(file, png.get());
          files.add(file);
        }
      }
    }
    return files;
  }

  /** Writes the differing keys for TensorBoard's HParams page. */
  private void writeExperiment(List<RunConfig> configs) throws IOException {
    Map<String, JsonNode> differing = new LinkedHashMap<>();
    for (String key : RunConfig.keys()) {
      List<JsonNode> values = configs.stream().map(config -> value(config, key)).toList();
      if (values.stream().distinct().count() > 1) {
        differing.put(key, values.get(0));
      }
    }
    if (configs.stream().map(RunConfig::baselines).anyMatch(each -> !each.isEmpty())) {
      differing.putIfAbsent("method", value(configs.get(0), "method"));
    }
    List<String> metrics = SweepTable.SHOWN.stream().map(name -> "eval/test/" + name).toList();
    try (EventFile events = EventFile.create(directory.resolve("tensorboard"))) {
      events.experiment(differing, metrics);
    }
  }

  private static JsonNode value(RunConfig config, String key) {
    return config.tree().at("/" + key.replace('.', '/'));
  }
}
