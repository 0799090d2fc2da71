package org.reckoning.trainer.data.kinship;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.reckoning.graph.random.StableHash;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.Split;

/**
 * Generates any number of kinship problems in plain English:
 *
 * <pre>
 * Anna has a brother called Tom       (distractor)
 * The mother of Paul is Anna
 * Lisa is the wife of John            (distractor)
 * Paul is Lisa's father
 * How are Anna and Lisa related to each other ?    grandmother
 * </pre>
 *
 * <p>The facts are true in one family of three generations and are in random order. They state the
 * closest relations only: parents and children, husbands and wives, brothers and sisters. Exactly
 * one chain of {@code hops} facts connects the two people of the question. The rules of CLUTRR
 * combine it to a single relation, in any order of application. The {@code distractors} extend the
 * chain at both ends, or start another chain if no chain can grow. They also name the people of the
 * question, so only the names show which facts are needed. The answer r to "How are a and b
 * related" means that a is the r of b.
 *
 * <p>A task may have several questions about the same facts. A distractor of one question may be
 * relevant for another, but each question has one chain of {@code hops} facts.
 *
 * <p><b>Labels.</b> The 18 labels are equally frequent among first questions. A guess is right in
 * 5.6 % of the problems, or in 11.1 % if gender can be inferred from the name. No other word helps:
 * every label needs the chain.
 *
 * <p><b>Splits.</b> The identity of a problem is its question and its chain of facts with names,
 * without order, wording and distractors. A hash of the identity decides the split: 8 in 10
 * problems are {@code train}. So splits share no problem, for any seeds and numbers of distractors.
 *
 * <p><b>Seeds.</b> Seed, split and index determine a task; earlier tasks are not needed.
 */
public final class KinshipGenerator {
  /** Number of sentence forms of a fact. */
  public static final int FORMS = 4;

  /** Smallest number of names of each gender. */
  private static final int MIN_NAMES = 10;

  private static final int MAX_ATTEMPTS = 100_000;

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

  private final List<Integer> hops;
  private final int distractors;
  private final long seed;
  private final int forms;
  private final int questions;
  private final KinshipProblem.Names names;

  private KinshipGenerator(
      List<Integer> hops, int distractors, long seed, int forms, int questions) {
    this.hops = List.copyOf(hops);
    this.distractors = distractors;
    this.seed = seed;
    this.forms = forms;
    this.questions = questions;
    int people = Collections.max(hops) + 1 + 2 * distractors;
    this.names = new KinshipProblem.Names(names(MEN, people), names(WOMEN, people));
  }

  /**
   * Returns a generator of problems.
   *
   * @param hops numbers of facts to combine, each 2 or more; the tasks of a split take them in turn
   * @param distractors number of other facts
   * @param seed seed of all random choices
   * @throws IllegalArgumentException if a number is out of range
   */
  public static KinshipGenerator of(List<Integer> hops, int distractors, long seed) {
    if (hops.isEmpty() || Collections.min(hops) < 2) {
      throw new IllegalArgumentException(
          "hops (%s) must be at least one number, each 2 or more".formatted(hops));
    }
    if (distractors < 0) {
      throw new IllegalArgumentException(
          "distractors (%d) must be 0 or more".formatted(distractors));
    }
    return new KinshipGenerator(hops, distractors, seed, FORMS, 1);
  }

  /** Returns a generator that uses only the first {@code forms} sentence forms, from 1 to 4. */
  public KinshipGenerator withForms(int forms) {
    if (forms < 1 || forms > FORMS) {
      throw new IllegalArgumentException("forms (%d) must be from 1 to %d".formatted(forms, FORMS));
    }
    return new KinshipGenerator(hops, distractors, seed, forms, questions);
  }

  /** Returns a generator whose tasks have at most {@code questions} questions, at least 1. */
  public KinshipGenerator withQuestions(int questions) {
    if (questions < 1) {
      throw new IllegalArgumentException("questions (%d) must be 1 or more".formatted(questions));
    }
    return new KinshipGenerator(hops, distractors, seed, forms, questions);
  }

