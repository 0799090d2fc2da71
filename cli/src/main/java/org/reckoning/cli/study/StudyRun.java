package org.reckoning.cli.study;

import java.util.List;

/**
 * A planned run of a study.
 *
 * @param number number from 0, and the name of its directory
 * @param name of the run in the file of the study
 * @param varied those of its words that come from a list
 * @param seed of the run
 * @param words overrides of this run, without that of the seed
 * @param candidates numbers of the short runs whose best setting this run takes; empty without a
 *     search, and after it
 * @param search whether this is a short run of a search
 */
record StudyRun(
    int number,
    String name,
    List<String> varied,
    long seed,
    List<String> words,
    List<Integer> candidates,
    boolean search) {
  /** Copies the lists. */
  StudyRun {
    varied = List.copyOf(varied);
    words = List.copyOf(words);
    candidates = List.copyOf(candidates);
  }

  /** Returns a run without a search. */
  static StudyRun of(int number, String name, List<String> varied, long seed, List<String> words) {
    return new StudyRun(number, name, varied, seed, words, List.of(), false);
  }

  /** Returns number, name, varied words and seed: {@code #0 reckoning data.hops=[2] seed=42}. */
  @Override
  public String toString() {
    String words = String.join("", varied.stream().map(word -> " " + word).toList());
    return "#%d %s%s%s seed=%d".formatted(number, search ? "search of " : "", name, words, seed);
  }
}
