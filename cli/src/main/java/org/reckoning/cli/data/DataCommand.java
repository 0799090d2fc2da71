package org.reckoning.cli.data;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code reckoning data}: looks at data sets, converts them and makes new ones. Exit codes: 0 done,
 * 1 the data has problems, 2 the command was wrong.
 */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    description = "Look at data sets, convert them, or make new ones.",
    subcommands = {
      ValidateCommand.class,
      StatsCommand.class,
      ConvertCommand.class,
      GenerateCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  reckoning data generate --output data/kinship --hops 2 --distractors 3",
      "  reckoning data stats data/kinship/train.jsonl --type clutrr",
      "  reckoning data validate meta-train.jsonl.gz",
      "  reckoning data convert meta-train.jsonl.gz --hops 2 --output data/pw2/train.jsonl"
    })
public final class DataCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /** Says that a subcommand is missing. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "reckoning data needs one of the commands validate, stats, convert, generate");
  }
}
