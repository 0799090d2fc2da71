package org.reckoning.trainer.data.kinship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.tokens.VocabularyBuilder;

@Execution(ExecutionMode.CONCURRENT)
class KinshipGeneratorTest {
  private static final KinshipGenerator TWO_HOPS = KinshipGenerator.of(List.of(2), 3, 42);

  private static final Pattern QUESTION =
      Pattern.compile("How are (.+) and (.+) related to each other \\?");
  private static final List<Pattern> FORMS =
      List.of(
          Pattern.compile("The (?<r>\\S+) of (?<x>.+) is (?<y>.+)"),
          Pattern.compile("(?<y>.+) is the (?<r>\\S+) of (?<x>.+)"),
          Pattern.compile("(?<y>.+) is (?<x>.+)'s (?<r>\\S+)"),
          Pattern.compile("(?<x>.+) has an? (?<r>\\S+) called (?<y>.+)"));

  /** A fact as read back from its sentence: y is the r of x. */
  private record Edge(String x, String r, String y) {
    static Edge of(Fact fact) {
      List<Edge> readings = new ArrayList<>();
      for (Pattern form : FORMS) {
        Matcher matcher = form.matcher(fact.text());
        if (matcher.matches()) {
          readings.add(new Edge(matcher.group("x"), matcher.group("r"), matcher.group("y")));
        }
      }
      assertThat(readings).as(fact.text()).hasSize(1);
      return readings.get(0);
    }
  }

  private static List<Edge> edges(ReasoningTask task) {
    return task.facts().stream().map(Edge::of).toList();
  }

  private static Matcher question(ReasoningTask task) {
    return question(task.questions().get(0));
  }

  private static Matcher question(Question question) {
    Matcher matcher = QUESTION.matcher(question.text());
    assertThat(matcher.matches()).isTrue();
    return matcher;
  }

  /** Applies the rules to everything that is known until nothing new comes out. */
  private static Map<List<String>, Set<String>> closure(List<Edge> edges) {
    Map<List<String>, Set<String>> known = new HashMap<>();
    Map<String, Boolean> isMale = new HashMap<>();
    Set<Edge> all = new HashSet<>(edges);
    edges.forEach(edge -> isMale.put(edge.y(), kind(edge.r()).word(true).equals(edge.r())));
    boolean grown = true;
    while (grown) {
      Set<Edge> derived = new HashSet<>();
      for (Edge first : all) {
        for (Edge second : all) {
          if (!first.y().equals(second.x()) || first.x().equals(second.y())) {
            continue;
          }
          Kinship result = kind(first.r()).then(kind(second.r()));
          if (result != null) {
            boolean male = Objects.requireNonNull(isMale.get(second.y()));
            derived.add(new Edge(first.x(), result.word(male), second.y()));
          }
        }
      }
      grown = all.addAll(derived);
    }
    for (Edge edge : all) {
      known.computeIfAbsent(List.of(edge.x(), edge.y()), pair -> new TreeSet<>()).add(edge.r());
    }
    return known;
  }

