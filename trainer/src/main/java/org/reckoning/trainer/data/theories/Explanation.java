package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Why a statement follows from a theory, or how far an attempt to derive it comes. */
sealed interface Explanation {
  /** Returns the depth of the proof, or the number of rules that the attempt tries in a row. */
  int depth();

  /** Returns the numbers of the facts and rules that it uses. */
  SortedSet<Integer> sentences();

  /**
   * Returns the text of the official files.
   *
   * @param statement the statement as a sentence
   * @param names the name of each sentence, such as {@code triple1} or {@code rule1}
   */
  String text(String statement, IntFunction<String> names);

  /**
   * A proof.
   *
   * @param sentence number of the fact, or of the last rule; {@link #NOT_DERIVABLE} if the closed
   *     world is the reason
   * @param premises proofs of the conditions of the rule
   */
  record Proof(int sentence, List<Proof> premises) implements Explanation {
    private static final int NOT_DERIVABLE = -1;

    /** The proof of "not" in a closed world. */
    static final Proof OF_ABSENCE = new Proof(NOT_DERIVABLE, List.of());

    public Proof {
      premises = List.copyOf(premises);
    }

    @Override
    public int depth() {
      return premises.stream().mapToInt(premise -> 1 + premise.depth()).max().orElse(0);
    }

    @Override
    public SortedSet<Integer> sentences() {
      SortedSet<Integer> sentences = new TreeSet<>();
      addTo(sentences);
      return sentences;
    }

    private void addTo(SortedSet<Integer> sentences) {
      if (sentence != NOT_DERIVABLE) {
        sentences.add(sentence);
      }
      premises.forEach(premise -> premise.addTo(sentences));
    }

    @Override
    public String text(String statement, IntFunction<String> names) {
      return "[(" + text(names) + ")]";
    }

    private String text(IntFunction<String> names) {
      if (premises.isEmpty()) {
        return sentence == NOT_DERIVABLE ? "NAF" : names.apply(sentence);
      }
      return premises.stream()
          .map(premise -> premise.text(names))
          .collect(Collectors.joining(" ", "((", ") -> " + names.apply(sentence) + ")"));
    }
  }

  /**
   * An attempt that fails.
   *
   * @param rules numbers of the rules; each concludes the condition that the one before lacks
   * @param others numbers of sentences that prove the conditions before those, or that contradict
   *     the last one
   */
  record Attempt(List<Integer> rules, SortedSet<Integer> others) implements Explanation {
    public Attempt {
      rules = List.copyOf(rules);
      others = Collections.unmodifiableSortedSet(new TreeSet<>(others));
    }

    /** The attempt of a statement that no rule concludes. */
    static final Attempt WITHOUT_RULES = new Attempt(List.of(), new TreeSet<>());

    @Override
    public int depth() {
      return rules.size();
    }

    @Override
    public SortedSet<Integer> sentences() {
      SortedSet<Integer> sentences = new TreeSet<>(others);
      sentences.addAll(rules);
      return sentences;
    }

    @Override
    public String text(String statement, IntFunction<String> names) {
      List<String> steps = new ArrayList<>();
      rules.forEach(rule -> steps.add(names.apply(rule)));
      steps.add("FAIL");
      return "[@%d: %s[CWA. Example of deepest failure = (%s)]]"
          .formatted(rules.size(), statement, String.join(" <- ", steps));
    }
  }
}
