package org.reckoning.trainer.data.theories;

import java.util.Arrays;
import java.util.List;

/** A theory in numbers, see {@link Numbering}. */
final class NumberedTheory {
  private final Numbering numbering;
  private final int[] facts;
  private final List<NumberedRule> rules;

  NumberedTheory(Numbering numbering, int[] facts, List<NumberedRule> rules) {
    this.numbering = numbering;
    this.facts = facts.clone();
    this.rules = List.copyOf(rules);
  }

  Numbering numbering() {
    return numbering;
  }

  int facts() {
    return facts.length;
  }

  int fact(int sentence) {
    return facts[sentence];
  }

  List<NumberedRule> rules() {
    return rules;
  }

  /**
   * A rule. Its literals are the conditions, then the head. For each value of its variable, a
   * literal is its first number plus the value times its step.
   */
  static final class NumberedRule {
    private final int[] literals;
    private final int[] steps;
    private final int values;

    /**
     * @param literals the literals for value 0
     * @param steps 0 for a literal without the variable
     * @param values number of entities
     */
    NumberedRule(int[] literals, int[] steps, int values) {
      this.literals = literals.clone();
      this.steps = steps.clone();
      this.values = Arrays.stream(steps).allMatch(step -> step == 0) ? 1 : values;
    }

    /** Returns the number of values of the variable; 1 without variable. */
    int values() {
      return values;
    }

    int conditions() {
      return literals.length - 1;
    }

    /** Returns a literal; the head follows the conditions. */
    int literal(int index, int value) {
      return literals[index] + value * steps[index];
    }

    int head(int value) {
      return literal(literals.length - 1, value);
    }

    boolean hasVariable(int index) {
      return steps[index] != 0;
    }

    /** Returns whether a literal is about the same statement as another, negated or not. */
    boolean isSameAtom(int index, int other) {
      return literals[index] / 2 == literals[other] / 2 && steps[index] == steps[other];
    }

    boolean isSame(NumberedRule other) {
      return Arrays.equals(literals, other.literals) && Arrays.equals(steps, other.steps);
    }
  }
}