  private static Kinship kind(String word) {
    return Stream.of(Kinship.values())
        .filter(kind -> kind.word(true).equals(word) || kind.word(false).equals(word))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest(name = "{0} hops, {1} distractors")
  @CsvSource({"2, 3, 400", "2, 0, 100", "3, 5, 200", "4, 2, 100", "6, 4, 60", "10, 3, 20"})
  void everyTask_hasOneAnswerThatTheRulesGive(int hops, int distractors, int count) {
    KinshipGenerator generator = KinshipGenerator.of(List.of(hops), distractors, 7);
    generator
        .tasks(Split.TRAIN, count)
        .forEach(
            task -> {
              List<Edge> edges = edges(task);
              Matcher question = question(task);
              assertThat(closure(edges).get(List.of(question.group(2), question.group(1))))
                  .as(task.toString())
                  .containsExactly(task.questions().get(0).label());
              assertThat(task.hops()).isEqualTo(hops);
              assertThat(task.facts()).hasSize(hops + distractors);
              assertThat(task.distractors()).isEqualTo(distractors);
              assertThat(isForest(edges)).as(task.toString()).isTrue();
              assertThat(walk(task)).hasSize(hops).startsWith(question.group(2));
            });
  }

  @Test
  void facts_tellOfTheClosestKin_inChainsWithoutBranches() {
    TWO_HOPS
        .tasks(Split.TRAIN, 500)
        .map(KinshipGeneratorTest::edges)
        .forEach(
            edges -> {
              assertThat(edges).extracting(edge -> kind(edge.r())).isSubsetOf(Wording.PLAIN.told());
              assertThat(edges).extracting(Edge::x).doesNotHaveDuplicates();
              assertThat(edges).extracting(Edge::y).doesNotHaveDuplicates();
            });
  }

  @Test
  void furtherQuestions_areAboutTheSameFacts_andOfTheSameSplit() {
    Map<String, Split> splitOf = new HashMap<>();
    Map<Split, Integer> questions = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      KinshipGenerator several = TWO_HOPS.withQuestions(3);
      for (int index = 0; index < 500; index++) {
        ReasoningTask task = several.task(split, index);
        ReasoningTask one = TWO_HOPS.task(split, index);
        assertThat(task.questions().get(0)).isEqualTo(one.questions().get(0));
        assertThat(task.facts())
            .extracting(Fact::text)
            .isEqualTo(one.facts().stream().map(Fact::text).toList());
        assertThat(task.questions()).doesNotHaveDuplicates().hasSizeBetween(1, 3);
        Map<List<String>, Set<String>> known = closure(edges(task));
        for (Question question : task.questions()) {
          Matcher matcher = question(question);
          assertThat(known.get(List.of(matcher.group(2), matcher.group(1))))
              .containsExactly(question.label());
          assertThat(question.relevant()).hasSize(2);
          Split other = splitOf.putIfAbsent(identity(task, question), split);
          assertThat(other == null || other == split).as(task.toString()).isTrue();
          questions.merge(split, 1, Integer::sum);
        }
      }
    }
    assertThat(questions.get(Split.TRAIN)).isGreaterThan(1_200);
  }

  /** Returns whether every fact connects people who were not connected before. */
  private static boolean isForest(List<Edge> edges) {
    Map<String, Set<String>> component = new HashMap<>();
    for (Edge edge : edges) {
      Set<String> x = component.computeIfAbsent(edge.x(), name -> new HashSet<>(Set.of(name)));
      Set<String> y = component.computeIfAbsent(edge.y(), name -> new HashSet<>(Set.of(name)));
      if (x == y) {
        return false;
      }
      x.addAll(y);
      y.forEach(name -> component.put(name, x));
    }
    return true;
  }

  /** Follows the relevant facts; returns the people from whom each of them starts. */
  private static List<String> walk(ReasoningTask task) {
    Map<String, String> next =
        task.questions().get(0).relevant().stream()
            .map(index -> Edge.of(task.facts().get(index)))
            .collect(Collectors.toMap(Edge::x, Edge::y));
    List<String> people = new ArrayList<>();
    String person = question(task).group(2);
    while (next.containsKey(person)) {
      people.add(person);
      person = Objects.requireNonNull(next.remove(person));
    }
    assertThat(person).isEqualTo(question(task).group(1));
    return people;
  }

  /** What makes a problem: its question and the facts to combine, without order and wording. */
  private static String identity(ReasoningTask task) {
    return identity(task, task.questions().get(0));
  }

  private static String identity(ReasoningTask task, Question question) {
    return question.text()
        + question.relevant().stream()
            .map(index -> Edge.of(task.facts().get(index)).toString())
            .sorted()
            .toList();
  }

  @Test
  void splits_shareNoProblem_whateverTheirSeedsAndDistractors() {
    Map<String, Split> splitOf = new HashMap<>();
    for (Split split : Split.values()) {
      for (long seed : List.of(1L, 2L)) {
        KinshipGenerator.of(List.of(2), (int) seed, seed)
            .tasks(split, 2_000)
            .forEach(
                task -> {
                  Split other = splitOf.putIfAbsent(identity(task), split);
                  assertThat(other == null || other == split).as(task.toString()).isTrue();
                });
      }
    }
    // Problems do come again within a split: were there few, splits would differ by chance.
    assertThat(splitOf).hasSizeGreaterThan(8_000);
  }

