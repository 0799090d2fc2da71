package org.reckoning.trainer.data.theories;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What kind of theories and questions to generate.
 *
 * @param world what follows if nothing can be derived
 * @param families kinds of theories, equally frequent
 * @param hops depths of the questions, 0 to {@link #MOST_HOPS}; tasks take them in turn
 * @param depth largest depth of a derived statement, which every theory reaches
 * @param subjects number of people or animals; null: 4 from depth 4, else 1 to 4
 * @param sentences largest number of facts and rules; null: as in ProofWriter, at most 25
 */
public record TheoryKind(
    World world,
    List<Family> families,
    List<Integer> hops,
    int depth,
    @Nullable Integer subjects,
    @Nullable Integer sentences) {

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

  /** Largest depth that can be generated. */
  public static final int MOST_HOPS = 5;

  /** Largest number of subjects. */
  public static final int MOST_SUBJECTS = 8;

  /** All families. */
  public static final List<Family> ALL_FAMILIES = List.copyOf(Arrays.asList(Family.values()));

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if a number is out of range
   */
  public TheoryKind {
    families = List.copyOf(families);
    hops = List.copyOf(hops);
    require(!families.isEmpty(), "families ([]) must name at least one family");
    require(
        !hops.isEmpty() && Collections.min(hops) >= 0 && Collections.max(hops) <= MOST_HOPS,
        "hops (%s) must be at least one number, each 0 to %d".formatted(hops, MOST_HOPS));
    require(
        depth >= Collections.max(hops) && depth <= MOST_HOPS,
        "depth (%d) must be from %d, the largest of hops, to %d"
            .formatted(depth, Collections.max(hops), MOST_HOPS));
    require(
        subjects == null || (subjects >= 1 && subjects <= MOST_SUBJECTS),
        "subjects (%s) must be from 1 to %d".formatted(subjects, MOST_SUBJECTS));
    require(
        sentences == null || sentences >= fewestSentences(depth),
        "sentences (%s) must be at least %d for theories of depth %d"
            .formatted(sentences, fewestSentences(depth), depth));
  }

  /** Returns the kind of ProofWriter's theories: all families, open world. */
  public static TheoryKind of(List<Integer> hops) {
    int depth = hops.isEmpty() ? 0 : Collections.max(hops);
    return new TheoryKind(World.OPEN, ALL_FAMILIES, hops, depth, null, null);
  }

  /** Returns the same kind in another world. */
  public TheoryKind in(World other) {
    return new TheoryKind(other, families, hops, depth, subjects, sentences);
  }

  /** Returns the same kind with other families. */
  public TheoryKind withFamilies(List<Family> others) {
    return new TheoryKind(world, others, hops, depth, subjects, sentences);
  }

  /** Returns the same kind with theories of another depth; null: the same. */
  public TheoryKind withDepth(@Nullable Integer other) {
    int chosen = other == null ? depth : other;
    return new TheoryKind(world, families, hops, chosen, subjects, sentences);
  }

  /** Returns the same kind with other sizes; null: as in ProofWriter. */
  public TheoryKind withSizes(@Nullable Integer newSubjects, @Nullable Integer newSentences) {
    return new TheoryKind(world, families, hops, depth, newSubjects, newSentences);
  }

  /** Returns the least limit of sentences for theories of a depth. */
  public static int fewestSentences(int depth) {
    return 2 * depth + 2;
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
