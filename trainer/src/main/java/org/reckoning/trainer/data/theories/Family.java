package org.reckoning.trainer.data.theories;

/** A kind of theory: whether it has relations, and whether it has negations. */
public enum Family {
  /** Attributes of people, without negation. */
  ATT(false, false, "AttNoneg"),
  /** Attributes of people, with negation. */
  ATT_NEG(false, true, "AttNeg"),
  /** Attributes and relations of animals, without negation. */
  REL(true, false, "RelNoneg"),
  /** Attributes and relations of animals, with negation. */
  REL_NEG(true, true, "RelNeg");

  private final boolean relations;
  private final boolean negations;
  private final String officialName;

  Family(boolean relations, boolean negations, String officialName) {
    this.relations = relations;
    this.negations = negations;
    this.officialName = officialName;
  }

  boolean hasRelations() {
    return relations;
  }

  boolean hasNegations() {
    return negations;
  }

  /** Returns the name in the official files. */
  String officialName() {
    return officialName;
  }
}
