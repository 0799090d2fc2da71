package org.reckoning.trainer.data.theories;

/**
 * Numbers for the statements over some words. Words are numbered from 0. Literal {@code 2 a} is
 * atom {@code a}, literal {@code 2 a + 1} is its negation. The atoms of all entities with the same
 * attribute, or the same relation and object, follow one another.
 */
record Numbering(int entities, int attributes, int relations) {
  /** The difference of the literals of two entities that follow one another. */
  static final int SUBJECT_STEP = 2;

  /** The object of an attribute. */
  static final int NO_OBJECT = -1;

  /** Returns the literal that gives an attribute to an entity. */
  int attribute(int subject, int attribute) {
    return SUBJECT_STEP * (attribute * entities + subject);
  }

  /** Returns the literal of a relation. */
  int relation(int subject, int relation, int object) {
    return attribute(subject, attributes + relation * entities + object);
  }

  /** Returns the difference of the literals of two objects that follow one another. */
  int objectStep() {
    return SUBJECT_STEP * entities;
  }

  /** Returns the number of literals. */
  int literals() {
    return SUBJECT_STEP * (attributes + relations * entities) * entities;
  }

  /** Returns the object of a relation, or {@link #NO_OBJECT}. */
  int object(int literal) {
    int pair = literal / SUBJECT_STEP / entities - attributes;
    return pair < 0 ? NO_OBJECT : pair % entities;
  }

  static boolean isNegation(int literal) {
    return (literal & 1) == 1;
  }
}
