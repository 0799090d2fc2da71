package org.reckoning.cli.data;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code reckoning data}: validates, counts, converts and generates datasets. Exit code 1 means
 * invalid data, 2 an invalid command.
 */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Validate, count, convert or generate datasets.",
    subcommands = {
      ValidateCommand.class,
      StatsCommand.class,
      ConvertCommand.class,
      GenerateCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  reckoning data generate --output data/kinship --hops 2 --distractors 3",
      "  reckoning data generate --kind theories --hops 0,1,2,3",
      "  reckoning data stats data/kinship/train.jsonl --type clutrr",
      "  reckoning data validate meta-train.jsonl.gz",
      "  reckoning data convert meta-train.jsonl.gz --hops 2 -o data/pw2/train.jsonl"
    })
public final class DataCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /** Reports the missing subcommand. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "reckoning data needs one of the commands validate, stats, convert, generate");
  }
}