  @Test
  void task_dependsOnSeedSplitAndIndexAlone() {
    List<ReasoningTask> all = TWO_HOPS.tasks(Split.TEST, 20).toList();
    KinshipGenerator again = KinshipGenerator.of(List.of(2), 3, 42);
    assertThat(again.task(Split.TEST, 17)).isEqualTo(all.get(17));
    assertThat(again.task(Split.VAL, 17).questions()).isNotEqualTo(all.get(17).questions());
    assertThat(KinshipGenerator.of(List.of(2), 3, 43).task(Split.TEST, 17).facts())
        .isNotEqualTo(all.get(17).facts());
    assertThat(all).extracting(ReasoningTask::id).doesNotHaveDuplicates();
  }

  @Test
  void labels_areEquallyFrequent_andFactsComeInEveryFormAndOrder() {
    List<ReasoningTask> tasks = TWO_HOPS.tasks(Split.TRAIN, 3_600).toList();
    Map<String, Long> labels =
        tasks.stream()
            .collect(
                Collectors.groupingBy(
                    task -> task.questions().get(0).label(), TreeMap::new, Collectors.counting()));
    assertThat(labels.keySet()).containsExactlyElementsOf(DatasetType.CLUTRR.labels());
    // 200 each, standard deviation 14
    assertThat(labels.values()).allMatch(count -> count > 140 && count < 260);

    Map<Integer, Long> forms =
        tasks.stream()
            .flatMap(task -> task.facts().stream())
            .collect(
                Collectors.groupingBy(
                    fact ->
                        (int)
                            FORMS.stream()
                                .takeWhile(form -> !form.matcher(fact.text()).matches())
                                .count(),
                    Collectors.counting()));
    assertThat(forms.values()).hasSize(4).allMatch(count -> count > 4_000);
    assertThat(tasks.stream().map(task -> task.questions().get(0).relevant()).distinct())
        .as("pairs of places among five")
        .hasSize(10);
  }

  @Test
  void vocabulary_isSmall_andFactsAreShort() {
    Set<String> words = new TreeSet<>();
    TWO_HOPS
        .tasks(Split.TRAIN, 2_000)
        .forEach(
            task -> {
              words.addAll(List.of(task.questions().get(0).text().split(" |'", -1)));
              words.add(task.questions().get(0).label());
              for (Fact fact : task.facts()) {
                List<String> split = List.of(fact.text().split(" ", -1));
                assertThat(split).hasSizeLessThanOrEqualTo(6);
                words.addAll(List.of(fact.text().split(" |'", -1)));
              }
            });
    assertThat(words).hasSizeLessThan(60);
  }

  @Test
  void severalLengths_takeTurns() {
    assertThat(KinshipGenerator.of(List.of(2, 4), 1, 0).tasks(Split.VAL, 4))
        .extracting(ReasoningTask::hops)
        .containsExactly(2, 4, 2, 4);
  }

  @Test
  void distractorsCanVary_fromNoneToTheirNumber() {
    assertThat(TWO_HOPS.withVariedDistractors().tasks(Split.TEST, 60))
        .extracting(ReasoningTask::distractors)
        .containsOnly(0, 1, 2, 3)
        .contains(0, 1, 2, 3);
    assertThat(TWO_HOPS.tasks(Split.TEST, 20))
        .extracting(ReasoningTask::distractors)
        .containsOnly(3);
  }

  @Test
  void formsCanBeLimited() {
    assertThat(TWO_HOPS.withForms(1).tasks(Split.TRAIN, 50).flatMap(task -> task.facts().stream()))
        .allMatch(fact -> FORMS.get(0).matcher(fact.text()).matches());
  }

  @Test
  void longChains_getNumberedNames() {
    ReasoningTask task = KinshipGenerator.of(List.of(20), 20, 5).task(Split.TRAIN, 0);
    assertThat(task.facts()).hasSize(40);
    assertThat(walk(task)).hasSize(20);
  }

