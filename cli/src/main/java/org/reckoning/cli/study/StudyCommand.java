package org.reckoning.cli.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.config.Configurations;
import org.reckoning.cli.process.ChildProcesses;
import org.reckoning.cli.process.SlurmArray;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.DirectoryLock;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.text.ShellWord;
import org.reckoning.trainer.training.StepFlops;
import org.reckoning.trainer.training.StopSignals;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reckoning study}: does the runs and timings of a study and writes a report. */
@Command(
    name = "study",
    mixinStandardHelpOptions = true,
    description = {
      "Train and examine the runs of a study, measure its timings and write a report.",
      "The studies are the files of configs/study."
    },
    footer = {
      "",
      "Words: NAME of the study, size=quick (default) or size=full, and overrides of",
      "every run as for train, or of every timing as for bench encoding if the study",
      "has no runs; or resume=DIR alone.",
      "",
      "Examples:",
      "  reckoning study methods",
      "  reckoning study hops size=full -j 2",
      "  reckoning study methods seed=1,2,3 max_steps=400",
      "  reckoning study methods size=full --plan",
      "  reckoning study resume=outputs/study/methods/2026-11-29_10-30-00"
    })
public final class StudyCommand implements Callable<Integer> {
  /** Main class of the commands of this program; the root package is above this one. */
  private static final String MAIN = "org.reckoning.cli.Reckoning";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "WORD", arity = "1..*", description = "A study, a size or an override.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = {"-j", "--jobs"},
      paramLabel = "N",
      description = "Number of runs at a time; 1 by default.")
  private @Nullable Integer jobs;

  @Option(names = "--plan", description = "Write the directories of all runs, and train none.")
  private boolean plan;

  @Option(names = "--no-progress", description = "Do not show the progress.")
  private boolean noProgress;

  @Option(
      names = "--config-dir",
      paramLabel = "DIR",
      description =
          "Directory of further configuration files; they take precedence over the project's.")
  private @Nullable Path configDir;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    StudyWords sorted = StudyWords.of(words);
    requireEffect(sorted.resume());
    StudyDirectory study = sorted.resume() != null ? open(sorted.resume()) : create(sorted);
    DirectoryLock lock = DirectoryLock.take(study.path(), "study");
    try {
      return plan ? planned(study.settle(out::println), out) : run(study, out);
    } finally {
      lock.close();
    }
  }

  private void requireEffect(@Nullable Path resume) {
    List<String> problems = new ArrayList<>();
    if (jobs != null && jobs < 1) {
      problems.add("-j (%d) must be at least 1".formatted(jobs));
    }
    if (jobs != null && plan) {
      problems.add(
          "-j (%d) has no effect with --plan, which trains no run: omit it".formatted(jobs));
    }
    if (configDir != null && resume != null) {
      problems.add(
          "--config-dir (%s) has no effect with resume=%s, which continues a study as planned: omit it"
              .formatted(configDir, resume));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private StudyDirectory open(Path resume) throws IOException {
    StudyDirectory study = StudyDirectory.open(resume);
    requireRunsToPlan(study.file(), study.plan().study());
    return study;
  }

  private void requireRunsToPlan(StudyFile file, String name) {
    if (plan && file.runs().isEmpty()) {
      throw new ConfigException(
          List.of(
              "--plan writes the directories of runs, and study %s has none: omit it"
                  .formatted(name)));
    }
  }

  private StudyDirectory create(StudyWords sorted) throws IOException {
    String name = Objects.requireNonNull(sorted.name());
    Configurations files = new Configurations(configDir);
    ObjectNode tree = files.study(name);
    StudyFile file = StudyFile.of(tree, "study " + name);
    requireRunsToPlan(file, name);
    StudyPlan plan = plan(StudyPlan.of(name, file, sorted.size(), sorted.overrides()), file, files);
    List<RunConfig> configs = plan.configs(files, file);
    RunConfig any =
        configs.isEmpty() ? files.jobs(List.of(List.of())).get(0).config() : configs.get(0);
    Path parent = Path.of(any.outputDir(), "study", name);
    return StudyDirectory.createIn(parent, plan, tree, configs);
  }

  /** Returns the plan with runs at equal operations, then with those of the search. */
  private static StudyPlan plan(StudyPlan plan, StudyFile file, Configurations files)
      throws IOException {
    Search search = file.search() == null ? null : file.search().without(plan.words());
    EqualFlops equalFlops = file.equalFlops();
    StudyPlan searched = search == null ? plan : search.plan(plan);
    if (equalFlops == null) {
      return searched;
    }
    List<RunConfig> configs = searched.configs(files, file);
    int first = searched.searches().size();
    StudyPlan all =
        equalFlops.repeat(plan, run -> configs.get(first + run.number()), StepFlops::of);
    return search == null ? all : search.plan(all);
  }

  private int run(StudyDirectory study, PrintWriter out) throws IOException {
    ConsoleProgress progress =
        new ConsoleProgress(System.err, ConsoleStyle.ofThisProcess(noProgress, 1));
    StudyReport.Program program = new StudyReport.Program(spec.root().version()[0], Commit.of());
    String resume = resume(study.path());
    ChildProcesses processes = new ChildProcesses(MAIN);
    Map<String, String> failures;
    try (StopSignals signals =
        StopSignals.install(
            resume,
            progress::message,
            code -> {
              progress.leaveLine();
              processes.end(code);
            })) {
      signals.hold(); // the commands may have steps that no checkpoint has
      StudyRunner runner =
          new StudyRunner(
              study,
              processes,
              progress,
              (now, failed) -> ReportFiles.write(now.path(), StudyReport.of(now, program, failed)));
      failures = runner.run(Objects.requireNonNullElse(jobs, 1), signals);
      if (signals.requested()) {
        progress.message("saved; continue with: " + resume);
        return signals.exitCode();
      }
    }
    StudyReport report = StudyReport.of(StudyDirectory.open(study.path()), program, failures);
    ReportFiles.write(study.path(), report);
    print(study, report, out);
    return failures.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static void print(StudyDirectory study, StudyReport report, PrintWriter out) {
    report
        .pictures()
        .values()
        .forEach(
            picture -> {
              if (picture.cells().isEmpty()) {
                out.println(report.whyEmpty(picture));
              } else {
                ReportText.table(picture).lines().forEach(out::println);
              }
              out.println();
            });
    report
        .timings()
        .forEach(
            (name, timing) -> {
              if (timing.times() != null) {
                out.println("  " + name);
                timing.times().totals().lines().forEach(out::println);
                timing.times().gains().forEach(gain -> out.println("  " + gain));
                out.println();
              }
            });
    report.failures().forEach(failure -> out.println("  " + failure));
    out.println("wrote " + study.path().resolve("report.md"));
    out.flush();
  }

  private static String resume(Path study) {
    return "./reckoning study " + ShellWord.quoted("resume=" + study);
  }

  private static int planned(StudyDirectory study, PrintWriter out) {
    int runs = study.plan().runs().size();
    int searches = study.plan().searches().size();
    boolean open = study.plan().isOpen();
    Path path = study.path();
    out.printf("planned %d runs in %s%n%n", runs, path);
    out.println("next:");
    out.println("  " + SlurmArray.command(path, open ? 0 : searches, (open ? searches : runs) - 1));
    out.printf(
        open
            ? "  %s --plan    # the other runs, with the best settings%n"
            : "  %s           # what is left, and the report%n",
        resume(path));
    out.flush();
    return ExitCode.OK;
  }
}
