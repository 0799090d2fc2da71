package org.reckoning.trainer.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A chain of kin in a family, and other kin.
 *
 * <p>Every distractor brings at least one new person, so the graph of all facts has no cycle: only
 * the chain leads from one end to the other, and {@link #random} sees to it that the rules give one
 * answer for it, in whatever order they are applied.
 *
 * @param chain the facts to combine, from the first person of the chain to the last
 * @param distractors facts of the same family that say nothing about the question
 * @param answer the word for what the last person is to the first
 */
record KinshipProblem(List<Kin> chain, List<Kin> distractors, String answer) {
  /** How often a random choice is repeated before a family is given up. */
  private static final int MAX_PROBES = 1_000;

  /**
   * A fact.
   *
   * @param person a name
   * @param word what the other one is to the person
   * @param other another name
   */
  record Kin(String person, String word, String other) {}

  /**
   * Makes a problem, or returns null if chance led nowhere.
   *
   * @param names to draw from: enough of men and of women for a problem of one gender
   */
  static @Nullable KinshipProblem random(
      int hops, int distractors, Kinship kind, boolean male, Names names, Random random) {
    int people = hops + 1 + 2 * distractors;
    Family family = Family.random(Math.max(4, people / 2), random);
    Drawing drawing = new Drawing(family, names, random);
    List<Integer> chain = drawing.chain(hops, kind, male);
    if (chain == null || !isUnambiguous(family, chain, kind)) {
      return null;
    }
    List<int[]> others = drawing.distractors(chain, distractors);
    if (others == null) {
      return null;
    }
    List<Kin> facts = new ArrayList<>();
    for (int i = 0; i < hops; i++) {
      facts.add(drawing.fact(chain.get(i), chain.get(i + 1)));
    }
    return new KinshipProblem(
        facts,
        others.stream().map(pair -> drawing.fact(pair[0], pair[1])).toList(),
        kind.word(male));
  }

  /** Returns the first person of the chain. */
  String first() {
    return chain.get(0).person();
  }

  /** Returns the last person of the chain. */
  String last() {
    return chain.get(chain.size() - 1).other();
  }

  /**
   * Returns a text that is the same for the same question with the same facts to combine, however
   * they are ordered or worded, and whatever the distractors are.
   */
  String identity() {
    return chain.stream()
        .map(fact -> fact.person() + " " + fact.word() + " " + fact.other())
        .sorted()
        .collect(Collectors.joining(", ", "", "; " + first() + " " + last()));
  }

  /** Combines neighbours in every order, and returns whether nothing else can come out. */
  private static boolean isUnambiguous(Family family, List<Integer> chain, Kinship answer) {
    int people = chain.size();
    Map<List<Integer>, Set<Kinship>> spans = new HashMap<>();
    for (int length = 1; length < people; length++) {
      for (int from = 0; from + length < people; from++) {
        int to = from + length;
        Set<Kinship> results = EnumSet.noneOf(Kinship.class);
        if (length == 1) {
          Kinship told = family.kin(chain.get(from), chain.get(to));
          if (told != null) {
            results.add(told);
          }
        }
        for (int middle = from + 1; middle < to; middle++) {
          for (Kinship left : spans.getOrDefault(List.of(from, middle), Set.of())) {
            for (Kinship right : spans.getOrDefault(List.of(middle, to), Set.of())) {
              Kinship result = left.then(right);
              if (result != null) {
                results.add(result);
              }
            }
          }
        }
        spans.put(List.of(from, to), results);
      }
    }
    return Set.of(answer).equals(spans.get(List.of(0, people - 1)));
  }

  /** Random choices within one family, and the names that its members get. */
  private static final class Drawing {
    private final Family family;
    private final Random random;
    private final Names names;
    private final Map<Integer, String> named = new HashMap<>();
    private int men;
    private int women;

    Drawing(Family family, Names names, Random random) {
      this.family = family;
      this.random = random;
      this.names = names.shuffled(random);
    }

    /**
     * Draws two people of a kinship and puts others in between, each time in the place of one fact
     * that two others entail, until there are as many hops as wanted.
     */
    @Nullable List<Integer> chain(int hops, Kinship kind, boolean male) {
      List<Integer> chain = ends(kind, male);
      while (chain != null && chain.size() <= hops) {
        List<Integer> gaps = new ArrayList<>(IntStream.range(0, chain.size() - 1).boxed().toList());
        Collections.shuffle(gaps, random);
        boolean grown = false;
        for (int gap : gaps) {
          Integer between = between(chain, gap);
          if (between != null) {
            chain.add(gap + 1, between);
            grown = true;
            break;
          }
        }
        if (!grown) {
          return null;
        }
      }
      return chain;
    }

    private @Nullable List<Integer> ends(Kinship kind, boolean male) {
      int probes = MAX_PROBES + family.size() * family.size();
      for (int probe = 0; probe < probes; probe++) {
        int x = random.nextInt(family.size());
        int y = random.nextInt(family.size());
        if (family.kin(x, y) == kind && family.isMale(y) == male) {
          return new ArrayList<>(List.of(x, y));
        }
      }
      return null;
    }

    /** Draws a rule that entails the fact of a gap, then somebody new for whom it does. */
    private @Nullable Integer between(List<Integer> chain, int gap) {
      int x = chain.get(gap);
      int y = chain.get(gap + 1);
      Kinship whole = family.kin(x, y);
      Map<List<Kinship>, List<Integer>> candidates = new LinkedHashMap<>();
      for (int z = 0; z < family.size(); z++) {
        Kinship first = family.kin(x, z);
        Kinship second = family.kin(z, y);
        if (first != null && second != null && first.then(second) == whole && !chain.contains(z)) {
          candidates.computeIfAbsent(List.of(first, second), rule -> new ArrayList<>()).add(z);
        }
      }
      if (candidates.isEmpty()) {
        return null;
      }
      List<List<Integer>> rules = List.copyOf(candidates.values());
      List<Integer> people = rules.get(random.nextInt(rules.size()));
      return people.get(random.nextInt(people.size()));
    }

    /** Draws facts about somebody who was told of and somebody new, or about two new people. */
    @Nullable List<int[]> distractors(List<Integer> chain, int count) {
      List<Integer> told = new ArrayList<>(chain);
      List<int[]> pairs = new ArrayList<>();
      while (pairs.size() < count) {
        boolean isAttached = random.nextBoolean();
        int[] pair = pair(told, isAttached);
        if (pair == null) {
          return null;
        }
        for (int person : pair) {
          if (!told.contains(person)) {
            told.add(person);
          }
        }
        pairs.add(pair);
      }
      return pairs;
    }

    private int @Nullable [] pair(List<Integer> told, boolean isAttached) {
      Set<Integer> old = new HashSet<>(told);
      for (int probe = 0; probe < MAX_PROBES; probe++) {
        int x = isAttached ? told.get(random.nextInt(told.size())) : random.nextInt(family.size());
        int y = random.nextInt(family.size());
        boolean isNew = !old.contains(y) && (isAttached || !old.contains(x));
        boolean isForward = random.nextBoolean();
        Kinship kind = isForward ? family.kin(x, y) : family.kin(y, x);
        if (isNew && kind != null && Kinship.PREMISES.contains(kind)) {
          return isForward ? new int[] {x, y} : new int[] {y, x};
        }
      }
      return null;
    }

    Kin fact(int x, int y) {
      Kinship kind = family.kin(x, y);
      if (kind == null) {
        throw new IllegalStateException("people %d and %d are not kin".formatted(x, y));
      }
      return new Kin(name(x), kind.word(family.isMale(y)), name(y));
    }

    private String name(int person) {
      return named.computeIfAbsent(
          person,
          unnamed -> family.isMale(unnamed) ? names.men().get(men++) : names.women().get(women++));
    }
  }

  /**
   * Names of people.
   *
   * @param men names of men
   * @param women names of women, none of which is one of a man
   */
  record Names(List<String> men, List<String> women) {
    Names {
      men = List.copyOf(men);
      women = List.copyOf(women);
    }

    private Names shuffled(Random random) {
      List<String> shuffledMen = new ArrayList<>(men);
      List<String> shuffledWomen = new ArrayList<>(women);
      Collections.shuffle(shuffledMen, random);
      Collections.shuffle(shuffledWomen, random);
      return new Names(shuffledMen, shuffledWomen);
    }
  }
}
