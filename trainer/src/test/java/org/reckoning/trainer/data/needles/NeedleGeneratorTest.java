package org.reckoning.trainer.data.needles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.kinship.KinshipGenerator;
import org.reckoning.trainer.data.needles.NeedleGenerator.Part;
import org.reckoning.trainer.data.needles.NeedleGenerator.Text;
import org.reckoning.trainer.tokens.FactNames;
import org.reckoning.trainer.tokens.FactSegments;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.tokens.VocabularyBuilder;

class NeedleGeneratorTest {
  private static final KinshipGenerator KINSHIP =
      KinshipGenerator.of(List.of(2, 3), 1, 5).withQuestions(2);

  /** Returns texts of one length, with facts anywhere. */
  private static Text texts(int tokens, int passageTokens) {
    return new Text(tokens, false, passageTokens, Part.ALL);
  }

  private static int tokens(String text) {
    return Tokenizer.gpt2().encode(text).length;
  }

  private static String text(ReasoningTask task) {
    return task.facts().stream().map(Fact::text).collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource({"512, 56", "2048, 120", "32768, 248", "512, 0"})
  void text_hasTheWantedLength_inPassages_withEveryFactWhereTheRecordSays(int length, int passage) {
    NeedleGenerator generator = new NeedleGenerator(KINSHIP, 5, texts(length, passage));
    for (int index = 0; index < 4; index++) {
      ReasoningTask task = generator.task(Split.TEST, index);
      ReasoningTask problem = KINSHIP.task(Split.TEST, index);
      assertThat(tokens(text(task))).isBetween(length, length + 10);
      assertThat(task.facts())
          .allMatch(
              fact ->
                  passage == 0
                      ? fact.text().indexOf('.') == fact.text().length() - 1
                      : tokens(fact.text()) <= passage);
      assertThat(text(task)).contains(problem.facts().stream().map(Fact::text).toList());
      assertThat(task.questions()).hasSameSizeAs(problem.questions());
      for (int q = 0; q < task.questions().size(); q++) {
        List<String> needed =
            problem.questions().get(q).relevant().stream()
                .map(i -> problem.facts().get(i).text() + ".")
                .toList();
        String passages =
            task.questions().get(q).relevant().stream()
                .map(i -> task.facts().get(i).text())
                .collect(Collectors.joining(" "));
        assertThat(passages).contains(needed);
        assertThat(task.questions().get(q).relevant()).hasSizeLessThanOrEqualTo(needed.size());
        assertThat(task.questions().get(q).label()).isEqualTo(problem.questions().get(q).label());
      }
      FactSegments cut = new FactSegments(passage + FactSegments.PROMPT_TOKENS + 8, 0);
      assertThat(cut.apply(task).facts()).hasSameSizeAs(task.facts());
    }
  }

  @Test
  void places_areAllOverTheText_andDependOnSeedSplitAndIndexAlone() {
    NeedleGenerator generator = new NeedleGenerator(KINSHIP, 5, texts(512, 56));
    Set<Integer> places = new TreeSet<>();
    generator
        .tasks(Split.TRAIN, 100)
        .forEach(task -> places.addAll(task.questions().get(0).relevant()));
    assertThat(places).contains(0, 4, 9);
    assertThat(new NeedleGenerator(KINSHIP, 5, texts(512, 56)).task(Split.TRAIN, 70))
        .isEqualTo(generator.task(Split.TRAIN, 70));
    assertThat(new NeedleGenerator(KINSHIP, 6, texts(512, 56)).task(Split.TRAIN, 70))
        .isNotEqualTo(generator.task(Split.TRAIN, 70));
  }

  @ParameterizedTest
  @CsvSource({"BEGINNING, 0, 0.34", "MIDDLE, 0.32, 0.68", "END, 0.66, 1", "ALL, 0, 1"})
  void facts_areInTheirPartOfTheText(Part part, double from, double to) {
    NeedleGenerator generator = new NeedleGenerator(KINSHIP, 5, new Text(2048, false, 0, part));
    for (int index = 0; index < 20; index++) {
      ReasoningTask task = generator.task(Split.TEST, index);
      int sentences = task.facts().size();
      assertThat(task.questions())
          .allSatisfy(
              question ->
                  assertThat(question.relevant())
                      .allMatch(i -> i >= from * sentences && i < to * sentences));
    }
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void facts_areAllInTheText_evenIfTheyDoNotFitIntoTheirPart(Part part) {
    KinshipGenerator many = KinshipGenerator.of(List.of(3), 8, 5);
    ReasoningTask problem = many.task(Split.TEST, 0);
    ReasoningTask task =
        new NeedleGenerator(many, 5, new Text(64, false, 24, part)).task(Split.TEST, 0);

    assertThat(text(task)).contains(problem.facts().stream().map(Fact::text).toList());
  }

  @Test
  void variedLength_isDrawnForEachTask() {
    NeedleGenerator generator =
        new NeedleGenerator(KINSHIP, 5, new Text(1024, true, 120, Part.ALL));
    List<Integer> lengths =
        generator.tasks(Split.TRAIN, 40).map(task -> tokens(text(task))).sorted().toList();

    assertThat(lengths.get(0)).isBetween(64, 200);
    assertThat(lengths.get(39)).isBetween(880, 1034);
  }

  @Test
  void lexicon_hasEveryTokenOfLongerTexts() {
    Vocabulary known =
        new VocabularyBuilder()
            .add(new NeedleGenerator(KINSHIP, 5, texts(512, 56)).lexicon())
            .addFactNames(64)
            .build();
    TaskEncoder encoder = new TaskEncoder(Tokenizer.gpt2(), known, Method.RECKONING, true);
    List<ReasoningTask> longer =
        new NeedleGenerator(KINSHIP, 9, texts(4096, 100)).tasks(Split.VAL, 10).toList();
    assertThat(encoder.encodeAll(longer, 1)).hasSize(10);
    assertThat(Arrays.stream(Tokenizer.gpt2().encode(FactNames.NUMBERED.prompt(63))))
        .allMatch(known::contains);
    assertThat(longer.get(0).type()).isEqualTo(DatasetType.CLUTRR);
  }
}
