package org.reckoning.cli.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.reckoning.cli.bench.EncodingComparison;
import org.reckoning.cli.config.RunOverrides;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.run.Checkpoints;
import org.reckoning.trainer.run.Examination;
import org.reckoning.trainer.run.NewDirectory;
import org.reckoning.trainer.run.Results;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.text.EnumWord;

/**
 * The directory of a study:
 *
 * <pre>{@code
 * STUDY/0/ 1/ ..        runs, each with its configuration from the start
 * STUDY/0/study.log     output of the commands that trained and examined the run
 * STUDY/timings/NAME.json, NAME.log   times, and output of the command that measured them
 * STUDY/study.json      plan of the runs and timings
 * STUDY/study.yaml      copy of the file of the study
 * STUDY/report.md       report, see StudyReport
 * STUDY/report.json     its numbers
 * STUDY/NAME.png        its pictures
 * }</pre>
 *
 * @param path of the directory
 * @param plan of the runs
 * @param file of the study
 */
record StudyDirectory(Path path, StudyPlan plan, StudyFile file) {
  private static final String TIMINGS = "timings";
  private static final String PLAN = "study.json";
  private static final String FILE = "study.yaml";

  /**
   * Creates the directory, named after the time. Removes it if it cannot be resumed.
   *
   * @throws IOException if a file cannot be written
   */
  static StudyDirectory createIn(
      Path parent, StudyPlan plan, ObjectNode tree, List<RunConfig> configs) throws IOException {
    List<Path> made = NewDirectory.create(parent);
    Path directory = made.get(0);
    try {
      return create(directory, plan, tree, configs);
    } catch (IOException | RuntimeException e) {
      if (!Files.exists(directory.resolve(PLAN))) {
        DurableFiles.deleteTree(directory); // the disk may be full
        DurableFiles.removeEmpty(made);
      }
      throw e;
    }
  }

  /**
   * Writes the plan and the configurations of all runs.
   *
   * @param tree content of the file of the study
   * @throws IOException if a file cannot be written
   */
  static StudyDirectory create(Path path, StudyPlan plan, ObjectNode tree, List<RunConfig> configs)
      throws IOException {
    for (StudyRun run : plan.runs()) {
      new RunDirectory(path.resolve(Integer.toString(run.number())))
          .write(configs.get(run.number()));
    }
    DurableFiles.write(path.resolve(FILE), YamlDocument.write(tree));
    if (!plan.timings().isEmpty()) {
      Files.createDirectories(path.resolve(TIMINGS));
    }
    JsonRecord.write(path.resolve(PLAN), plan);
    return open(path);
  }

  /**
   * Reads the directory of a study.
   *
   * @throws MissingPathException if it is not the directory of a study
   * @throws IOException if a file cannot be read or is invalid
   */
  static StudyDirectory open(Path path) throws IOException {
    Path plan = path.resolve(PLAN);
    if (!Files.isRegularFile(plan)) {
      throw new MissingPathException(
          "resume (%s) must be the directory of a study, with %s in it".formatted(path, PLAN));
    }
    String shown = path.resolve(FILE).toString();
    YamlDocument file =
        YamlDocument.read(path.resolve(FILE), shown, key -> !key.endsWith(".seeds"));
    return new StudyDirectory(
        path,
        JsonRecord.read(plan, StudyPlan.class, "the plan of a study", StudyDirectory::upgrade),
        StudyFile.of(file.root(), shown));
  }

  /** Adds the timings, which older plans do not have. */
  private static void upgrade(ObjectNode plan) {
    if (!plan.has("timings")) {
      plan.putObject("timings");
    }
  }

  /**
   * Gives the runs that wait for the search its best settings, once all runs of the search are
   * trained. A run that then has the configuration of a run of the search takes its results.
   *
   * @param message receives a line for each run that takes results
   * @throws IOException if a file cannot be read or written
   */
  StudyDirectory settle(Consumer<String> message) throws IOException {
    if (!plan.isOpen() || !plan.searches().stream().allMatch(this::isTrained)) {
      return this;
    }
    StudyPlan settled = Search.settle(plan, this::validation);
    for (StudyRun run : settled.runs()) {
      StudyRun before = plan.runs().get(run.number());
      List<String> found = run.words().subList(before.words().size(), run.words().size());
      new RunDirectory(of(run)).write(RunOverrides.apply(config(run), found));
      takeResults(run, before.candidates(), message);
    }
    JsonRecord.write(path.resolve(PLAN), settled);
    return new StudyDirectory(path, settled, file);
  }

