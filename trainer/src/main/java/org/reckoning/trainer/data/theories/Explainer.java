package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.theories.Explanation.Attempt;
import org.reckoning.trainer.data.theories.Explanation.Proof;
import org.reckoning.trainer.data.theories.NumberedTheory.NumberedRule;

/**
 * Finds proofs of derived statements, and the deepest failed attempts for others.
 *
 * <p>A proof has the depth of its statement. Among several, each step takes the rule with the
 * fewest sentences.
 */
final class Explainer {
  private final Words words;
  private final Chaining chaining;
  private final int longest;
  private final Map<Integer, List<Step>> steps;
  private final Map<Integer, Proof> proofs = new HashMap<>();
  private final Map<Integer, Attempt> attempts = new HashMap<>();

  /**
   * A rule for one value of its variable.
   *
   * @param sentence number of the rule among the sentences of the theory
   */
  private record Step(int sentence, NumberedRule rule, int value) {}

  /**
   * @param longest largest number of rules of an attempt
   */
  Explainer(Closure closure, int longest) {
    this.words = closure.words();
    this.chaining = closure.chaining();
    this.longest = longest;
    steps = byHead(chaining.theory());
  }

  /**
   * Explains a statement: a proof of the statement or of its negation, or the deeper of the failed
   * attempts to derive them.
   */
  Explanation explain(Literal statement) {
    int literal = words.number(statement);
    if (literal == Words.UNKNOWN) {
      return Attempt.WITHOUT_RULES;
    }
    literal -= literal % 2; // a statement and its negation have the same explanation
    for (int side : List.of(literal, literal + 1)) {
      if (isDerived(side)) {
        return proof(side);
      }
    }
    Attempt attempt = attempt(literal);
    Attempt ofNegation = attempt(literal ^ 1);
    return attempt.depth() < ofNegation.depth() ? ofNegation : attempt;
  }

  private boolean isDerived(int literal) {
    return chaining.depth(literal) != Chaining.NONE;
  }

  /** Returns the rules by their heads. */
  private static Map<Integer, List<Step>> byHead(NumberedTheory theory) {
    Map<Integer, List<Step>> steps = new HashMap<>();
    int sentence = theory.facts();
    for (NumberedRule rule : theory.rules()) {
      for (int value = 0; value < rule.values(); value++) {
        steps
            .computeIfAbsent(rule.head(value), head -> new ArrayList<>())
            .add(new Step(sentence, rule, value));
      }
      sentence++;
    }
    return steps;
  }

  private List<Step> concluding(int literal) {
    return steps.getOrDefault(literal, List.of());
  }

  private Proof proof(int literal) {
    Proof known = proofs.get(literal);
    if (known == null) {
      known = chaining.depth(literal) == 0 ? fact(literal) : derivation(literal);
      proofs.put(literal, known);
    }
    return known;
  }

  private Proof fact(int literal) {
    int sentence = 0;
    while (chaining.theory().fact(sentence) != literal) {
      sentence++;
    }
    return new Proof(sentence, List.of());
  }

  private Proof derivation(int literal) {
    Proof best = null;
    int fewest = Integer.MAX_VALUE;
    for (Step step : concluding(literal)) {
      if (chaining.depth(step.rule(), step.value()) == chaining.depth(literal)) {
        List<Proof> premises = new ArrayList<>();
        for (int i = 0; i < step.rule().conditions(); i++) {
          int condition = step.rule().literal(i, step.value());
          premises.add(chaining.isAbsence(condition) ? Proof.OF_ABSENCE : proof(condition));
        }
        Proof proof = new Proof(step.sentence(), premises);
        int sentences = proof.sentences().size();
        if (sentences < fewest) {
          best = proof;
          fewest = sentences;
        }
      }
    }
    return Objects.requireNonNull(best, "a derived statement has a rule");
  }

  private Attempt attempt(int literal) {
    Attempt known = attempts.get(literal);
    if (known == null) {
      known = attempt(chain(literal, longest, new HashSet<>(Set.of(literal))));
      attempts.put(literal, known);
    }
    return known;
  }

  private Attempt attempt(List<Step> chain) {
    SortedSet<Integer> others = new TreeSet<>();
    for (Step step : chain) {
      for (int i = 0; i < step.rule().conditions(); i++) {
        int condition = step.rule().literal(i, step.value());
        int decisive = chaining.isAbsence(condition) ? condition ^ 1 : condition;
        if (isDerived(decisive)) {
          others.addAll(proof(decisive).sentences());
        }
      }
    }
    return new Attempt(chain.stream().map(Step::sentence).toList(), others);
  }

  /**
   * Returns the longest chain of rules that lead back from a statement: each concludes the first
   * condition that the one before lacks.
   *
   * @param open the statements that the chain must not repeat
   */
  private List<Step> chain(int literal, int most, Set<Integer> open) {
    List<Step> longestChain = new ArrayList<>();
    for (Step step : concluding(literal)) {
      if (longestChain.size() < most) {
        List<Step> chain = new ArrayList<>(List.of(step));
        Integer missing = missing(step);
        if (missing != null && open.add(missing)) {
          chain.addAll(chain(missing, most - 1, open));
          open.remove(missing);
        }
        longestChain = chain.size() > longestChain.size() ? chain : longestChain;
      }
    }
    return longestChain;
  }

  /** Returns the first condition that is not derived; null if a "not" of a closed world fails. */
  private @Nullable Integer missing(Step step) {
    for (int i = 0; i < step.rule().conditions(); i++) {
      int condition = step.rule().literal(i, step.value());
      if (chaining.depthOfCondition(condition) == Chaining.NONE) {
        return chaining.isAbsence(condition) ? null : (Integer) condition;
      }
    }
    throw new IllegalStateException("the rule fires");
  }
}
