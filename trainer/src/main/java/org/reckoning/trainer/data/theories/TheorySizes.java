package org.reckoning.trainer.data.theories;

import java.util.Random;
import org.reckoning.trainer.data.theories.TheoryKind.Family;

/**
 * The sizes of a theory.
 *
 * @param subjects number of people or animals
 */
record TheorySizes(int subjects, int facts, int rules) {
  /** From this depth on, theories have four subjects and many sentences. */
  private static final int DEEP = 4;

  /** Draws the sizes of a theory, like those of ProofWriter for its depth. */
  static TheorySizes draw(TheoryKind kind, Family family, Random random) {
    boolean deep = kind.depth() >= DEEP;
    int fewestSubjects = family.hasRelations() ? 2 : 1; // a relation needs another entity
    int subjects =
        kind.subjects() != null
            ? Math.max(kind.subjects(), fewestSubjects)
            : deep ? 4 : between(fewestSubjects, 4, 1, random);
    int most = kind.sentences() == null ? 25 : kind.sentences();
    int leastRules = Math.max(kind.depth(), 1);
    int mostRules = Math.min(deep ? 9 : 8, most / 2);
    int rules = between(deep ? 5 : leastRules, mostRules, deep ? 3 : 1, random);
    boolean isRare = deep && family == Family.ATT; // many facts leave little to derive
    int facts = between(deep ? 7 : 1, Math.min(16, most - rules), isRare ? 2 : 1, random);
    return new TheorySizes(subjects, facts, rules);
  }

  /** Returns the numbers of words of a theory. */
  Numbering numbering(Family family) {
    return family.hasRelations() ? new Numbering(subjects, 5, 3) : new Numbering(subjects, 7, 0);
  }

  /**
   * Draws a number from a range; the upper end wins if the range is empty.
   *
   * @param draws number of draws, of which the largest counts
   */
  private static int between(int least, int most, int draws, Random random) {
    int largest = 0;
    for (int i = 0; i < draws; i++) {
      largest = Math.max(largest, random.nextInt(Math.max(most - least, 0) + 1));
    }
    return Math.min(least, most) + largest;
  }
}
