package org.reckoning.trainer.data.kinship;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.random.StableHash;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.TaskGenerator;

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
public final class KinshipGenerator implements TaskGenerator {
  /** Number of sentence forms of a fact. */
  public static final int FORMS = 4;

  /** Number of letters that name people in {@link Wording#CLUTRR_SG}. */
  public static final int LETTERS = Names.LETTERS.size();

  /** Largest number of hops and of distractors; families for more would have too many people. */
  public static final int MOST = 100;

  /** Number of own names of each gender in the lexicon: more than any problem of 64 facts needs. */
  private static final int LEXICON_NAMES = 64;

  private static final int MAX_ATTEMPTS = 100_000;

  private final List<Integer> hops;
  private final Distractors distractors;
  private final long seed;
  private final int questions;
  private final Look look;
  private final Names names;

  /**
   * The look of problems.
   *
   * @param forms largest number of sentence forms
   * @param names null for names of this program, as many as a problem can need
   * @param exchanged share of facts and questions whose people are exchanged
   */
  private record Look(Wording wording, int forms, @Nullable Names names, double exchanged) {}

  /** Number of distractors of each problem: exactly {@code most}, or drawn from 0 to that. */
  private record Distractors(int most, boolean drawn) {
    /** Draws only if numbers vary, so that other problems do not change. */
    int of(Random random) {
      return drawn ? random.nextInt(most + 1) : most;
    }
  }

  private KinshipGenerator(
      List<Integer> hops, Distractors distractors, long seed, int questions, Look look) {
    this.hops = List.copyOf(hops);
    this.distractors = distractors;
    this.seed = seed;
    this.questions = questions;
    this.look = look;
    int people = people(hops, distractors.most);
    // few names by default, which keeps the vocabulary small
    names = look.names != null ? look.names : Names.plain(Math.max(Names.LEAST, people));
    int known = names.people();
    if (known < people && look.wording.hasLetters()) {
      throw new IllegalArgumentException(
          "the letters of wording clutrr_sg (%d) must be at least %d, the people of a problem with hops %s and distractors (%d); use fewer facts"
              .formatted(known, people, hops, distractors.most));
    }
    if (known < people) {
      throw new IllegalArgumentException(
          "names (%d) must be at least %d, as %d hops and %d distractors can have as many people of one gender; use more names or fewer facts"
              .formatted(known, people, Collections.max(hops), distractors.most));
    }
  }

  /** Returns the largest number of people of a problem. */
  public static int people(List<Integer> hops, int distractors) {
    return Collections.max(hops) + 1 + 2 * distractors;
  }

  /**
   * Returns a generator of problems.
   *
   * @param hops numbers of facts to combine, each 2 to {@link #MOST}; the tasks of a split take
   *     them in turn
   * @param distractors number of other facts, 0 to {@link #MOST}
   * @param seed seed of all random choices
   * @throws IllegalArgumentException if a number is out of range
   */
  public static KinshipGenerator of(List<Integer> hops, int distractors, long seed) {
    if (hops.isEmpty() || Collections.min(hops) < 2 || Collections.max(hops) > MOST) {
      throw new IllegalArgumentException(
          "hops (%s) must be at least one number, each 2 to %d".formatted(hops, MOST));
    }
    if (distractors < 0 || distractors > MOST) {
      throw new IllegalArgumentException(
          "distractors (%d) must be from 0 to %d".formatted(distractors, MOST));
    }
    return new KinshipGenerator(
        hops,
        new Distractors(distractors, false),
        seed,
        1,
        new Look(Wording.PLAIN, FORMS, null, 0));
  }

  /** Returns a generator that draws the number of distractors of each problem, from 0 on. */
  public KinshipGenerator withVariedDistractors() {
    return new KinshipGenerator(
        hops, new Distractors(distractors.most, true), seed, questions, look);
  }

  /** Returns a generator that uses only the first {@code forms} sentence forms, from 1 to 4. */
  public KinshipGenerator withForms(int forms) {
    if (forms < 1 || forms > FORMS) {
      throw new IllegalArgumentException("forms (%d) must be from 1 to %d".formatted(forms, FORMS));
    }
    return with(new Look(look.wording, forms, look.names, look.exchanged));
  }

