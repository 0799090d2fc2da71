package org.reckoning.trainer.tokens;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The names of facts in prompts, as the inner loop and the questions have them. */
public enum FactNames {
  /** {@code fact_0}, {@code fact_1}, ..: a question lists them all, as in the published method. */
  NUMBERED,

  /**
   * {@code fact_0} for every fact, once in a question. No prompt depends on the number of facts, so
   * a model can be asked about more of them than its training problems had.
   */
  SHARED;

  /** Returns the name of a fact. */
  public String of(int index) {
    return "fact_" + (this == SHARED ? 0 : index);
  }

  /** Returns the prompt of a fact in the inner loop. */
  public String prompt(int index) {
    return of(index) + ": ";
  }

  /**
   * Returns the names as the prompt of a question lists them.
   *
   * @param facts number of facts
   */
  public String list(int facts) {
    return this == SHARED
        ? of(0)
        : IntStream.range(0, facts).mapToObj(this::of).collect(Collectors.joining(" "));
  }
}
