package org.reckoning.trainer.data.kinship;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A family of three generations, as in CLUTRR. Everybody marries once, and every couple of the
 * first two generations has the same number of children. People are numbered from 0.
 */
final class Family {
  /** Number of a parent who is not in the family. */
  private static final int NOBODY = -1;

  /**
   * A member.
   *
   * @param spouse number of the husband or wife
   * @param father number of the father; NOBODY for the first couple and for spouses from outside
   * @param mother number of the mother, or NOBODY
   */
  private record Person(boolean male, int spouse, int father, int mother) {}

  private final List<Person> people = new ArrayList<>();

  private Family() {}

  /** Creates a family with random genders. */
  static Family random(int childrenOfCouple, Random random) {
    Family family = new Family();
    family.marry(true, NOBODY, NOBODY);
    int generation = 0;
    for (int depth = 0; depth < 2; depth++) {
      int next = family.size();
      for (int couple = generation; couple < next; couple += 2) {
        int father = family.isMale(couple) ? couple : couple + 1;
        int mother = family.isMale(couple) ? couple + 1 : couple;
        for (int child = 0; child < childrenOfCouple; child++) {
          family.marry(random.nextBoolean(), father, mother);
        }
      }
      generation = next;
    }
    return family;
  }

  /** Adds a person and a spouse. */
  private void marry(boolean male, int father, int mother) {
    int number = people.size();
    people.add(new Person(male, number + 1, father, mother));
    people.add(new Person(!male, number, NOBODY, NOBODY));
  }

  /** Returns the number of people. */
  int size() {
    return people.size();
  }

  boolean isMale(int person) {
    return people.get(person).male();
  }

  /** Returns the relation of y to x; null if they are the same person or not close relatives. */
  @Nullable Kinship kin(int x, int y) {
    if (x == y) {
      return null;
    }
    if (people.get(x).spouse() == y) {
      return Kinship.SPOUSE;
    }
    if (isParent(x, y)) {
      return Kinship.PARENT;
    }
    if (isParent(y, x)) {
      return Kinship.CHILD;
    }
    if (areSiblings(x, y)) {
      return Kinship.SIBLING;
    }
    if (isGrandparent(x, y)) {
      return Kinship.GRANDPARENT;
    }
    if (isGrandparent(y, x)) {
      return Kinship.GRANDCHILD;
    }
    if (hasParentWithSibling(x, y)) {
      return Kinship.UNCLE_OR_AUNT;
    }
    if (hasParentWithSibling(y, x)) {
      return Kinship.NEPHEW_OR_NIECE;
    }
    if (isParent(people.get(x).spouse(), y)) {
      return Kinship.PARENT_IN_LAW;
    }
    return isParent(people.get(y).spouse(), x) ? Kinship.CHILD_IN_LAW : null;
  }

  /** Returns whether y is a parent of x. */
  private boolean isParent(int x, int y) {
    return people.get(x).father() == y || people.get(x).mother() == y;
  }

  private boolean areSiblings(int x, int y) {
    int father = people.get(x).father();
    return father != NOBODY && father == people.get(y).father();
  }

  private boolean isGrandparent(int x, int y) {
    Person child = people.get(x);
    return child.father() != NOBODY && (isParent(child.father(), y) || isParent(child.mother(), y));
  }

  private boolean hasParentWithSibling(int x, int y) {
    Person child = people.get(x);
    return child.father() != NOBODY
        && (isOtherSibling(child.father(), y) || isOtherSibling(child.mother(), y));
  }

  private boolean isOtherSibling(int x, int y) {
    return x != y && areSiblings(x, y);
  }
}
