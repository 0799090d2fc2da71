package org.reckoning.trainer.data.theories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.RecordWriter;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.formats.Samples;
import org.reckoning.trainer.data.formats.TaskReader;
import org.reckoning.trainer.data.theories.TheoryKind.Family;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.tokens.VocabularyBuilder;

@Execution(ExecutionMode.CONCURRENT)
class TheoryGeneratorTest {
  private static final List<Integer> ALL_DEPTHS = List.of(0, 1, 2, 3, 4, 5);

  private static List<String> texts(ReasoningTask task) {
    return task.facts().stream().map(Fact::text).toList();
  }

  private static Theory theory(ReasoningTask task) {
    return SentenceReader.theory(texts(task));
  }

  /** Solves the texts of a task anew, and its relevant facts alone. */
  private static void check(ReasoningTask task, TheoryKind kind) {
    Closure closure = Objects.requireNonNull(Closure.of(theory(task), kind.world()));
    assertThat(closure.chaining().deepest()).as(task.toString()).isEqualTo(kind.depth());
    assertThat(closure.chaining().isContradictory()).as(task.toString()).isFalse();
    Set<Integer> needed = new TreeSet<>();
    Set<Literal> asked = new HashSet<>();
    int deepest = 0;
    for (Question question : task.questions()) {
      Literal statement = SentenceReader.statement(question.text());
      needed.addAll(question.relevant());
      assertThat(asked.add(statement.positive() ? statement : statement.negated())).isTrue();
      assertThat(closure.label(statement)).as(task.toString()).isEqualTo(question.label());
      Explanation explanation = new Explainer(closure, kind.depth()).explain(statement);
      assertThat(question.relevant()).containsExactlyElementsOf(explanation.sentences());
      assertThat(kind.hops()).contains(explanation.depth());
      deepest = Math.max(deepest, explanation.depth());
      if (!question.label().equals("none") && kind.world() == World.OPEN) {
        Theory part =
            SentenceReader.theory(
                question.relevant().stream().map(index -> texts(task).get(index)).toList());
        assertThat(Objects.requireNonNull(Closure.of(part, kind.world())).proofDepth(statement))
            .as(task.toString())
            .isEqualTo(closure.proofDepth(statement));
      }
    }
    assertThat(task.hops()).isEqualTo(deepest);
    for (int i = 0; i < task.facts().size(); i++) {
      assertThat(task.facts().get(i).relevant()).isEqualTo(needed.contains(i));
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({"OPEN, 50", "CLOSED, 50"})
  void everyTask_isWhatTheSolverFindsInItsTexts(World world, int count) {
    for (int depth : ALL_DEPTHS) {
      TheoryKind kind = TheoryKind.of(List.of(depth)).in(world);
      new TheoryGenerator(kind, 3)
          .tasks(Split.TRAIN, count)
          .forEach(
              task -> {
                check(task, kind);
                assertThat(task.hops()).isEqualTo(depth);
                assertThat(task.labels()).isEqualTo(world.labels());
                assertThat(task.questions()).hasSize(1);
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void severalQuestions_areOfTheWantedDepths_withEqualLabels(World world) {
    TheoryKind kind = TheoryKind.of(List.of(0, 1, 2, 3)).in(world).withDepth(4);
    TheoryGenerator one = new TheoryGenerator(kind, 5);
    Map<String, Integer> labels = new HashMap<>();
    for (int index = 0; index < 300; index++) {
      ReasoningTask task = one.withQuestions(12).task(Split.TRAIN, index);
      check(task, kind);
      assertThat(task.questions()).hasSizeBetween(1, 12);
      assertThat(task.questions().get(0))
          .isEqualTo(one.task(Split.TRAIN, index).questions().get(0));
      Map<String, Long> ofTask =
          task.questions().stream()
              .collect(Collectors.groupingBy(Question::label, Collectors.counting()));
      long most = ofTask.values().stream().max(Long::compare).orElseThrow();
      kind.world()
          .labels()
          .forEach(
              label -> assertThat(ofTask.getOrDefault(label, 0L)).isGreaterThanOrEqualTo(most - 1));
      task.questions().forEach(question -> labels.merge(question.label(), 1, Integer::sum));
    }
    assertThat(labels.values().stream().mapToInt(count -> count).sum()).isGreaterThan(300 * 6);
  }

  @Test
  void settings_limitWordsAndSizes() {
    TheoryKind kind =
        TheoryKind.of(List.of(1, 2)).withFamilies(List.of(Family.ATT)).withSizes(2, 8);
    List<ReasoningTask> tasks = new TheoryGenerator(kind, 1).tasks(Split.TRAIN, 300).toList();

    for (ReasoningTask task : tasks) {
      assertThat(task.facts()).hasSizeLessThanOrEqualTo(8);
      assertThat(theory(task).facts().stream().map(Literal::subject).distinct().count())
          .isLessThanOrEqualTo(2);
      assertThat(texts(task)).noneMatch(text -> text.contains(" the ") || text.contains(" not "));
    }
    assertThat(tasks).filteredOn(task -> task.hops() == 1).hasSize(150);
  }

  @Test
  void depthFive_hasTheSizesOfProofWriter() {
    int count = 1200;
    TheoryKind kind = TheoryKind.of(ALL_DEPTHS);
    List<ReasoningTask> tasks = new TheoryGenerator(kind, 2).tasks(Split.TRAIN, count).toList();
    Map<String, Integer> families = new HashMap<>();
    Map<String, Integer> labels = new HashMap<>();
    Map<String, List<Theory>> theories = new HashMap<>();
    int things = 0;
    for (ReasoningTask task : tasks) {
      boolean relations = texts(task).get(0).startsWith("The ");
      boolean negations = texts(task).stream().anyMatch(text -> text.contains(" not "));
      String family = (relations ? "Rel" : "Att") + (negations ? "Neg" : "Noneg");
      families.merge(family, 1, Integer::sum);
      labels.merge(task.questions().get(0).label(), 1, Integer::sum);
      theories.computeIfAbsent(family, any -> new ArrayList<>()).add(theory(task));
      String all = String.join(" ", texts(task));
      boolean ofThings = all.matches(".*(something| things ).*");
      boolean ofPeople = all.matches(".*(someone| people ).*");
      assertThat(ofThings && ofPeople).as(all).isFalse();
      things += ofThings ? 1 : 0;
    }
    // 3 standard deviations of a share of a quarter, a third and a half
    assertThat(families.values()).hasSize(4).allMatch(n -> Math.abs(n - 300) < 60);
    assertThat(labels.values()).hasSize(3).allMatch(n -> Math.abs(n - 400) < 50);
    assertThat(things).isCloseTo(count / 2, within(60));
    Map<String, double[]> published =
        Map.of(
            "AttNoneg", new double[] {10.6, 8.1},
            "AttNeg", new double[] {8.8, 7.9},
            "RelNoneg", new double[] {11.8, 8.2},
            "RelNeg", new double[] {11.5, 8.2});
    theories.forEach(
        (family, members) -> {
          double[] means = published.getOrDefault(family, new double[0]);
          assertThat(members.stream().mapToInt(theory -> theory.facts().size()).average())
              .as("facts of " + family)
              .hasValueCloseTo(means[0], within(1.0));
          assertThat(members.stream().mapToInt(theory -> theory.rules().size()).average())
              .as("rules of " + family)
              .hasValueCloseTo(means[1], within(0.5));
        });
  }

  @Test
  void task_needsNoOtherTask_andDependsOnTheSeed() {
    TheoryKind kind = TheoryKind.of(List.of(1, 2, 3));
    TheoryGenerator generator = new TheoryGenerator(kind, 42).withQuestions(3);

    assertThat(generator.task(Split.VAL, 7))
        .isEqualTo(generator.tasks(Split.VAL, 8).skip(7).findFirst().orElseThrow())
        .isNotEqualTo(new TheoryGenerator(kind, 43).withQuestions(3).task(Split.VAL, 7));
    // pinned: generated data must stay the same in every version
    assertThat(String.join(" ", texts(generator.task(Split.TEST, 0))))
        .isEqualTo(
            "Anne is furry. Anne is nice. Charlie is cold. Charlie is green. Charlie is white."
                + " Erin is cold. Erin is furry. Erin is nice. Harry is green. Harry is nice."
                + " Harry is white. Harry is young. Round things are green. All furry, cold things"
                + " are round. If something is young then it is furry. If Erin is green then Erin"
                + " is young. If Erin is round then Erin is green. Furry, young things are nice."
                + " If something is nice and young then it is cold.");
  }

  @Test
  void splits_shareNoTheory_evenWithOtherSeedsAndSettings() {
    Map<String, Split> splitOf = new HashMap<>();
    for (int seed = 0; seed < 3; seed++) {
      for (TheoryKind kind :
          List.of(
              TheoryKind.of(List.of(1)).withFamilies(List.of(Family.ATT)).withSizes(1, 4),
              TheoryKind.of(List.of(0, 1)).withFamilies(List.of(Family.ATT)).withSizes(1, 4))) {
        for (Split split : Split.values()) {
          for (ReasoningTask task : new TheoryGenerator(kind, seed).tasks(split, 300).toList()) {
            String identity = theory(task).identity();
            assertThat(splitOf.merge(identity, split, (old, same) -> old)).isEqualTo(split);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void officialFile_readsBack(World world, @TempDir Path folder) throws IOException {
    TheoryKind kind = TheoryKind.of(List.of(3)).in(world);
    TheoryGenerator generator = new TheoryGenerator(kind, 9);
    Path file = folder.resolve("meta-dev.jsonl");
    try (RecordWriter writer = RecordWriter.open(file)) {
      for (int i = 0; i < 50; i++) {
        writer.write(generator.official(Split.VAL, i));
      }
      writer.commit();
    }

    List<ReasoningTask> tasks =
        Samples.read(
            TaskReader.of(DataFormat.PROOFWRITER, DatasetType.PROOFWRITER).withShortProofs(), file);

    assertThat(tasks).hasSizeBetween(50 * 11, 50 * 16);
    assertThat(tasks.stream().map(TheoryGeneratorTest::texts).distinct()).hasSize(50);
    for (ReasoningTask task : tasks) {
      Question question = task.questions().get(0);
      Closure closure = Objects.requireNonNull(Closure.of(theory(task), world));
      Literal statement = SentenceReader.statement(question.text());
      Explanation explanation = new Explainer(closure, kind.depth()).explain(statement);
      assertThat(task.labels()).isEqualTo(world.labels());
      assertThat(question.label()).isEqualTo(closure.label(statement));
      assertThat(task.hops()).isEqualTo(explanation.depth());
      if (explanation instanceof Explanation.Proof) {
        assertThat(question.relevant()).containsExactlyElementsOf(explanation.sentences());
      }
    }
    IntStream.range(0, 50)
        .mapToObj(i -> texts(generator.task(Split.VAL, i)))
        .forEach(texts -> assertThat(tasks).anyMatch(task -> texts(task).equals(texts)));
  }

  @Test
  void numbersOutOfRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TheoryKind.of(List.of(6)))
        .withMessage("hops ([6]) must be at least one number, each 0 to 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TheoryKind.of(List.of(2)).withDepth(1))
        .withMessage("depth (1) must be from 2, the largest of hops, to 5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TheoryKind.of(List.of(2)).withSizes(9, null))
        .withMessage("subjects (9) must be from 1 to 8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TheoryKind.of(List.of(2)).withSizes(null, 5))
        .withMessage("sentences (5) must be at least 6 for theories of depth 2");
  }

  /** A model knows the tokens of the lexicon, so it can be asked about all theories of the kind. */
  @Test
  void lexicon_hasEveryTokenOfDeeperTheories() {
    TheoryGenerator easy = new TheoryGenerator(TheoryKind.of(List.of(1)), 1);
    Vocabulary known = new VocabularyBuilder().add(easy.lexicon()).addFactNames(64).build();
    List<ReasoningTask> deep =
        new TheoryGenerator(TheoryKind.of(List.of(0, 3)), 2).tasks(Split.TEST, 200).toList();
    for (Method method : Method.values()) {
      TaskEncoder encoder = new TaskEncoder(Tokenizer.gpt2(), known, method, true);
      assertThat(encoder.encodeAll(deep, 3)).hasSize(200);
    }
  }
}