  /** Copies the results of a candidate with the same configuration, if there is one. */
  private void takeResults(StudyRun run, List<Integer> candidates, Consumer<String> message)
      throws IOException {
    for (int number : candidates) {
      StudyRun candidate = plan.runs().get(number);
      if (!isTrained(run) && config(candidate).equals(config(run))) {
        new RunDirectory(of(candidate)).copy(new RunDirectory(of(run)));
        message.accept(
            "%s takes the results of %s: its configuration is the same".formatted(run, candidate));
      }
    }
  }

  /** Returns the best value of the monitored metric of a run, larger is better. */
  private Optional<Double> validation(StudyRun run) throws IOException {
    RunConfig config = config(run);
    Optional<Path> best = new RunDirectory(of(run)).checkpoints(config.keepCheckpoints()).best();
    if (best.isEmpty()) {
      return Optional.empty();
    }
    int sign = config.monitor().contains("loss") ? -1 : 1;
    return Optional.ofNullable(Checkpoints.state(best.get()).best()).map(value -> sign * value);
  }

  /** Returns the directory of a run. */
  Path of(StudyRun run) {
    return path.resolve(Integer.toString(run.number()));
  }

  /** Returns the output of the commands of a run. */
  Path log(StudyRun run) {
    return of(run).resolve("study.log");
  }

  /** Returns the file of the times of a timing. */
  Path timing(String name) {
    return path.resolve(TIMINGS).resolve(name + ".json");
  }

  /** Returns the output of the command of a timing. */
  Path timingLog(String name) {
    return path.resolve(TIMINGS).resolve(name + ".log");
  }

  /** Returns the times of a timing; empty if they are not measured, or their file is damaged. */
  Optional<EncodingComparison> times(String name) {
    try {
      return Files.exists(timing(name))
          ? Optional.of(
              JsonRecord.read(timing(name), EncodingComparison.class, "the times of a study"))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // damaged: measured again
    }
  }

  /** Returns the configuration of a run. */
  RunConfig config(StudyRun run) throws IOException {
    return new RunDirectory(of(run)).config();
  }

  /** Returns whether a run is trained and tested; one with damaged results is not. */
  boolean isTrained(StudyRun run) {
    try {
      return new RunDirectory(of(run)).results().isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the names of the examinations that a run still lacks. */
  List<String> missing(StudyRun run) {
    if (run.search()) {
      return List.of();
    }
    return file.examinations().entrySet().stream()
        .filter(each -> each.getValue().isOf(run.name()))
        .filter(each -> examination(run, each.getKey(), each.getValue().words()).isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  private Optional<Examination> examination(StudyRun run, String name, List<String> words) {
    try {
      return new RunDirectory(of(run))
          .examination(name)
          .filter(found -> found.words().equals(words));
    } catch (IOException e) {
      return Optional.empty(); // damaged: made again
    }
  }

  /** Returns all results of a run so far: a row for each number of hops of each examination. */
  List<Measurement> measurements(StudyRun run) throws IOException {
    List<Measurement> all = new ArrayList<>();
    if (!isTrained(run)) {
      return all;
    }
    RunConfig config = config(run);
    String method = EnumWord.of(config.method());
    for (Results.Row row : new RunDirectory(of(run)).results().orElseThrow().rows()) {
      if (row.method().equals(method)) {
        all.add(new Measurement(run, Examination.TEST, config, Set.of(), 0, row));
      }
    }
    for (Map.Entry<String, StudyExamination> each : file.examinations().entrySet()) {
      List<String> words = each.getValue().words();
      Optional<Examination> found = examination(run, each.getKey(), words);
      if (found.isPresent() && each.getValue().isOf(run.name())) {
        RunConfig examined = RunOverrides.apply(config, words);
        Set<String> replaced = words.stream().map(StudyWords::key).collect(Collectors.toSet());
        int leftOut = found.get().leftOut();
        for (Results.Row row : found.get().rows()) {
          all.add(new Measurement(run, each.getKey(), examined, replaced, leftOut, row));
        }
      }
    }
    return all;
  }
}
