package org.reckoning.trainer.data.theories;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.reckoning.trainer.data.theories.TheoryKind.World;

/**
 * Facts and rules. They are numbered together, the facts first; these numbers name the sentences of
 * a proof.
 *
 * @param facts statements without a variable
 */
record Theory(List<Literal> facts, List<Rule> rules) {
  Theory {
    facts = List.copyOf(facts);
    rules = List.copyOf(rules);
  }

  /** Returns the number of facts and rules. */
  int size() {
    return facts.size() + rules.size();
  }

  /** Returns a text that identifies the theory, independent of order and wording. */
  String identity() {
    return Stream.concat(
            facts.stream().map(Representation::of),
            rules.stream().map(rule -> Representation.of(rule, World.OPEN, Literal.VARIABLE)))
        .sorted()
        .collect(Collectors.joining(" "));
  }
}
