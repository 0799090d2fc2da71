package org.reckoning.cli.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;

/** Changes to the complete configuration of a run that is there already. */
public final class RunOverrides {
  private RunOverrides() {}

  /**
   * Returns the configuration with other values.
   *
   * @param words {@code key=value}; groups were chosen when the run began
   * @throws ConfigException with all problems
   */
  public static RunConfig apply(RunConfig config, List<String> words) {
    ConfigTree tree = new ConfigTree(config.tree());
    List<String> problems = new ArrayList<>();
    for (String word : words) {
      OverrideWord override = OverrideWord.of(word);
      if (override.kind() != OverrideWord.Kind.CHANGE) {
        problems.add("'%s' must be key=value, as the run has all keys".formatted(word));
        continue;
      }
      tree.set(override.key(), Objects.requireNonNull(override.value()));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return RunConfig.of(tree.root());
  }
}
