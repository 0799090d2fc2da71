package org.reckoning.cli.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.config.RunOverrides;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.run.Examination;
import org.reckoning.trainer.training.Experiment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reckoning eval}: evaluates a run, on its own test data or on other data. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = {
      "Evaluate the best checkpoint of a run on its test problems.",
      "Overrides of data and evaluation keys choose other problems.",
      "--name keeps the results in RUN/examinations/NAME.json."
    },
    footer = {
      "",
      "Examples:",
      "  reckoning eval --run outputs/quickstart/2026-11-22_10-30-00",
      "  reckoning eval --run RUN 'data.hops=[3]' data.distractors=2",
      "  reckoning eval --run RUN --name six_distractors data.distractors=6"
    })
public final class EvalCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--run",
      required = true,
      paramLabel = "RUN",
      description = "Directory of the run.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path run;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Keep the results in the directory of the run, under this name.")
  private @Nullable String name;

  @Parameters(
      paramLabel = "OVERRIDE",
      arity = "0..*",
      description = "A changed key: key=value, as for train.")
  private List<String> overrides = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (name != null && !Examination.isName(name)) {
      throw new ConfigException(
          List.of("--name (%s) must %s".formatted(name, Examination.NAME_RULE)));
    }
    RunConfig config = RunOverrides.apply(Experiment.configOf("--run", run), overrides);
    ConsoleProgress progress =
        new ConsoleProgress(System.err, ConsoleStyle.ofThisProcess(/* noProgress= */ true, 1));
    Experiment experiment = new Experiment(config, run, "", progress, () -> false);
    List<String> table = name == null ? experiment.evaluate() : experiment.examine(name, overrides);
    table.forEach(out::println);
    out.flush();
    return 0;
  }
}
