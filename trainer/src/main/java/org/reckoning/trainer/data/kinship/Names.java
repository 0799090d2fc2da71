package org.reckoning.trainer.data.kinship;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Names of the people of a problem.
 *
 * @param men names of men
 * @param women names of women: all different from those of men, or the list of men reversed, so
 *     that men and women use it from opposite ends
 */
record Names(List<String> men, List<String> women) {
  /** Smallest number of names of each gender. */
  static final int LEAST = 10;

  /** Names that are one token of GPT-2, with and without a blank in front. */
  private static final List<String> MEN =
      List.of(
          "John", "Paul", "James", "David", "Mark", "Peter", "George", "Robert", "Tom", "Michael",
          "Daniel", "Andrew", "Jack", "Joe", "Adam", "Ryan", "Eric", "Kevin", "Brian", "Jason",
          "Scott", "Tim", "Jim", "Jeff", "Nick", "Tony", "Frank", "Henry", "Charles", "William");

  private static final List<String> WOMEN =
      List.of(
          "Mary",
          "Sarah",
          "Anna",
          "Emily",
          "Laura",
          "Kate",
          "Alice",
          "Jane",
          "Susan",
          "Lisa",
          "Michelle",
          "Rachel",
          "Amy",
          "Maria",
          "Jessica",
          "Jennifer",
          "Elizabeth",
          "Marie",
          "Victoria",
          "Jean",
          "Eva",
          "Rose",
          "Kelly",
          "Anne",
          "Ann",
          "Joy",
          "Faith",
          "June",
          "Ruby",
          "Virginia");

  /** The letters of the people in CLUTRR-SG. */
  static final List<String> LETTERS =
      "ABCHJKLMNOPQRSTUVXYZ".chars().mapToObj(Character::toString).toList();

  Names {
    men = List.copyOf(men);
    women = List.copyOf(women);
  }

  /** Returns names of each gender; numbered if the list is too short. */
  static Names plain(int count) {
    return new Names(plain(MEN, count), plain(WOMEN, count));
  }

  private static List<String> plain(List<String> names, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                i < names.size()
                    ? names.get(i)
                    : names.get(i % names.size()) + " " + (i / names.size() + 1))
        .toList();
  }

  /** Returns the letters, for men and women alike. */
  static Names letters() {
    return shared(LETTERS);
  }

  private static Names shared(List<String> names) {
    List<String> reversed = new ArrayList<>(names);
    Collections.reverse(reversed);
    return new Names(names, reversed);
  }

  /** Returns whether the names are those of {@link #plain}. */
  boolean areOwn() {
    return equals(plain(people()));
  }

  private boolean areShared() {
    return men.containsAll(women);
  }

  /** Returns the number of people of any genders that have different names. */
  int people() {
    return Math.min(men.size(), women.size());
  }

  /** Returns the names in random order. */
  Names shuffled(Random random) {
    List<String> shuffledMen = new ArrayList<>(men);
    Collections.shuffle(shuffledMen, random);
    if (areShared()) {
      return shared(shuffledMen);
    }
    List<String> shuffledWomen = new ArrayList<>(women);
    Collections.shuffle(shuffledWomen, random);
    return new Names(shuffledMen, shuffledWomen);
  }

  /** Returns all different names. */
  List<String> all() {
    List<String> all = new ArrayList<>(men);
    women.stream().filter(name -> !men.contains(name)).forEach(all::add);
    return all;
  }
}
