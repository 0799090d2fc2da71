package org.reckoning.trainer.data.theories;

/**
 * A statement about an entity, such as (Bob, is, cold) or (bear, chases, lion).
 *
 * @param subject an entity, or {@link #VARIABLE} in a rule
 * @param relation {@link #IS}, or a verb in the third person
 * @param object an attribute after {@link #IS}; otherwise an entity or {@link #VARIABLE}
 * @param positive whether the statement is not negated
 */
record Literal(String subject, String relation, String object, boolean positive) {
  /** The only variable of a rule; it stands for any entity of the theory. */
  static final String VARIABLE = "?";

  /** The relation of an entity and an attribute. */
  static final String IS = "is";

  /** Returns whether the statement gives an attribute to its subject. */
  boolean isAttribute() {
    return relation.equals(IS);
  }

  Literal negated() {
    return new Literal(subject, relation, object, !positive);
  }
}
