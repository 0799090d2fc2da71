package org.reckoning.trainer.data.theories;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.random.StableHash;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.TaskGenerator;
import org.reckoning.trainer.data.theories.TheoryKind.Family;

/**
 * Generates any number of theories in the style of ProofWriter, with questions about them:
 *
 * <pre>
 * Bob is kind.
 * Bob is not big.
 * Erin is cold.
 * If someone is kind and not big then they are red.
 * All red people are young.
 * Bob is young.                              yes: facts 0, 1, 3 and 4; depth 2
 * Bob is not red.                            no: facts 0, 1 and 3; depth 1
 * Erin is young.                             none: fact 4 needs fact 3, which fails; depth 2
 * </pre>
 *
 * <p>Words, sizes, shapes and wording are those of ProofWriter. The facts come first, by subject,
 * then the rules. A theory never derives both a statement and its negation.
 *
 * <p><b>Labels</b> of first questions are equally frequent. Further questions of a task come in
 * rounds, in which every label occurs once.
 *
 * <p><b>Depth.</b> The hops of a task are the largest depth of its questions. The depth of a
 * statement with an answer is that of its proof; otherwise it is the number of rules that the
 * deepest failed attempt tries in a row. Relevant facts are the sentences of the proof or attempt.
 *
 * <p><b>Splits.</b> A hash of all facts and rules, regardless of their order and wording, decides
 * the split: 8 in 10 theories are {@code train}. So splits share no theory, for any seeds and
 * settings.
 *
 * <p><b>Seeds.</b> Seed, split and index determine a task; earlier tasks are not needed.
 */
public final class TheoryGenerator implements TaskGenerator {
  private static final int MAX_ATTEMPTS = 1_000_000;

  private final TheoryKind kind;
  private final long seed;
  private final int questions;

  /**
   * Creates a generator whose tasks have one question.
   *
   * @param seed seed of all random choices
   */
  public TheoryGenerator(TheoryKind kind, long seed) {
    this(kind, seed, 1);
  }

  private TheoryGenerator(TheoryKind kind, long seed, int questions) {
    this.kind = kind;
    this.seed = seed;
    this.questions = questions;
  }

  /** Returns a generator whose tasks have at most {@code questions} questions, at least 1. */
  public TheoryGenerator withQuestions(int questions) {
    if (questions < 1) {
      throw new IllegalArgumentException("questions (%d) must be 1 or more".formatted(questions));
    }
    return new TheoryGenerator(kind, seed, questions);
  }

  @Override
  public List<ReasoningTask> lexicon() {
    return new TheoryLexicon(kind).tasks();
  }

  @Override
  public ReasoningTask task(Split split, long index) {
    Random random = random(split, index);
    TheoryProblem problem = problem(split, index, random);
    List<Inquiry> asked = new ArrayList<>(List.of(problem.first()));
    List<String> round = shuffled(kind.world().labels(), random);
    round.remove(problem.first().label());
    while (asked.size() < questions) {
      if (round.isEmpty()) {
        round = shuffled(kind.world().labels(), random);
      }
      Inquiry next = next(problem.inquirer(), round.remove(0), random);
      if (next == null) {
        break;
      }
      asked.add(next);
    }
    return task("theory-%s-hops-%s-%s".formatted(hops(index), split, index), problem, asked);
  }

  private Random random(Split split, long index) {
    return new Random(StableHash.of("theories", seed, split, index));
  }

  /** Returns the depth of the first question of a task. */
  private int hops(long index) {
    return kind.hops().get((int) (index % kind.hops().size()));
  }

  /** Returns a question of any depth; null if none is left with this label. */
  private @Nullable Inquiry next(Inquirer inquirer, String label, Random random) {
    for (int depth : shuffled(kind.hops(), random)) {
      Inquiry inquiry = inquirer.ask(label, depth);
      if (inquiry != null) {
        return inquiry;
      }
    }
    return null;
  }

  private ReasoningTask task(String id, TheoryProblem problem, List<Inquiry> asked) {
    SortedSet<Integer> needed = new TreeSet<>();
    asked.forEach(inquiry -> needed.addAll(inquiry.explanation().sentences()));
    List<String> sentences = problem.sentences();
    return new ReasoningTask(
        id,
        DatasetType.PROOFWRITER,
        IntStream.range(0, sentences.size())
            .mapToObj(i -> new Fact(sentences.get(i), needed.contains(i)))
            .toList(),
        asked.stream()
            .map(
                inquiry ->
                    new Question(
                        Wording.sentence(inquiry.statement()),
                        inquiry.label(),
                        List.copyOf(inquiry.explanation().sentences())))
            .toList(),
        asked.stream().mapToInt(inquiry -> inquiry.explanation().depth()).max().orElse(0),
        kind.world().labels());
  }

  /**
   * Returns the theory of a task in the official format, one line of a file {@code meta-*.jsonl}.
   * For each depth it asks one true and one false statement, and as many without a proof.
   */
  public ObjectNode official(Split split, long index) {
    TheoryProblem problem = problem(split, index, random(split, index));
    return new OfficialTheory(problem, kind, "%s-%s".formatted(split, index)).json();
  }

  /** Draws a label and a family, so that all are equally frequent, then theories until one fits. */
  private TheoryProblem problem(Split split, long index, Random random) {
    List<String> labels = kind.world().labels();
    String label = labels.get(random.nextInt(labels.size()));
    Family family = kind.families().get(random.nextInt(kind.families().size()));
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      NumberedTheory numbers = TheoryDraw.draw(kind, family, random);
      if (numbers != null) {
        Words words = Words.draw(family, numbers.numbering(), random);
        Theory theory = words.theory(numbers);
        Closure closure = Objects.requireNonNull(Closure.of(theory, kind.world()));
        Inquirer inquirer = new Inquirer(closure, kind.depth(), random);
        Inquiry first = inquirer.ask(label, hops(index));
        if (first != null && splitOf(theory) == split) {
          return TheoryProblem.worded(family, theory, inquirer, first, random);
        }
      }
    }
    throw new IllegalStateException(
        "no theory of depth %d was found in %d attempts; allow more sentences or a smaller depth"
            .formatted(kind.depth(), MAX_ATTEMPTS));
  }

  private static Split splitOf(Theory theory) {
    int share = Math.floorMod(StableHash.of(theory.identity()), 10);
    return share < 8 ? Split.TRAIN : share == 8 ? Split.VAL : Split.TEST;
  }

  private static <E> List<E> shuffled(List<E> list, Random random) {
    List<E> shuffled = new ArrayList<>(list);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }
}
