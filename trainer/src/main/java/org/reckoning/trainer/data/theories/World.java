package org.reckoning.trainer.data.theories;

import java.util.List;

/** What follows if neither a statement nor its negation can be derived. */
public enum World {
  /**
   * The statement is unknown. "not" in a condition requires a derived negation. Labels: {@code
   * yes}, {@code no}, {@code none}.
   */
  OPEN,
  /**
   * The statement is false. "not" in a condition means that the statement cannot be derived.
   * Labels: {@code yes}, {@code no}.
   */
  CLOSED;

  /** Returns the labels of statements. */
  List<String> labels() {
    return this == OPEN ? List.of("yes", "no", "none") : List.of("yes", "no");
  }
}
