package org.reckoning.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.trainer.data.FactOrder.LoadOrder;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.formats.Samples;

class FactOrderTest {
  private static final ReasoningTask TASK = task("t");

  /** The capitals are relevant. */
  private static ReasoningTask task(String id) {
    return new ReasoningTask(
        id,
        DatasetType.PROOFWRITER,
        "aBcDefG".chars().mapToObj(c -> fact(Character.toString(c))).toList(),
        List.of(new Question("p", "yes", List.of(6, 1)), new Question("q", "none", List.of(3))),
        2,
        DatasetType.PROOFWRITER.labels());
  }

  private static Fact fact(String text) {
    return new Fact(text, Character.isUpperCase(text.charAt(0)));
  }

  private static String text(ReasoningTask task) {
    return task.facts().stream().map(Fact::text).collect(Collectors.joining());
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({"PRE, BDGacef", "POST, acefBDG", "NORM, aBcDefG"})
  void distractors_standWhereTheOrderSays(LoadOrder order, String expected) {
    assertThat(text(new FactOrder(order, null, 1).apply(TASK))).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(LoadOrder.class)
  void relevantFacts_areKeptAndStillNamedByTheirQuestions(LoadOrder order) {
    for (int distractors = 0; distractors < 6; distractors++) {
      ReasoningTask ordered = new FactOrder(order, distractors, 5).apply(TASK);
      assertThat(ordered.distractors()).isEqualTo(Math.min(distractors, 4));
      assertThat(ordered.facts()).doesNotHaveDuplicates().hasSize(3 + Math.min(distractors, 4));
      assertThat(Samples.needed(ordered)).containsExactly("G", "B");
      assertThat(ordered.questions().get(1).relevant()).containsExactly(text(ordered).indexOf('D'));
    }
  }

  @Test
  void inOrder_dependsOnSeedAndIdAlone() {
    FactOrder order = new FactOrder(LoadOrder.IN, null, 3);
    assertThat(order.apply(TASK)).isEqualTo(order.apply(task("t")));
    Set<String> orders =
        IntStream.range(0, 200)
            .mapToObj(i -> text(order.apply(task("t" + i))))
            .collect(Collectors.toSet());
    assertThat(orders).hasSizeGreaterThan(180);
    assertThat(text(new FactOrder(LoadOrder.IN, null, 4).apply(TASK)))
        .isNotEqualTo(text(order.apply(TASK)));
  }

  @Test
  void chosenDistractors_areTheSameInEveryOrder_andAnyOfThem() {
    for (int i = 0; i < 20; i++) {
      ReasoningTask task = task("t" + i);
      assertThat(new FactOrder(LoadOrder.IN, 2, 3).apply(task).facts())
          .containsExactlyInAnyOrderElementsOf(
              new FactOrder(LoadOrder.NORM, 2, 3).apply(task).facts());
    }
    assertThat(
            IntStream.range(0, 100)
                .mapToObj(i -> text(new FactOrder(LoadOrder.PRE, 2, 3).apply(task("t" + i))))
                .distinct())
        .as("choices of two of four")
        .hasSize(6);
  }

  /** Where what does not follow is false, a rule may need that a sentence does not follow. */
  @Test
  void limit_inAClosedWorld_isRefused_whereASentenceWouldBeLeftOut() {
    ReasoningTask closed =
        new ReasoningTask(
            "t",
            DatasetType.PROOFWRITER,
            TASK.facts(),
            List.of(new Question("p", "yes", List.of(6, 1))),
            2,
            List.of("yes", "no"));

    assertThat(closed.withDistractors(4, 1)).isEqualTo(closed);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> closed.withDistractors(3, 1))
        .withMessageStartingWith(
            "data.distractors (3) must be null for theories of a closed world");
  }

  @Test
  void negativeNumber_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FactOrder(LoadOrder.IN, -1, 0))
        .withMessage("distractors (-1) must be 0 or more");
  }
}
