package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.theories.TheoryKind.World;

/** Chooses random questions about a theory, none about the same statement or its negation twice. */
final class Inquirer {
  private final Closure closure;
  private final Explainer explainer;
  private final List<Literal> statements;
  private final Random random;

  /**
   * @param depth largest depth of a question
   */
  Inquirer(Closure closure, int depth, Random random) {
    this.closure = closure;
    this.random = random;
    explainer = new Explainer(closure, depth);
    statements = new ArrayList<>(closure.words().statements());
    Collections.shuffle(statements, random);
  }

  /**
   * Returns a question with a given label and depth; null if none is left. In a closed world one
   * with a proof or one with a failed attempt is drawn, with equal chances; if the theory has none
   * of that kind, one of the other kind. Few deep theories have a failed attempt as deep.
   */
  @Nullable Inquiry ask(String label, int depth) {
    if (closure.world() == World.OPEN) {
      return ask(label, depth, !label.equals("none"));
    }
    boolean proven = random.nextBoolean();
    Inquiry inquiry = ask(label, depth, proven);
    return inquiry == null ? ask(label, depth, !proven) : inquiry;
  }

  /**
   * Returns a question with a given label and depth; null if none is left.
   *
   * @param proven whether the statement or its negation has a proof
   */
  @Nullable Inquiry ask(String label, int depth, boolean proven) {
    for (Iterator<Literal> left = statements.iterator(); left.hasNext(); ) {
      Literal statement = left.next();
      boolean fits =
          proven
              ? closure.proofDepth(statement) == depth
              : closure.proofDepth(statement) == Chaining.NONE
                  && explainer.explain(statement).depth() == depth;
      if (fits) {
        left.remove();
        boolean negate =
            closure.label(statement).equals("none")
                ? random.nextBoolean()
                : !closure.label(statement).equals(label);
        return new Inquiry(
            negate ? statement.negated() : statement, label, explainer.explain(statement));
      }
    }
    return null;
  }
}
