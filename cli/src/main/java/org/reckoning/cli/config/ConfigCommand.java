package org.reckoning.cli.config;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.reckoning.trainer.config.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code reckoning config}: prints and checks a configuration. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Compose a configuration, print it and check it.",
    footer = {
      "",
      "Examples:",
      "  reckoning config experiment=quickstart n_inner_iter=2",
      "  reckoning config data=clutrr data.data_dir=clutrr --resolve",
      "  reckoning config -m seed=42,43 'data.hops=[2],[3]'",
      "  reckoning config --keys",
      "  reckoning config --schema > configs/schema.json"
    })
public final class ConfigCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(names = "--keys", description = "List every key with its default and meaning.")
  private boolean keys;

  @Option(
      names = "--schema",
      description = "Print a JSON schema of configuration files, for editors.")
  private boolean schema;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (keys && schema) {
      throw new ConfigException(List.of("--keys and --schema exclude each other; omit one"));
    }
    if (keys || schema) {
      requireNothingElse(keys ? "--keys" : "--schema");
      if (keys) {
        options.printKeys(out);
      } else {
        options.printSchema(out);
      }
      return 0;
    }
    options.print(out); // an invalid one, too: it helps to find the error
    if (!options.isUnchecked()) {
      options.jobs();
    }
    return 0;
  }

  private void requireNothingElse(String option) {
    options.refuse(option, "-m", "--cfg", "--resolve");
    if (!options.words().isEmpty()) {
      throw new ConfigException(
          List.of(
              "%s describes the keys of all configurations, so omit '%s'"
                  .formatted(option, String.join(" ", options.words()))));
    }
  }
}
