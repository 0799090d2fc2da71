package org.reckoning.trainer.data.theories;

import java.util.List;
import java.util.stream.Stream;

/**
 * A rule: if all conditions hold, the head holds, for each value of the variable.
 *
 * @param conditions at least one
 */
record Rule(List<Literal> conditions, Literal head) {
  Rule {
    conditions = List.copyOf(conditions);
    if (conditions.isEmpty()) {
      throw new IllegalArgumentException("a rule must have at least one condition");
    }
  }

  /** Returns the conditions, then the head. */
  Stream<Literal> literals() {
    return Stream.concat(conditions.stream(), Stream.of(head));
  }
}
