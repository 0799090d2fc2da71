package org.reckoning.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RandomFactsTest {
  private static ReasoningTask task(String id, String... facts) {
    return new ReasoningTask(
        id,
        DatasetType.PROOFWRITER,
        Stream.of(facts).map(text -> new Fact(text, true)).toList(),
        List.of(new Question("q", "yes", List.of(0))),
        1,
        List.of("yes", "no"));
  }

  @Test
  void task_getsAsManyFactsOfOthers_andNoneOfItsOwn() {
    List<ReasoningTask> split = KinshipGenerator.of(List.of(2), 3, 1).tasks(Split.VAL, 50).toList();
    RandomFacts random = new RandomFacts(split, 9);
    for (ReasoningTask task : split) {
      ReasoningTask other = random.apply(task);
      assertThat(other.facts()).hasSize(5).doesNotHaveDuplicates().noneMatch(Fact::relevant);
      assertThat(other.facts())
          .extracting(Fact::text)
          .doesNotContainAnyElementsOf(task.facts().stream().map(Fact::text).toList());
      assertThat(other.questions().get(0).label()).isEqualTo(task.questions().get(0).label());
      assertThat(other.questions().get(0).relevant()).isEmpty();
      assertThat(random.apply(task)).isEqualTo(other);
    }
  }

  @Test
  void rareFacts_areFound() {
    ReasoningTask task = task("t", "a", "b");
    Stream<ReasoningTask> same = Stream.generate(() -> task("o", "a", "b")).limit(5_000);
    List<ReasoningTask> split = Stream.concat(same, Stream.of(task("u", "x", "y"))).toList();
    assertThat(new RandomFacts(split, 0).apply(task).facts())
        .extracting(Fact::text)
        .containsExactlyInAnyOrder("x", "y");
  }

  @Test
  void splitWithTooFewFacts_isExplained() {
    ReasoningTask task = task("t", "a", "b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RandomFacts(List.of(task, task("u", "b", "c")), 0).apply(task))
        .withMessage(
            "random_facts needs 2 facts of other tasks than 't' but the split has 1; use more"
                + " tasks");
  }
}
