package org.reckoning.cli.config;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.reckoning.cli.config.ConfigOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code reckoning config}. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Print the configuration that a run would have, and check it.",
    footer = {
      "",
      "Examples:",
      "  reckoning config experiment=quickstart n_inner_iter=2",
      "  reckoning config data=clutrr data.data_dir=clutrr --resolve",
      "  reckoning config -m seed=42,43 'data.hops=[2],[3]'",
      "  reckoning config --keys"
    })
final class ConfigCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(names = "--keys", description = "list every key with its default and what it means")
  private boolean keys;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (keys) {
      options.printKeys(out);
      return 0;
    }
    options.print(out); // also where it is wrong: it helps to find out why
    if (!options.printsOnly()) {
      options.jobs();
    }
    return 0;
  }
}
