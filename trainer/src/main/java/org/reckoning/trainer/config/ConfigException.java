package org.reckoning.trainer.config;

import java.util.List;

/** Everything that is wrong with a configuration, at once. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** An array, as exceptions can be serialized and lists need not. */
  private final String[] problems;

  /**
   * Tells problems.
   *
   * @param problems one sentence each, naming key, value and what is required
   */
  public ConfigException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = problems.toArray(String[]::new);
  }

  /** Returns the problems, one sentence each. */
  public List<String> problems() {
    return List.of(problems);
  }
}
