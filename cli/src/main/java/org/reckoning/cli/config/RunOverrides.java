package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;

/** Applies overrides to the complete configuration of an existing run. */
public final class RunOverrides {
  private RunOverrides() {}

  /**
   * Returns the configuration with changed values.
   *
   * @param words overrides {@code key=value}, also with references such as {@code
   *     ${data.data_dir}/test.jsonl}; groups cannot change after the start of a run
   * @throws ConfigException with all problems
   */
  public static RunConfig apply(RunConfig config, List<String> words) {
    ConfigTree tree = new ConfigTree(config.tree());
    List<String> problems = new ArrayList<>();
    for (String word : words) {
      OverrideWord override = OverrideWord.of(word);
      if (override.kind() != OverrideWord.Kind.CHANGE) {
        problems.add("'%s' must be key=value: the run already has all keys".formatted(word));
        continue;
      }
      JsonNode before = tree.get(override.key());
      JsonNode value = Objects.requireNonNull(override.value());
      if (before != null && before.isObject() && !value.isObject()) {
        problems.add(
            "'%s' chooses a group, which cannot change after the start of a run: give its keys, such as %s.KEY=VALUE"
                .formatted(word, override.key()));
        continue;
      }
      tree.set(override.key(), value);
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    if (words.stream().noneMatch(word -> word.contains("${"))) {
      return RunConfig.of(tree.root());
    }
    References references = new References(tree.root(), System::getenv);
    ObjectNode resolved = references.resolve();
    if (!references.problems().isEmpty()) {
      throw new ConfigException(references.problems());
    }
    return RunConfig.of(resolved);
  }
}
