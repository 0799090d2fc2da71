package org.reckoning.cli.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code reckoning bench}: lists the benchmarks. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measure the speed of programs with random weights and random tokens.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      StepCommand.class,
      DecodingCommand.class,
      EncodingCommand.class,
      ExchangeCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  reckoning bench step model=tiny k=1,2,4,8 steps=20",
      "  reckoning bench decoding model=small questions=18",
      "  reckoning bench encoding model=small steps=1,4",
      "  mpirun --bind-to none -np 2 ./reckoning bench exchange",
      "  reckoning bench step --help"
    })
public final class BenchCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  /** Prints the usage to standard error, since a benchmark must be chosen. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }
}
