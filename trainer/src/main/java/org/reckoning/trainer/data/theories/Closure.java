package org.reckoning.trainer.data.theories;

import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.theories.TheoryKind.World;

/** All statements that follow from a theory, see {@link Chaining}. */
final class Closure {
  private final World world;
  private final Words words;
  private final Chaining chaining;

  private Closure(World world, Words words, Chaining chaining) {
    this.world = world;
    this.words = words;
    this.chaining = chaining;
  }

  /**
   * Derives all statements of a theory.
   *
   * @return null if a statement of a closed world depends on its own negation
   */
  static @Nullable Closure of(Theory theory, World world) {
    Words words = Words.of(theory);
    Chaining chaining = Chaining.of(words.numbers(theory), world);
    return chaining == null ? null : new Closure(world, words, chaining);
  }

  World world() {
    return world;
  }

  Words words() {
    return words;
  }

  Chaining chaining() {
    return chaining;
  }

  /** Returns the depth of a statement, or {@link Chaining#NONE}. */
  private int depth(Literal statement) {
    int literal = words.number(statement);
    return literal == Words.UNKNOWN ? Chaining.NONE : chaining.depth(literal);
  }

  /** Returns the depth of a statement or of its negation, or {@link Chaining#NONE}. */
  int proofDepth(Literal statement) {
    int depth = depth(statement);
    return depth == Chaining.NONE ? depth(statement.negated()) : depth;
  }

  /** Returns {@code yes}, {@code no} or, in an open world, {@code none}. */
  String label(Literal statement) {
    if (world == World.OPEN) {
      if (depth(statement) != Chaining.NONE) {
        return "yes";
      }
      return depth(statement.negated()) == Chaining.NONE ? "none" : "no";
    }
    boolean holds = depth(statement.positive() ? statement : statement.negated()) != Chaining.NONE;
    return holds == statement.positive() ? "yes" : "no";
  }
}
