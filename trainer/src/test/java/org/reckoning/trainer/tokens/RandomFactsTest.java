package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

class RandomFactsTest {
  /** Task i has the facts i, i + 1 and i + 2, so that neighbours share some. */
  private static List<ReasoningTask> split(int tasks) {
    return IntStream.range(0, tasks)
        .mapToObj(
            i ->
                new ReasoningTask(
                    "task-" + i,
                    DatasetType.FOLIO,
                    IntStream.range(i, i + 3).mapToObj(n -> new Fact("fact " + n, true)).toList(),
                    List.of(new Question("q", "yes", List.of(0))),
                    1,
                    DatasetType.FOLIO.labels()))
        .toList();
  }

  @Test
  void draw_givesAsManyFactsOfOtherTasks_noneTwice() {
    List<ReasoningTask> split = split(4);
    RandomFacts others = new RandomFacts(split, 7);
    for (ReasoningTask task : split) {
      List<Fact> drawn = others.draw(task);
      assertThat(drawn).hasSize(3).doesNotHaveDuplicates();
      assertThat(drawn).noneMatch(fact -> task.facts().contains(new Fact(fact.text(), true)));
      assertThat(drawn).noneMatch(Fact::relevant);
    }
  }

  @Test
  void draw_dependsOnSeedAndTaskAlone() {
    List<ReasoningTask> split = split(50);
    ReasoningTask task = split.get(3);
    RandomFacts others = new RandomFacts(split, 7);
    List<Fact> first = others.draw(task);
    others.draw(split.get(9));
    assertThat(others.draw(task)).isEqualTo(first);
    assertThat(new RandomFacts(split, 8).draw(task)).isNotEqualTo(first);
  }

  @Test
  void draw_ofIdsThatJavaHashesAlike_differs() {
    assertThat("BB".hashCode()).isEqualTo("Aa".hashCode());
    RandomFacts others = new RandomFacts(split(50), 7);
    assertThat(others.draw(named("BB"))).isNotEqualTo(others.draw(named("Aa")));
  }

  private static ReasoningTask named(String id) {
    ReasoningTask task = split(1).get(0);
    return new ReasoningTask(
        id, task.type(), task.facts(), task.questions(), task.hops(), task.labels());
  }

  @Test
  void draw_tooFewOthers_isAnError() {
    List<ReasoningTask> split = split(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RandomFacts(split, 7).draw(split.get(0)))
        .withMessage(
            "task 'task-0' needs 3 facts of other tasks but its split has only 2; use more tasks"
                + " for method random_facts");
  }
}
