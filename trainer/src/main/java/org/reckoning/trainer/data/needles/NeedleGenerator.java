package org.reckoning.trainer.data.needles;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.reckoning.graph.random.StableHash;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.TaskGenerator;
import org.reckoning.trainer.data.kinship.KinshipGenerator;

/**
 * Hides the facts of kinship problems among many sentences about the same people in a house:
 *
 * <pre>
 * fact_0: Tom picked up the apple. Anna went to the garden. The mother of Paul is Anna. ..
 * fact_1: John walked to the hall. Lisa dropped the key. Anna looked for the lamp. ..
 * fact_2: Mary moved to the office. Paul is Lisa's father. Tom washed the coat. ..
 * How are Anna and Lisa related to each other ?    grandmother    (needs fact_0 and fact_2)
 * </pre>
 *
 * <p>A fact of a task is a passage: as many sentences as its length allows. A question needs the
 * passages that have its facts; all places of the facts in their part of the text are equally
 * likely.
 *
 * <p>Problems, labels and splits are those of the {@link KinshipGenerator}. Seed, split and index
 * determine a task.
 */
public final class NeedleGenerator implements TaskGenerator {
  /** Words and signs, which are the tokens of these sentences. */
  private static final Pattern TOKEN = Pattern.compile("\\w+|[^\\w\\s]+\\w*");

  private final KinshipGenerator needles;
  private final long seed;
  private final Text text;

  /**
   * The texts to make.
   *
   * @param tokens length of the text of a task in tokens, reached by its last sentence
   * @param varied whether the length of each text is drawn, from {@code LEAST_TOKENS} to tokens
   * @param passageTokens length of the longest passage in tokens; 0 makes each sentence a passage
   * @param part where the hidden facts are
   */
  public record Text(int tokens, boolean varied, int passageTokens, Part part) {
    /** Length of the shortest text. */
    public static final int LEAST_TOKENS = 64;
  }

  /** A part of a text: all of it, or a third. */
  public enum Part {
    ALL,
    BEGINNING,
    MIDDLE,
    END;

    /**
     * Returns the sentences of this part.
     *
     * @param least smallest number of sentences that it may have
     */
    private <E> List<E> of(List<E> sentences, int least) {
      int length = Math.max(least, sentences.size() / 3);
      int last = sentences.size() - length;
      return switch (this) {
        case ALL -> sentences;
        case BEGINNING -> sentences.subList(0, length);
        case MIDDLE -> sentences.subList(last / 2, last / 2 + length);
        case END -> sentences.subList(last, last + length);
      };
    }
  }

  /**
   * @param needles the generator of the hidden problems
   * @param seed seed of the other sentences and of all places
   */
  public NeedleGenerator(KinshipGenerator needles, long seed, Text text) {
    this.needles = needles;
    this.seed = seed;
    this.text = text;
  }

  @Override
  public ReasoningTask task(Split split, long index) {
    ReasoningTask problem = needles.task(split, index);
    Random random = new Random(StableHash.of("needles", seed, split, index));
    List<String> hidden = problem.facts().stream().map(fact -> sentence(fact.text())).toList();
    List<String> sentences = sentences(hidden, needles.names(), random);
    List<String> passages = new ArrayList<>();
    Map<String, Integer> places = new HashMap<>(); // of the hidden facts, which differ
    int used = text.passageTokens();
    for (String sentence : sentences) {
      int length = length(sentence);
      if (used + length > text.passageTokens()) {
        passages.add(sentence);
        used = length;
      } else {
        passages.set(passages.size() - 1, passages.get(passages.size() - 1) + " " + sentence);
        used += length;
      }
      places.putIfAbsent(sentence, passages.size() - 1);
    }
    return task(problem, passages, hidden.stream().map(places::get).toList());
  }

  /** Returns the hidden facts among other sentences. */
  private List<String> sentences(List<String> hidden, List<String> people, Random random) {
    int tokens = text.tokens();
    if (text.varied()) {
      tokens -= random.nextInt(tokens - Text.LEAST_TOKENS + 1);
    }
    List<String> sentences = new ArrayList<>();
    int length = hidden.stream().mapToInt(NeedleGenerator::length).sum();
    while (length < tokens) {
      String sentence = Chatter.sentence(people, random);
      sentences.add(sentence);
      length += length(sentence);
    }
    int size = hidden.size() + sentences.size();
    List<Boolean> isHidden = new ArrayList<>(Collections.nCopies(size, false));
    List<Boolean> places = text.part().of(isHidden, hidden.size());
    Collections.fill(places.subList(0, hidden.size()), true);
    Collections.shuffle(places, random);
    List<String> all = new ArrayList<>();
    int needle = 0;
    for (boolean each : isHidden) {
      all.add(each ? hidden.get(needle) : sentences.get(all.size() - needle));
      needle += each ? 1 : 0;
    }
    return all;
  }

  /**
   * Returns the task.
   *
   * @param places the passage of each fact of the problem
   */
  private static ReasoningTask task(
      ReasoningTask problem, List<String> passages, List<Integer> places) {
    List<Question> questions = new ArrayList<>();
    TreeSet<Integer> relevant = new TreeSet<>();
    for (Question question : problem.questions()) {
      TreeSet<Integer> needed = new TreeSet<>();
      question.relevant().forEach(index -> needed.add(places.get(index)));
      questions.add(new Question(question.text(), question.label(), List.copyOf(needed)));
      relevant.addAll(needed);
    }
    List<Fact> facts = new ArrayList<>();
    for (String passage : passages) {
      facts.add(new Fact(passage, relevant.contains(facts.size())));
    }
    return new ReasoningTask(
        problem.id().replaceFirst("kinship", "needles"),
        DatasetType.CLUTRR,
        facts,
        questions,
        problem.hops(),
        problem.labels());
  }

  private static String sentence(String fact) {
    return fact.endsWith(".") ? fact : fact + ".";
  }

  private static int length(String sentence) {
    return (int) TOKEN.matcher(sentence).results().count();
  }

  @Override
  public List<ReasoningTask> lexicon() {
    List<ReasoningTask> kinship = needles.lexicon();
    return Stream.concat(
            kinship.stream().map(NeedleGenerator::asSentences),
            needles.names().stream().map(name -> chatter(name, kinship.get(0))))
        .toList();
  }

  /** Returns a task with every fact as a sentence, first and after another. */
  private static ReasoningTask asSentences(ReasoningTask task) {
    List<Fact> facts =
        task.facts().stream()
            .map(fact -> sentence(fact.text()))
            .map(sentence -> new Fact(sentence + " " + sentence, true))
            .toList();
    return new ReasoningTask(
        task.id(), task.type(), facts, task.questions(), task.hops(), task.labels());
  }

  private static ReasoningTask chatter(String name, ReasoningTask like) {
    List<Fact> facts = Chatter.words(name).stream().map(text -> new Fact(text, true)).toList();
    Question question = like.questions().get(0);
    return new ReasoningTask(
        like.id(),
        like.type(),
        facts,
        List.of(new Question(question.text(), question.label(), List.of(0, 1))),
        ReasoningTask.UNKNOWN_HOPS,
        like.labels());
  }
}
