package org.reckoning.cli.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.reckoning.cli.config.ConfigOptions;
import org.reckoning.cli.config.RunOverrides;
import org.reckoning.cli.process.PeerCommand;
import org.reckoning.cli.process.SlurmArray;
import org.reckoning.cli.sweep.SweepRuns;
import org.reckoning.graph.peers.Peers;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.DataConfig.DataSource;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.YamlDocument;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.run.NewDirectory;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.text.ShellWord;
import org.reckoning.trainer.training.Experiment;
import org.reckoning.trainer.training.PassShares;
import org.reckoning.trainer.weights.Gpt2Weights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code reckoning train}: starts a run or a sweep, or resumes one. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Train a model and its baselines, and evaluate them on unseen problems.",
    footer = {
      "",
      "Examples:",
      "  reckoning train experiment=quickstart",
      "  reckoning train experiment=quickstart 'data.hops=[3]' n_inner_iter=5",
      "  reckoning train experiment=proofwriter_gpt2 data.data_dir=DATA \\",
      "      model.name_or_path=models/gpt2",
      "  reckoning train resume=outputs/quickstart/2026-11-22_10-30-00",
      "  reckoning train resume=RUN max_steps=1000     # extends a run",
      "  reckoning train -m experiment=quickstart seed=42,43,44",
      "  reckoning train -m --plan experiment=quickstart seed=42,43,44",
      "  reckoning train resume=SWEEP/0     # one run of a sweep",
      "  mpirun -np 2 ./reckoning train gradient_accumulation_steps=4"
    })
public final class TrainCommand implements Callable<Integer>, PeerCommand {
  private static final String OVERRIDES = "overrides.yaml";

  /** Keys that may change when a run is resumed: its length. */
  private static final Set<String> LENGTHS = Set.of("max_steps", "num_train_epochs");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(names = "--no-progress", description = "Do not print every step.")
  private boolean noProgress;

  @Option(
      names = "--plan",
      description = "With -m: write the directories of all runs, and train none.")
  private boolean plan;

  private Peers peers = Peers.ALONE;

  @Override
  public void join(Peers group) {
    peers = group;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (options.words().stream().anyMatch(TrainCommand::isResume)) {
      options.refuse("resume, which has a configuration", "--cfg", "--resolve", "--config-dir");
    }
    if (options.printsOnly()) {
      options.print(out);
      return 0;
    }
    RunTraining training = new RunTraining(peers, noProgress, out);
    if (!peers.isFirst()) {
      return training.follow();
    }
    List<ConfigOptions.Job> jobs = options.jobs();
    String resume = jobs.get(0).config().resume();
    if (plan && (!options.multirun() || resume != null)) {
      throw new ConfigException(
          List.of(
              "--plan writes the runs of a new sweep: give -m and lists of values, and omit resume"));
    }
    if (resume != null) {
      if (jobs.size() > 1) {
        throw new ConfigException(
            List.of("resume continues one run or one sweep; give one directory"));
      }
      Path directory = Path.of(resume);
      List<String> words = wordsBesideResume(directory, jobs.get(0));
      return SweepRuns.isIn(directory)
          ? sweep(resumedSweep(directory, words), directory, training)
          : single(resumed(directory, words), directory, training);
    }
    if (options.multirun()) {
      requireOneProcess();
    }
    jobs.forEach(job -> PassShares.of(job.config(), peers));
    checkStartingWeights(jobs);
    RunConfig first = jobs.get(0).config();
    List<Path> made = NewDirectory.create(Path.of(first.outputDir(), first.name()));
    Path directory = made.get(0);
    try {
      if (options.multirun()) {
        SweepRuns sweep = SweepRuns.create(directory, jobs);
        return plan ? planned(directory, jobs.size(), out) : sweep(sweep, directory, training);
      }
      RunConfig config = jobs.get(0).config();
      DurableFiles.write(directory.resolve(OVERRIDES), YamlDocument.write(jobs.get(0).overrides()));
      DurableFiles.write(directory.resolve(RunDirectory.CONFIG), config.yaml());
      return single(config, directory, training);
    } catch (IOException | RuntimeException e) {
      if (!Files.exists(directory.resolve(RunDirectory.CONFIG)) && !SweepRuns.isIn(directory)) {
        DurableFiles.deleteTree(directory); // not resumable: the disk may be full
      }
      DurableFiles.removeEmpty(made);
      throw e;
    }
  }

