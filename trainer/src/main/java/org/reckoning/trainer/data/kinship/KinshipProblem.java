package org.reckoning.trainer.data.kinship;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Facts about one family, and questions that chains of facts answer.
 *
 * <p>The first facts are the chain of the first question; the others are its distractors. They
 * extend the chain at both ends, or start another chain if no chain can grow. So only names show
 * which facts are needed, and a single chain connects two people. {@link #random} ensures that the
 * rules give a single answer, in any order of application.
 *
 * @param facts the chain of the first question, from its first person to its last, then the
 *     distractors
 * @param inquiries at least one; all chains have the same length
 */
record KinshipProblem(List<Kin> facts, List<Inquiry> inquiries) {
  /** Number of attempts of a random choice before a family is given up. */
  private static final int MAX_PROBES = 1_000;

  /**
   * A fact.
   *
   * @param person a name
   * @param kind the relation of the other person to the person
   * @param male whether the other person is a man
   * @param other another name
   */
  record Kin(String person, Kinship kind, boolean male, String other) {
    /** Returns the word for the relation. */
    String word() {
      return kind.word(male);
    }
  }

  /**
   * The relation of the last person of a chain to the first.
   *
   * @param chain indices of the facts to combine, from the first person to the last
   * @param answer a word
   */
  record Inquiry(List<Integer> chain, String answer) {
    Inquiry {
      chain = List.copyOf(chain);
    }
  }

  KinshipProblem {
    facts = List.copyOf(facts);
    inquiries = List.copyOf(inquiries);
  }

  /**
   * Returns a random problem; null if the random choices led to none.
   *
   * @param names names to draw from: enough of each gender for a problem with one gender
   * @param told the relations that facts may state
   */
  static @Nullable KinshipProblem random(
      int hops,
      int distractors,
      Kinship kind,
      boolean male,
      Names names,
      Set<Kinship> told,
      Random random) {
    // long chains need many brothers and sisters
    Family family = Family.random(Math.max(4, hops + distractors / 2), random);
    Drawing drawing = new Drawing(family, names, told, random);
    List<Integer> chain = drawing.chain(hops, kind, male);
    if (chain == null || !Set.of(kind).equals(results(family, chain))) {
      return null;
    }
    List<int[]> pairs = new ArrayList<>();
    for (int i = 0; i < hops; i++) {
      pairs.add(new int[] {chain.get(i), chain.get(i + 1)});
    }
    if (!drawing.addDistractors(pairs, distractors)) {
      return null;
    }
    return new KinshipProblem(
        pairs.stream().map(pair -> drawing.fact(pair[0], pair[1])).toList(),
        inquiries(family, pairs, hops));
  }

  /**
   * Returns a question for every chain of {@code hops} facts with a single answer that is true in
   * the family, the given chain first. Two rules can give a wrong one: an uncle of one's child is a
   * brother only if he is no brother of the other parent, and likewise a grandparent.
   */
  private static List<Inquiry> inquiries(Family family, List<int[]> pairs, int hops) {
    List<Inquiry> inquiries = new ArrayList<>();
    List<List<Integer>> chains =
        IntStream.range(0, pairs.size()).mapToObj(List::of).collect(Collectors.toList());
    for (int length = 1; length < hops; length++) {
      chains = chains.stream().flatMap(chain -> longer(pairs, chain)).toList();
    }
    for (List<Integer> chain : chains) {
      List<Integer> people = new ArrayList<>(List.of(pairs.get(chain.get(0))[0]));
      chain.forEach(fact -> people.add(pairs.get(fact)[1]));
      Kinship kin = family.kin(people.get(0), people.get(hops));
      if (kin != null && results(family, people).equals(Set.of(kin))) {
        inquiries.add(new Inquiry(chain, kin.word(family.isMale(people.get(hops)))));
      }
    }
    return inquiries;
  }

  /** Returns every extension of a chain by one fact about its last person. */
  private static Stream<List<Integer>> longer(List<int[]> pairs, List<Integer> chain) {
    int last = pairs.get(chain.get(chain.size() - 1))[1];
    return IntStream.range(0, pairs.size())
        .filter(next -> pairs.get(next)[0] == last)
        .mapToObj(next -> Stream.concat(chain.stream(), Stream.of(next)).toList());
  }

  /** Returns the person at the start of a question's chain. */
  String first(Inquiry inquiry) {
    return facts.get(inquiry.chain().get(0)).person();
  }

  /** Returns the person at the end of a question's chain. */
  String last(Inquiry inquiry) {
    return facts.get(inquiry.chain().get(inquiry.chain().size() - 1)).other();
  }

  /**
   * Returns a text that identifies a question and its chain, independent of order, wording and
   * distractors.
   */
  String identity(Inquiry inquiry) {
    return inquiry.chain().stream()
        .map(facts::get)
        .map(fact -> fact.person() + " " + fact.word() + " " + fact.other())
        .sorted()
        .collect(Collectors.joining(", ", "", "; " + first(inquiry) + " " + last(inquiry)));
  }

  /** Returns all relations that result from combining neighbours in any order. */
  private static Set<Kinship> results(Family family, List<Integer> chain) {
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
    return spans.getOrDefault(List.of(0, people - 1), Set.of());
  }

  /** Random choices within one family, and the names of its members. */
  private static final class Drawing {
    private final Family family;
    private final Random random;
    private final Names names;
    private final Set<Kinship> stated;
    private final Map<Integer, String> named = new HashMap<>();
    private int men;
    private int women;

    Drawing(Family family, Names names, Set<Kinship> told, Random random) {
      this.family = family;
      this.random = random;
      this.stated = told;
      this.names = names.shuffled(random);
    }

    /**
     * Draws a chain with a given relation of its ends. It starts with two people and inserts others
     * between them, until the chain has the wanted number of hops and facts can state all of them.
     * Each insertion replaces one relation by two that entail it.
     */
    @Nullable List<Integer> chain(int hops, Kinship kind, boolean male) {
      List<Integer> chain = ends(kind, male);
      while (chain != null && chain.size() <= hops) {
        List<Integer> grown = chain;
        List<Integer> gaps = new ArrayList<>(IntStream.range(0, chain.size() - 1).boxed().toList());
        Collections.shuffle(gaps, random);
        chain = gaps.stream().anyMatch(gap -> fill(grown, gap, hops)) ? grown : null;
      }
      return chain;
    }

    /** Counts the neighbours whose relation facts cannot state. */
    private long untold(List<Integer> chain) {
      return IntStream.range(0, chain.size() - 1)
          .filter(i -> !isTold(family.kin(chain.get(i), chain.get(i + 1))))
          .count();
    }

    private boolean isTold(@Nullable Kinship kind) {
      return kind != null && stated.contains(kind);
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

    /**
     * Draws a rule that entails the relation of a gap, then a new person who satisfies it, and
     * inserts that person. A relation that facts cannot state needs one more person, so the free
     * places limit their number.
     *
     * @return whether a person was found
     */
    private boolean fill(List<Integer> chain, int gap, int hops) {
      int x = chain.get(gap);
      int y = chain.get(gap + 1);
      Kinship whole = family.kin(x, y);
      long untold = untold(chain) - (isTold(whole) ? 0 : 1);
      int places = hops - chain.size();
      Map<List<Kinship>, List<Integer>> candidates = new LinkedHashMap<>();
      for (int z = 0; z < family.size(); z++) {
        Kinship first = family.kin(x, z);
        Kinship second = family.kin(z, y);
        if (first != null && second != null && first.then(second) == whole && !chain.contains(z)) {
          long added = Stream.of(first, second).filter(kind -> !isTold(kind)).count();
          if (untold + added <= places) {
            candidates.computeIfAbsent(List.of(first, second), rule -> new ArrayList<>()).add(z);
          }
        }
      }
      if (candidates.isEmpty()) {
        return false;
      }
      chain.add(gap + 1, draw(List.copyOf(candidates.values())));
      return true;
    }

    private <E> E draw(List<List<E>> groups) {
      List<E> group = groups.get(random.nextInt(groups.size()));
      return group.get(random.nextInt(group.size()));
    }

    /**
     * Draws facts that extend a chain at an end, so that they combine with it; if no chain can
     * grow, facts that start another.
     *
     * @return whether enough facts were found
     */
    boolean addDistractors(List<int[]> pairs, int count) {
      Set<Integer> told = new HashSet<>();
      pairs.forEach(pair -> told.addAll(List.of(pair[0], pair[1])));
      for (int i = 0; i < count; i++) {
        List<List<int[]>> kinds = new ArrayList<>();
        for (int[] pair : pairs) {
          kinds.addAll(behind(pair, pairs, told));
          kinds.addAll(before(pair, pairs, told));
        }
        int[] added = kinds.isEmpty() ? newPair(told) : draw(kinds);
        if (added == null) {
          return false;
        }
        told.addAll(List.of(added[0], added[1]));
        pairs.add(added);
      }
      return true;
    }

    /**
     * Returns the facts that may follow the last fact of a chain, by relation; empty if the fact is
     * not last.
     */
    private Collection<List<int[]>> behind(int[] last, List<int[]> pairs, Set<Integer> told) {
      if (pairs.stream().anyMatch(pair -> pair[0] == last[1])) {
        return List.of();
      }
      Kinship kin = Objects.requireNonNull(family.kin(last[0], last[1]));
      return strangers(told, z -> family.kin(last[1], z), next -> kin.then(next) != null).stream()
          .map(people -> people.stream().map(z -> new int[] {last[1], z}).toList())
          .toList();
    }

    /**
     * Returns the facts that may precede the first fact of a chain, by relation; empty if the fact
     * is not first.
     */
    private Collection<List<int[]>> before(int[] first, List<int[]> pairs, Set<Integer> told) {
      if (pairs.stream().anyMatch(pair -> pair[1] == first[0])) {
        return List.of();
      }
      Kinship kin = Objects.requireNonNull(family.kin(first[0], first[1]));
      return strangers(told, z -> family.kin(z, first[0]), next -> next.then(kin) != null).stream()
          .map(people -> people.stream().map(z -> new int[] {z, first[0]}).toList())
          .toList();
    }

    /** Returns the people without a fact who have a wanted relation, by relation. */
    private Collection<List<Integer>> strangers(
        Set<Integer> told, IntFunction<@Nullable Kinship> kin, Predicate<Kinship> isWanted) {
      Map<Kinship, List<Integer>> strangers = new EnumMap<>(Kinship.class);
      for (int z = 0; z < family.size(); z++) {
        Kinship kind = kin.apply(z);
        if (kind != null && isTold(kind) && isWanted.test(kind) && !told.contains(z)) {
          strangers.computeIfAbsent(kind, any -> new ArrayList<>()).add(z);
        }
      }
      return strangers.values();
    }

    private int @Nullable [] newPair(Set<Integer> told) {
      for (int probe = 0; probe < MAX_PROBES; probe++) {
        int x = random.nextInt(family.size());
        if (!told.contains(x)) {
          Collection<List<Integer>> strangers =
              strangers(told, y -> family.kin(x, y), kind -> true);
          if (!strangers.isEmpty()) {
            return new int[] {x, draw(List.copyOf(strangers))};
          }
        }
      }
      return null;
    }

    Kin fact(int x, int y) {
      Kinship kind = family.kin(x, y);
      if (kind == null) {
        throw new IllegalStateException("people %d and %d are not kin".formatted(x, y));
      }
      return new Kin(name(x), kind, family.isMale(y), name(y));
    }

    private String name(int person) {
      return named.computeIfAbsent(
          person,
          unnamed -> family.isMale(unnamed) ? names.men().get(men++) : names.women().get(women++));
    }
  }
}