  /** A chain of letters has an answer that the rules give, whatever relations its facts state. */
  @Test
  void clutrrSg_namesTwentyLetters_andStatesEveryRelationOfTheRules() {
    List<ReasoningTask> tasks =
        KinshipGenerator.of(List.of(2, 3), 2, 7)
            .withWording(Wording.CLUTRR_SG)
            .tasks(Split.TRAIN, 600)
            .toList();
    Set<String> people = new TreeSet<>();
    Set<Kinship> told = EnumSet.noneOf(Kinship.class);
    for (ReasoningTask task : tasks) {
      List<Edge> edges = edges(task);
      Matcher question = question(task);
      assertThat(closure(edges).get(List.of(question.group(2), question.group(1))))
          .as(task.toString())
          .containsExactly(task.questions().get(0).label());
      assertThat(isForest(edges)).as(task.toString()).isTrue();
      for (Edge edge : edges) {
        people.addAll(List.of(edge.x(), edge.y()));
        told.add(kind(edge.r()));
      }
    }
    assertThat(String.join("", people)).isEqualTo("ABCHJKLMNOPQRSTUVXYZ");
    assertThat(told).containsExactlyInAnyOrderElementsOf(Wording.CLUTRR_SG.told());
  }

  @Test
  void names_areThoseGiven_andEnough() {
    KinshipGenerator two = KinshipGenerator.of(List.of(2), 0, 7);
    Set<String> people = new TreeSet<>();
    two.withNames(List.of("Bo", "Cy", "Di"), List.of("Eve", "Flo", "Gus"))
        .tasks(Split.VAL, 50)
        .forEach(task -> edges(task).forEach(edge -> people.addAll(List.of(edge.x(), edge.y()))));
    assertThat(people).containsExactly("Bo", "Cy", "Di", "Eve", "Flo", "Gus");
    assertThat(two.withNames(10).tasks(Split.VAL, 5).toList())
        .isEqualTo(two.tasks(Split.VAL, 5).toList());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> two.withNames(2))
        .withMessage(
            "names (2) must be at least 3, as 2 hops and 0 distractors can have as many people of one"
                + " gender; use more names or fewer facts");
  }

  @Test
  void letters_thatAreTooFew_areRefusedWithTheirRemedy() {
    KinshipGenerator many = KinshipGenerator.of(List.of(10), 6, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> many.withWording(Wording.CLUTRR_SG))
        .withMessage(
            "the letters of wording clutrr_sg (20) must be at least 23, the people of a problem with"
                + " hops [10] and distractors (6); use fewer facts");
  }

  /** A model knows the tokens of the lexicon, so it can be asked all problems of the wording. */
  @ParameterizedTest
  @EnumSource(Wording.class)
  void lexicon_hasEveryTokenOfHarderProblems(Wording wording) {
    KinshipGenerator easy = KinshipGenerator.of(List.of(2), 0, 1).withWording(wording).withForms(1);
    Vocabulary known = new VocabularyBuilder().add(easy.lexicon()).addFactNames(64).build();
    List<ReasoningTask> hard =
        KinshipGenerator.of(List.of(6, 9), 5, 2)
            .withWording(wording)
            .tasks(Split.TEST, 40)
            .toList();
    for (Method method : Method.values()) {
      TaskEncoder encoder = new TaskEncoder(Tokenizer.gpt2(), known, method, true);
      assertThat(encoder.encodeAll(hard, 3)).hasSize(40);
    }
  }

  @Test
  void problemWithTheMostDistractors_isFound() {
    ReasoningTask task =
        KinshipGenerator.of(List.of(2), KinshipGenerator.MOST, 0).task(Split.TRAIN, 0);
    assertThat(task.distractors()).isEqualTo(KinshipGenerator.MOST);
  }

  @Test
  void numbersOutOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KinshipGenerator.of(List.of(2, 1), 3, 0))
        .withMessage("hops ([2, 1]) must be at least one number, each 2 to 100");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KinshipGenerator.of(List.of(101), 0, 0))
        .withMessage("hops ([101]) must be at least one number, each 2 to 100");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KinshipGenerator.of(List.of(2), 101, 0))
        .withMessage("distractors (101) must be from 0 to 100");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KinshipGenerator.of(List.of(2), -1, 0))
        .withMessage("distractors (-1) must be from 0 to 100");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TWO_HOPS.withForms(5))
        .withMessage("forms (5) must be from 1 to 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TWO_HOPS.withQuestions(0))
        .withMessage("questions (0) must be 1 or more");
  }
}
