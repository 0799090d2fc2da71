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
 * Facts of one family, and questions that some of them answer.
 *
 * <p>The first facts are a chain that answers the first question; the others are its distractors.
 * They make the chain longer at both ends, and begin another where it cannot grow; so nothing but
 * names tells which facts are needed, and only one chain leads from one person to another. {@link
 * #random} sees to it that the rules give one answer for it, in whatever order they are applied.
 *
 * @param facts the chain of the first question from its first person to its last, then its
 *     distractors
 * @param inquiries at least one; all chains have the same length
 */
record KinshipProblem(List<Kin> facts, List<Inquiry> inquiries) {
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
   * What the last person of a chain is to the first.
   *
   * @param chain the facts to combine, from the first person to the last, by their places among all
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
   * Makes a problem, or returns null if chance led nowhere.
   *
   * @param names to draw from: enough of men and of women for a problem of one gender
   */
  static @Nullable KinshipProblem random(
      int hops, int distractors, Kinship kind, boolean male, Names names, Random random) {
    // long chains need many brothers and sisters
    Family family = Family.random(Math.max(4, hops + distractors / 2), random);
    Drawing drawing = new Drawing(family, names, random);
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

  /** Returns a question for every chain of so many facts with one answer, the first one first. */
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
      Set<Kinship> results = results(family, people);
      if (results.size() == 1) {
        boolean male = family.isMale(people.get(hops));
        inquiries.add(new Inquiry(chain, results.iterator().next().word(male)));
      }
    }
    return inquiries;
  }

  /** Returns the chain with each fact behind it that goes on from its last person. */
  private static Stream<List<Integer>> longer(List<int[]> pairs, List<Integer> chain) {
    int last = pairs.get(chain.get(chain.size() - 1))[1];
    return IntStream.range(0, pairs.size())
        .filter(next -> pairs.get(next)[0] == last)
        .mapToObj(next -> Stream.concat(chain.stream(), Stream.of(next)).toList());
  }

  /** Returns from whom the chain of a question starts. */
  String first(Inquiry inquiry) {
    return facts.get(inquiry.chain().get(0)).person();
  }

  /** Returns to whom the chain of a question leads. */
  String last(Inquiry inquiry) {
    return facts.get(inquiry.chain().get(inquiry.chain().size() - 1)).other();
  }

  /**
   * Returns a text that is the same for the same question with the same facts to combine, however
   * they are ordered or worded, and whatever the distractors are.
   */
  String identity(Inquiry inquiry) {
    return inquiry.chain().stream()
        .map(facts::get)
        .map(fact -> fact.person() + " " + fact.word() + " " + fact.other())
        .sorted()
        .collect(Collectors.joining(", ", "", "; " + first(inquiry) + " " + last(inquiry)));
  }

  /** Combines neighbours in every order, and returns all that can come out. */
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
     * that two others entail, until there are as many hops as wanted and facts tell of all of them.
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

    /** Counts the neighbours whose kinship facts do not tell. */
    private long untold(List<Integer> chain) {
      return IntStream.range(0, chain.size() - 1)
          .filter(i -> !isTold(family.kin(chain.get(i), chain.get(i + 1))))
          .count();
    }

    private static boolean isTold(@Nullable Kinship kind) {
      return kind != null && Kinship.TOLD.contains(kind);
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
     * Draws a rule that entails the fact of a gap, then somebody new for whom it does, and puts him
     * there. What facts do not tell takes one more person each, so no more of it may be left than
     * there are places.
     *
     * @return whether there is one
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
     * Draws facts that go on from an end of a chain, so that its neighbours combine, too; or, where
     * no chain can grow, that begin another.
     *
     * @return whether there were enough
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

    /** Returns the facts that may follow a last one, by their kinship; none if it is not last. */
    private Collection<List<int[]>> behind(int[] last, List<int[]> pairs, Set<Integer> told) {
      if (pairs.stream().anyMatch(pair -> pair[0] == last[1])) {
        return List.of();
      }
      Kinship kin = Objects.requireNonNull(family.kin(last[0], last[1]));
      return strangers(told, z -> family.kin(last[1], z), next -> kin.then(next) != null).stream()
          .map(people -> people.stream().map(z -> new int[] {last[1], z}).toList())
          .toList();
    }

    /** Returns the facts that a first one may follow, by their kinship; none if it is not first. */
    private Collection<List<int[]>> before(int[] first, List<int[]> pairs, Set<Integer> told) {
      if (pairs.stream().anyMatch(pair -> pair[1] == first[0])) {
        return List.of();
      }
      Kinship kin = Objects.requireNonNull(family.kin(first[0], first[1]));
      return strangers(told, z -> family.kin(z, first[0]), next -> next.then(kin) != null).stream()
          .map(people -> people.stream().map(z -> new int[] {z, first[0]}).toList())
          .toList();
    }

    /** Returns those who were not told of and may be, by their kinship. */
    private Collection<List<Integer>> strangers(
        Set<Integer> told, IntFunction<@Nullable Kinship> kin, Predicate<Kinship> isWanted) {
      Map<Kinship, List<Integer>> strangers = new EnumMap<>(Kinship.class);
      for (int z = 0; z < family.size(); z++) {
        Kinship kind = kin.apply(z);
        if (kind != null
            && Kinship.TOLD.contains(kind)
            && isWanted.test(kind)
            && !told.contains(z)) {
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
