package org.reckoning.cli.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.cli.program.ProgramSettings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code reckoning bench step}. Measures every program in a child process, since the peak memory of
 * a process never falls.
 */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description = {
      "Measure training steps and the machine's matrix-product peak.",
      "Prints a Markdown table with one row per program; each runs in a process of its own."
    },
    footer = {
      "",
      "Keys and their defaults; all but adapt, steps, peak_size and limit_seconds",
      "may be lists:",
      "  model=small k=4 tasks=1 facts=4 fact_tokens=32 questions=1",
      "  question_tokens=32 optimizer=sgd mode=exact adapt=all products=auto",
      "  matmul_dtype=float32 micro_facts=all xla=segments task_groups=1",
      "  n_layer=auto n_embd=auto n_head=auto vocab_size=auto",
      "  steps=5              training steps to time, after the first",
      "  peak_size=2048       rows and columns of the matrices of the peak",
      "  limit_seconds=1800   time limit of a row",
      "",
      "Examples:",
      "  reckoning bench step model=tiny k=1,2,4,8 steps=20",
      "  reckoning bench step mode=exact,first_order xla=segments,off"
    })
final class StepCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      paramLabel = "KEY=VALUE",
      arity = "0..*",
      description = "Programs to measure: all combinations of the values.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--on-demand",
      hidden = true,
      description = "For integration-tests/peers: make a step for each line of the input.")
  private boolean onDemand;

  @Override
  public Integer call() {
    StepSettings settings;
    try {
      settings = StepSettings.parse(words);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    if (onDemand && settings.programs().size() > 1) {
      throw new ParameterException(spec.commandLine(), "--on-demand takes one program, not a list");
    }
    if (onDemand) {
      return ChildJvm.attached(StepsOnDemandMain.class.getName(), settings.words(0));
    }
    PrintWriter out = spec.commandLine().getOut();
    StepTable table = measure(settings);
    table.lines().forEach(out::println);
    out.flush();
    return table.failed() ? CommandLine.ExitCode.SOFTWARE : CommandLine.ExitCode.OK;
  }

  private StepTable measure(StepSettings settings) {
    StepTable table = new StepTable(settings);
    ChildJvm child = new ChildJvm(settings.limitSeconds());
    List<String> peakSize = List.of(Integer.toString(settings.peakSize()));
    progress("machine and matrix-product peak");
    table.start(child.run(MachineMain.class.getName(), peakSize));
    List<ProgramSettings> programs = settings.programs();
    for (int i = 0; i < programs.size(); i++) {
      List<String> row = settings.words(i);
      progress("row %d of %d: %s".formatted(i + 1, programs.size(), String.join(" ", row)));
      ChildJvm.Outcome outcome = child.run(StepMeasurementMain.class.getName(), row);
      if (!outcome.failure().isEmpty()) {
        progress("  failed: " + outcome.failure());
      }
      table.row(programs.get(i), outcome);
    }
    progress("matrix-product peak again");
    table.end(child.run(MachineMain.class.getName(), peakSize));
    return table;
  }

  private void progress(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
