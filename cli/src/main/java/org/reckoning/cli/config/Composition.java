package org.reckoning.cli.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;

/** A composed configuration, still unchecked. */
final class Composition {
  private final ConfigTree tree;
  private final List<String> problems;
  private final References references;
  private final ObjectNode resolved;

  Composition(
      ConfigTree tree, List<String> problems, Function<String, @Nullable String> environment) {
    this.tree = tree;
    this.problems = List.copyOf(problems);
    references = new References(tree.root(), environment);
    resolved = references.resolve();
  }

  /** Returns the values with unresolved references. */
  ObjectNode written() {
    return tree.root();
  }

  /** Returns the values with resolved references. */
  ObjectNode resolved() {
    return resolved;
  }

  /**
   * Checks the values and converts them to a configuration.
   *
   * @throws ConfigException with all problems, including those of overrides
   */
  RunConfig bind() {
    List<String> all = new ArrayList<>(problems);
    all.addAll(references.problems());
    try {
      RunConfig config = RunConfig.of(resolved, tree.origins());
      if (all.isEmpty()) {
        return config;
      }
    } catch (ConfigException e) {
      all.addAll(e.problems());
    }
    throw new ConfigException(all);
  }
}