  /** Returns the configuration of a resumed run, with a new length if given. */
  private static RunConfig resumed(Path directory, List<String> words) throws IOException {
    RunConfig config = Experiment.configOf("resume", directory);
    if (config.maxSteps() != null
        && words.stream().anyMatch(word -> word.startsWith("num_train_epochs="))) {
      throw new ConfigException(
          List.of(
              "num_train_epochs has no effect: run '%s' has max_steps=%d; give max_steps"
                  .formatted(directory, config.maxSteps())));
    }
    return RunOverrides.apply(config, words);
  }

  private SweepRuns resumedSweep(Path directory, List<String> words) throws IOException {
    requireOneProcess();
    if (!words.isEmpty()) {
      throw new ConfigException(
          List.of(
              "resume=%s is a sweep, which continues as planned: omit %s, or extend one run of it with resume=%s"
                  .formatted(directory, String.join(" ", words), directory.resolve("0"))));
    }
    return SweepRuns.open(directory);
  }

  /** Reads the initial weights of all runs before creating a directory. */
  private static void checkStartingWeights(List<ConfigOptions.Job> jobs) throws IOException {
    Set<String> paths = new LinkedHashSet<>();
    for (ConfigOptions.Job job : jobs) {
      String path = job.config().model().nameOrPath();
      if (path != null && paths.add(path)) {
        try (Gpt2Weights weights = RunWeights.openAny(Path.of(path))) {
          weights.requireReadable();
        }
      }
    }
  }

  private static int single(RunConfig config, Path directory, RunTraining training)
      throws IOException {
    int code = training.train(config, directory, directory);
    if (code == 0) {
      next(config, directory).forEach(training.out()::println);
      training.out().flush();
    }
    return code;
  }

  private static int sweep(SweepRuns sweep, Path directory, RunTraining training)
      throws IOException {
    return sweep.run((config, run) -> training.train(config, run, directory), training.out());
  }

  /** Refuses a sweep in several processes: a run that fails in one of them would end all runs. */
  private void requireOneProcess() {
    if (peers.size() > 1) {
      throw new ConfigException(
          List.of(
              "a sweep needs one process, but %d were started: plan it with 'train -m --plan', train each run with resume=SWEEP/0 and so on, and make the table with resume=SWEEP"
                  .formatted(peers.size())));
    }
  }

  private static int planned(Path sweep, int runs, PrintWriter out) {
    int last = runs - 1;
    out.printf("wrote %d runs, %s to %d%n%n", runs, sweep.resolve("0"), last);
    out.println("next:");
    String resume = "resume=" + sweep;
    out.printf("  ./reckoning train %s    # one run%n", ShellWord.quoted(resume + "/0"));
    out.printf("  %s    # all, with Slurm%n", SlurmArray.command(sweep, 0, last));
    out.printf(
        "  ./reckoning train %s      # what is left, and the table%n", ShellWord.quoted(resume));
    out.flush();
    return 0;
  }

  private static boolean isResume(String word) {
    return word.matches("(?s)\\+*resume=.*");
  }

  private static List<String> wordsBesideResume(Path directory, ConfigOptions.Job job) {
    List<String> words = job.overrides().stream().filter(word -> !isResume(word)).toList();
    List<String> others =
        words.stream().filter(word -> !LENGTHS.contains(word.replaceFirst("(?s)=.*", ""))).toList();
    if (!others.isEmpty()) {
      throw new ConfigException(
          List.of(
              "resume=%s uses the configuration of that run; only max_steps and num_train_epochs may change: omit %s"
                  .formatted(directory, String.join(" ", others))));
    }
    return words;
  }

  private static List<String> next(RunConfig config, Path directory) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("next:");
    String run = ShellWord.quoted(directory);
    lines.add("  ./reckoning eval --run " + run);
    lines.add("  ./reckoning ask --run " + run + " --problem 1 --interactive");
    if (config.data().source() == DataSource.KINSHIP) {
      lines.add("  ./reckoning eval --run " + run + " 'data.hops=[3]' data.distractors=2");
      lines.add("  ./reckoning train experiment=quickstart 'data.hops=[2,3]'");
    }
    lines.add("  tensorboard --logdir " + run);
    return lines;
  }
}