  /** Returns the first tasks of a split, generated lazily. */
  public Stream<ReasoningTask> tasks(Split split, long count) {
    return LongStream.range(0, count).mapToObj(index -> task(split, index));
  }

  /** Returns a task of a split. */
  public ReasoningTask task(Split split, long index) {
    Random random = new Random(StableHash.of("kinship", seed, split, index));
    int length = hops.get((int) (index % hops.size()));
    KinshipProblem problem = problem(split, length, random);
    List<Integer> order =
        new ArrayList<>(IntStream.range(0, problem.facts().size()).boxed().toList());
    Collections.shuffle(order, random);
    List<KinshipProblem.Inquiry> asked =
        problem.inquiries().stream()
            .filter(inquiry -> splitOf(problem, inquiry) == split)
            .limit(questions)
            .toList();
    Set<Integer> needed =
        asked.stream().flatMap(inquiry -> inquiry.chain().stream()).collect(Collectors.toSet());
    return new ReasoningTask(
        "kinship-%s-hops-%s-%s".formatted(length, split, index),
        DatasetType.CLUTRR,
        order.stream()
            .map(i -> new Fact(sentence(problem.facts().get(i), random), needed.contains(i)))
            .toList(),
        asked.stream().map(inquiry -> question(problem, inquiry, order)).toList(),
        length,
        DatasetType.CLUTRR.labels());
  }

  private static Question question(
      KinshipProblem problem, KinshipProblem.Inquiry inquiry, List<Integer> order) {
    return Question.ofKinship(
        problem.last(inquiry),
        problem.first(inquiry),
        inquiry.answer(),
        inquiry.chain().stream().map(order::indexOf).sorted().toList());
  }

  /** Draws an answer, so that all answers are equally frequent, then problems until one fits. */
  private KinshipProblem problem(Split split, int length, Random random) {
    Kinship kind = Kinship.RESULTS.get(random.nextInt(Kinship.RESULTS.size()));
    boolean male = random.nextBoolean();
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      KinshipProblem problem =
          KinshipProblem.random(length, distractors, kind, male, names, random);
      if (problem != null && splitOf(problem, problem.inquiries().get(0)) == split) {
        return problem;
      }
    }
    throw new IllegalStateException(
        "no problem with %d hops and %d distractors was found in %d attempts; use fewer hops"
            .formatted(length, distractors, MAX_ATTEMPTS));
  }

  private static Split splitOf(KinshipProblem problem, KinshipProblem.Inquiry inquiry) {
    int share = Math.floorMod(StableHash.of(problem.identity(inquiry)), 10);
    return share < 8 ? Split.TRAIN : share == 8 ? Split.VAL : Split.TEST;
  }

  private String sentence(KinshipProblem.Kin fact, Random random) {
    String article = "aeiou".indexOf(fact.word().charAt(0)) < 0 ? "a" : "an";
    return switch (random.nextInt(forms)) {
      case 0 -> "The %s of %s is %s".formatted(fact.word(), fact.person(), fact.other());
      case 1 -> "%s is the %s of %s".formatted(fact.other(), fact.word(), fact.person());
      case 2 -> "%s is %s's %s".formatted(fact.other(), fact.person(), fact.word());
      default ->
          "%s has %s %s called %s".formatted(fact.person(), article, fact.word(), fact.other());
    };
  }

  /**
   * Returns enough names for a problem: few, which keeps the vocabulary small; numbered if the list
   * is too short.
   */
  private static List<String> names(List<String> names, int people) {
    return IntStream.range(0, Math.max(MIN_NAMES, people))
        .mapToObj(
            i ->
                i < names.size()
                    ? names.get(i)
                    : names.get(i % names.size()) + " " + (i / names.size() + 1))
        .toList();
  }
}
