package org.reckoning.trainer.data.kinship;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The wording of kinship problems: the sentences of facts, and the relations that facts state. With
 * a published wording, problems look as those of the published files after they are read.
 */
public enum Wording {
  /** Sentences of this program about the closest relations. */
  PLAIN,
  /** Records of CLUTRR-SG, whose people are letters: {@code A is the father of B}. */
  CLUTRR_SG,
  /** The template sentences of CLUTRR, without the brackets around names. */
  CLUTRR;

  // 1: a person, 2: the relation of the other person to this person, 3: the other person
  private static final String THE_OF_IS = "The %2$s of %1$s is %3$s";
  private static final String IS_THE_OF = "%3$s is the %2$s of %1$s";
  private static final String IS_A_OF = "%3$s is a %2$s of %1$s";
  private static final String IS_HIS = "%3$s is %1$s's %2$s";
  private static final String HAS_CALLED = "%1$s has a %2$s called %3$s";
  private static final String HAS_NAMED = "%1$s has a %2$s named %3$s";
  private static final String HAS_WHO_IS = "%1$s has a %2$s who is %3$s";

  private static final Set<Kinship> CLOSEST =
      Collections.unmodifiableSet(EnumSet.range(Kinship.CHILD, Kinship.SIBLING));

  /** All relations that rules can combine; no rule starts from the others. */
  private static final Set<Kinship> COMBINED =
      Collections.unmodifiableSet(EnumSet.range(Kinship.CHILD, Kinship.UNCLE_OR_AUNT));

  /** Returns the relations that facts may state. */
  Set<Kinship> told() {
    return this == PLAIN ? CLOSEST : COMBINED;
  }

  /** Returns whether names are letters, which say nothing about gender. */
  boolean hasLetters() {
    return this == CLUTRR_SG;
  }

  /**
   * Returns the sentence forms of a fact, for {@link String#format} with person, relation and the
   * other person.
   *
   * @param male whether the other person is a man
   */
  List<String> forms(Kinship kind, boolean male) {
    return switch (this) {
      case PLAIN -> List.of(THE_OF_IS, IS_THE_OF, IS_HIS, HAS_CALLED);
      case CLUTRR_SG -> List.of(IS_THE_OF);
      case CLUTRR -> clutrr(kind, male).stream().map(form -> form + ".").toList();
    };
  }

  private static List<String> clutrr(Kinship kind, boolean male) {
    return switch (kind) {
      case CHILD -> List.of(IS_A_OF, IS_HIS, HAS_CALLED);
      case SIBLING -> List.of(IS_A_OF, IS_HIS, HAS_NAMED);
      case SPOUSE -> List.of(IS_THE_OF, IS_HIS, male ? THE_OF_IS : HAS_WHO_IS);
      case GRANDCHILD -> List.of(IS_THE_OF, IS_HIS, HAS_WHO_IS);
      default -> List.of(IS_THE_OF, IS_HIS);
    };
  }
}
