package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.theories.NumberedTheory.NumberedRule;
import org.reckoning.trainer.data.theories.TheoryKind.Family;

/**
 * Draws random theories in numbers, with the sizes and shapes of ProofWriter. In a rule with
 * relations, the subject of each literal after the first is the first subject or an entity that was
 * mentioned before.
 *
 * <p>Probabilities are chosen so that the theories that are kept have the frequencies of
 * ProofWriter: rules that reach a depth have fewer conditions and negations than others.
 */
final class TheoryDraw {
  /** The number of the variable among the subjects of a rule. */
  private static final int VARIABLE = -1;

  /** Number of rules to try for one depth. */
  private static final int MOST_ATTEMPTS = 300;

  private final Numbering numbering;
  private final boolean negations;
  private final Random random;

  private TheoryDraw(Numbering numbering, boolean negations, Random random) {
    this.numbering = numbering;
    this.negations = negations;
    this.random = random;
  }

  /**
   * Returns a random theory; null if the random choices led to none. Almost no theory is deep by
   * chance, so first each depth gets a rule that reaches it, then the other rules are added.
   */
  static @Nullable NumberedTheory draw(TheoryKind kind, Family family, Random random) {
    TheorySizes sizes = TheorySizes.draw(kind, family, random);
    Numbering numbering = sizes.numbering(family);
    TheoryDraw draw = new TheoryDraw(numbering, family.hasNegations(), random);
    int[] facts = draw.facts(sizes.facts());
    List<NumberedRule> rules = new ArrayList<>(sizes.rules());
    Chaining chaining = chain(numbering, facts, rules, kind);
    while (chaining != null && chaining.deepest() < kind.depth()) {
      NumberedRule rule = rules.size() < sizes.rules() ? draw.deeper(chaining) : null;
      if (rule == null) {
        return null;
      }
      rules.add(rule);
      chaining = chain(numbering, facts, rules, kind);
    }
    while (rules.size() < sizes.rules()) {
      NumberedRule rule = draw.rule();
      if (rules.stream().noneMatch(rule::isSame)) {
        rules.add(rule);
      }
    }
    Collections.shuffle(rules, random);
    chaining = chain(numbering, facts, rules, kind);
    return chaining != null && chaining.deepest() == kind.depth() ? chaining.theory() : null;
  }

  /** Derives all statements; returns null if they are deeper than wanted or contradictory. */
  private static @Nullable Chaining chain(
      Numbering numbering, int[] facts, List<NumberedRule> rules, TheoryKind kind) {
    Chaining chaining = Chaining.of(new NumberedTheory(numbering, facts, rules), kind.world());
    boolean fits =
        chaining != null && chaining.deepest() <= kind.depth() && !chaining.isContradictory();
    return fits ? chaining : null;
  }

  /** Returns a rule whose head is deeper than all that is derived; null if none was found. */
  private @Nullable NumberedRule deeper(Chaining chaining) {
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      NumberedRule rule = rule();
      for (int value = 0; value < rule.values(); value++) {
        int head = rule.head(value);
        if (chaining.depth(head) == Chaining.NONE
            && chaining.depth(head ^ 1) == Chaining.NONE
            && chaining.depth(rule, value) > chaining.deepest()) {
          return rule;
        }
      }
    }
    return null;
  }

  private int[] facts(int count) {
    // surely so many are different
    int most = numbering.entities() * numbering.attributes();
    int[] facts = new int[Math.min(count, most)];
    boolean[] told = new boolean[numbering.literals() / 2];
    int number = 0;
    while (number < facts.length) {
      int subject = number < numbering.entities() ? number : random.nextInt(numbering.entities());
      int fact = literal(subject, isRelation(0.68), 0.17);
      if (!told[fact / 2]) {
        told[fact / 2] = true;
        facts[number++] = fact;
      }
    }
    return facts;
  }

  private NumberedRule rule() {
    NumberedRule rule = numbering.relations() > 0 ? withRelations() : withAttributes();
    return isUseful(rule) ? rule : rule();
  }

  /** Returns whether the literals of a rule are about different statements. */
  private static boolean isUseful(NumberedRule rule) {
    int head = rule.conditions();
    for (int i = 0; i < head; i++) {
      for (int j = i + 1; j <= head; j++) {
        if (rule.isSameAtom(i, j)) {
          return false;
        }
      }
    }
    return true;
  }

  private NumberedRule withAttributes() {
    int subject = chance(0.25) ? random.nextInt(numbering.entities()) : VARIABLE;
    int conditions = chance(0.56) ? 2 : 1;
    int[] literals = new int[conditions + 1];
    int[] steps = new int[conditions + 1];
    for (int i = 0; i <= conditions; i++) {
      steps[i] = step(subject);
      literals[i] = literal(subject, false, negative(i, conditions, subject, 0.25, 0.2));
    }
    return new NumberedRule(literals, steps, numbering.entities());
  }

  private NumberedRule withRelations() {
    List<Integer> mentioned = new ArrayList<>(4);
    int first = chance(0.26) ? random.nextInt(numbering.entities()) : VARIABLE;
    mentioned.add(first);
    int conditions = chance(0.55) ? 2 : 1;
    int[] literals = new int[conditions + 1];
    int[] steps = new int[conditions + 1];
    for (int i = 0; i <= conditions; i++) {
      int subject =
          mentioned.size() == 1 || chance(0.6)
              ? first
              : mentioned.get(1 + random.nextInt(mentioned.size() - 1));
      steps[i] = step(subject);
      literals[i] = literal(subject, isRelation(0.66), negative(i, conditions, first, 0.33, 0.28));
      int object = numbering.object(literals[i]);
      if (object != Numbering.NO_OBJECT && !mentioned.contains(object)) {
        mentioned.add(object);
      }
    }
    return new NumberedRule(literals, steps, numbering.entities());
  }

  /**
   * Returns the probability of "not". ProofWriter has none in the first condition of a rule with a
   * variable.
   */
  private static double negative(
      int index, int conditions, int subject, double second, double head) {
    if (index == conditions) {
      return head;
    }
    if (index > 0) {
      return second;
    }
    return subject == VARIABLE ? 0 : 0.2;
  }

  private static int step(int subject) {
    return subject == VARIABLE ? Numbering.SUBJECT_STEP : 0;
  }

  /**
   * Draws a literal about a subject.
   *
   * @param negative probability of "not" in families with negations
   */
  private int literal(int subject, boolean relation, double negative) {
    int number = Math.max(subject, 0);
    int literal;
    if (relation) {
      int object = random.nextInt(numbering.entities());
      while (object == subject) {
        object = random.nextInt(numbering.entities());
      }
      literal = numbering.relation(number, random.nextInt(numbering.relations()), object);
    } else {
      literal = numbering.attribute(number, random.nextInt(numbering.attributes()));
    }
    return negations && chance(negative) ? literal ^ 1 : literal;
  }

  private boolean isRelation(double probability) {
    return numbering.relations() > 0 && chance(probability);
  }

  private boolean chance(double probability) {
    return random.nextDouble() < probability;
  }
}