  /** Returns a generator whose tasks have at most {@code questions} questions, at least 1. */
  public KinshipGenerator withQuestions(int questions) {
    if (questions < 1) {
      throw new IllegalArgumentException("questions (%d) must be 1 or more".formatted(questions));
    }
    return new KinshipGenerator(hops, distractors, seed, questions, look);
  }

  /**
   * Returns a generator with another wording. The people of {@link Wording#CLUTRR_SG} are its 20
   * letters.
   *
   * @throws IllegalArgumentException if a problem may need more names
   */
  public KinshipGenerator withWording(Wording wording) {
    Names names = wording.hasLetters() ? Names.letters() : look.names;
    return with(new Look(wording, look.forms, names, look.exchanged));
  }

  /**
   * Returns a generator with a number of names of each gender.
   *
   * @throws IllegalArgumentException if a problem may need more names
   */
  public KinshipGenerator withNames(int names) {
    return with(new Look(look.wording, look.forms, Names.plain(names), look.exchanged));
  }

  /**
   * Returns a generator with other names, which no man and woman share.
   *
   * @throws IllegalArgumentException if a problem may need more names
   */
  public KinshipGenerator withNames(Collection<String> men, Collection<String> women) {
    Names names = new Names(List.copyOf(men), List.copyOf(women));
    return with(new Look(look.wording, look.forms, names, look.exchanged));
  }

  /**
   * Returns a generator that exchanges the two people of some facts and questions, as the records
   * of CLUTRR-SG do. The answers stay those of the right facts.
   *
   * @param share of exchanged facts, and of exchanged questions
   */
  public KinshipGenerator withExchanged(double share) {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException(
          "exchanged (%s) must be at least 0 and below 1".formatted(share));
    }
    return with(new Look(look.wording, look.forms, look.names, share));
  }

  private KinshipGenerator with(Look changed) {
    return new KinshipGenerator(hops, distractors, seed, questions, changed);
  }

  /** Returns the names of people. */
  public List<String> names() {
    return names.all();
  }

  @Override
  public List<ReasoningTask> lexicon() {
    Names known = names.areOwn() ? Names.plain(Math.max(LEXICON_NAMES, names.people())) : names;
    return new KinshipLexicon(look.wording).tasks(known.all());
  }

  @Override
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
        asked.stream().map(inquiry -> question(problem, inquiry, order, random)).toList(),
        length,
        DatasetType.CLUTRR.labels());
  }

  private Question question(
      KinshipProblem problem, KinshipProblem.Inquiry inquiry, List<Integer> order, Random random) {
    boolean isExchanged = isExchanged(random);
    return Question.ofKinship(
        isExchanged ? problem.first(inquiry) : problem.last(inquiry),
        isExchanged ? problem.last(inquiry) : problem.first(inquiry),
        inquiry.answer(),
        inquiry.chain().stream().map(order::indexOf).sorted().toList());
  }

  /** Draws an answer, so that all answers are equally frequent, then problems until one fits. */
  private KinshipProblem problem(Split split, int length, Random random) {
    Kinship kind = Kinship.RESULTS.get(random.nextInt(Kinship.RESULTS.size()));
    boolean male = random.nextBoolean();
    int others = distractors.of(random);
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      KinshipProblem problem =
          KinshipProblem.random(length, others, kind, male, names, look.wording.told(), random);
      if (problem != null && splitOf(problem, problem.inquiries().get(0)) == split) {
        return problem;
      }
    }
    throw new IllegalStateException(
        "no problem with %d hops and %d distractors was found in %d attempts; use fewer hops"
            .formatted(length, others, MAX_ATTEMPTS));
  }

  private static Split splitOf(KinshipProblem problem, KinshipProblem.Inquiry inquiry) {
    int share = Math.floorMod(StableHash.of(problem.identity(inquiry)), 10);
    return share < 8 ? Split.TRAIN : share == 8 ? Split.VAL : Split.TEST;
  }

  private String sentence(KinshipProblem.Kin fact, Random random) {
    List<String> forms = look.wording.forms(fact.kind(), fact.male());
    String form = forms.get(random.nextInt(Math.min(look.forms, forms.size())));
    return isExchanged(random)
        ? form.formatted(fact.other(), fact.word(), fact.person())
        : form.formatted(fact.person(), fact.word(), fact.other());
  }

  /** Draws only if people are exchanged at all, so that other problems do not change. */
  private boolean isExchanged(Random random) {
    return look.exchanged > 0 && random.nextDouble() < look.exchanged;
  }
}
