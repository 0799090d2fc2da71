package org.reckoning.cli.model;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning model}: imports, exports, creates, describes and compares weights. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Import, export, create, describe and compare the weights of models.",
    subcommands = {
      ImportCommand.class,
      WeightsExportCommand.class,
      InitCommand.class,
      InfoCommand.class,
      DiffCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  reckoning model import --from DOWNLOADS/gpt2 --to models/gpt2",
      "  reckoning model info models/gpt2",
      "  reckoning train experiment=clutrr_gpt2 data.data_dir=DATA \\",
      "      model.name_or_path=models/gpt2",
      "  reckoning model export --from outputs/clutrr_gpt2/TIME --to models/clutrr"
    })
public final class ModelCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  /** Reports the missing subcommand. */
  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "reckoning model needs one of the commands import, export, init, info, diff");
  }
}
