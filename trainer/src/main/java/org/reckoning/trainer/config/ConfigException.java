package org.reckoning.trainer.config;

import java.util.List;

/** All problems of a configuration. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** An array because exceptions must be serializable. */
  private final String[] problems;

  /**
   * Takes the problems.
   *
   * @param problems one sentence each, with key, value and requirement
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
