package org.reckoning.trainer.data.theories;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.theories.NumberedTheory.NumberedRule;
import org.reckoning.trainer.data.theories.TheoryKind.World;

/**
 * Forward chaining: derives all statements that follow from a theory, each with its depth. A given
 * fact has depth 0. A rule fires when all its conditions are derived, and its head gets 1 + the
 * largest depth of its conditions; the smallest such value counts.
 *
 * <p>Round d derives exactly the statements of depth d. In a {@link World#CLOSED closed world} the
 * rounds are repeated stratum by stratum. "not" in a condition then means that the statement cannot
 * be derived from the strata below, and counts as depth 0.
 */
final class Chaining {
  /** The depth of a statement that cannot be derived. */
  static final int NONE = -1;

  private final NumberedTheory theory;
  private final World world;
  private final int[] depths;
  private int deepest;

  private Chaining(NumberedTheory theory, World world) {
    this.theory = theory;
    this.world = world;
    depths = new int[theory.numbering().literals()];
    Arrays.fill(depths, NONE);
    for (int i = 0; i < theory.facts(); i++) {
      depths[theory.fact(i)] = 0;
    }
  }

  /**
   * Derives all statements.
   *
   * @return null if a statement of a closed world depends on its own negation
   */
  static @Nullable Chaining of(NumberedTheory theory, World world) {
    Chaining chaining = new Chaining(theory, world);
    int[] strata = new int[chaining.depths.length];
    if (world == World.CLOSED && !stratify(theory, strata)) {
      return null;
    }
    int last = Arrays.stream(strata).max().orElse(0);
    for (int stratum = 0; stratum <= last; stratum++) {
      chaining.derive(strata, stratum);
    }
    return chaining;
  }

  /** Applies the rules of a stratum, round by round, until nothing new follows. */
  private void derive(int[] strata, int stratum) {
    for (int depth = 1; depth <= deepest + 1; depth++) {
      for (NumberedRule rule : theory.rules()) {
        for (int value = 0; value < rule.values(); value++) {
          int head = rule.head(value);
          if (depths[head] == NONE && strata[head] == stratum && depth(rule, value) == depth) {
            depths[head] = depth;
            deepest = Math.max(deepest, depth);
          }
        }
      }
    }
  }

  /**
   * Computes the stratum of each literal, above the strata of all that it negates.
   *
   * @return whether there are such strata
   */
  private static boolean stratify(NumberedTheory theory, int[] strata) {
    boolean grown = true;
    while (grown) {
      grown = false;
      for (NumberedRule rule : theory.rules()) {
        for (int value = 0; value < rule.values(); value++) {
          int stratum = strata[rule.head(value)];
          for (int i = 0; i < rule.conditions(); i++) {
            int condition = rule.literal(i, value);
            int least =
                Numbering.isNegation(condition) ? strata[condition ^ 1] + 1 : strata[condition];
            stratum = Math.max(stratum, least);
          }
          if (stratum >= strata.length) {
            return false;
          }
          grown |= stratum > strata[rule.head(value)];
          strata[rule.head(value)] = stratum;
        }
      }
    }
    return true;
  }

  NumberedTheory theory() {
    return theory;
  }

  /** Returns the largest depth. */
  int deepest() {
    return deepest;
  }

  /** Returns the depth of a literal, or {@link #NONE}. */
  int depth(int literal) {
    return depths[literal];
  }

  /** Returns the depth that a rule gives to its head, or {@link #NONE}. */
  int depth(NumberedRule rule, int value) {
    int depth = 0;
    for (int i = 0; i < rule.conditions(); i++) {
      int needed = depthOfCondition(rule.literal(i, value));
      if (needed == NONE) {
        return NONE;
      }
      depth = Math.max(depth, needed);
    }
    return depth + 1;
  }

  /** Returns the depth of a condition, or {@link #NONE} if it does not hold. */
  int depthOfCondition(int literal) {
    if (isAbsence(literal)) {
      return depths[literal ^ 1] == NONE ? 0 : NONE;
    }
    return depths[literal];
  }

  /** Returns whether a condition means that a statement cannot be derived. */
  boolean isAbsence(int condition) {
    return world == World.CLOSED && Numbering.isNegation(condition);
  }

  /** Returns whether a statement and its negation are both derived. */
  boolean isContradictory() {
    for (int literal = 0; literal < depths.length; literal += 2) {
      if (depths[literal] != NONE && depths[literal ^ 1] != NONE) {
        return true;
      }
    }
    return false;
  }
}
