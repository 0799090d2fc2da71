package org.reckoning.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

class DataStatisticsTest {
  @Test
  void lines_countTasksLabelsHopsFactsAndWords() {
    DataStatistics statistics = new DataStatistics();
    List<Fact> facts =
        List.of(new Fact("a b c", true), new Fact("d", true), new Fact("e  f", false));
    for (int hops : new int[] {ReasoningTask.UNKNOWN_HOPS, 0, 0}) {
      statistics.accept(
          new ReasoningTask(
              "t" + hops,
              DatasetType.PROOFWRITER,
              hops < 0 ? facts.subList(0, 1) : facts,
              List.of(
                  new Question("is it so", "yes", List.of(0)),
                  new Question("no", "none", List.of())),
              hops,
              DatasetType.PROOFWRITER.labels()));
    }
    assertThat(statistics.lines())
        .containsExactly(
            "tasks                         3",
            "questions                     6 (relevant facts unknown: 3)",
            "labels                        none: 3, yes: 3",
            "hops                          ?: 1, 0: 2",
            "questions of a task           2.0 on average, 2 to 2",
            "facts of a task               2.3 on average, 1 to 3",
            "distractors of a task         0.7 on average, 0 to 1",
            "relevant facts of a question  1.0 on average, 1 to 1",
            "words of a fact               2.1 on average, 1 to 3",
            "words of a question           2.0 on average, 1 to 3");
  }

  @Test
  void lines_ofNoTask_haveNoAverages() {
    assertThat(new DataStatistics().lines())
        .contains("tasks                         0", "facts of a task               -");
  }

  @Test
  void lines_ofManyLabels_listTheMostFrequent() {
    DataStatistics statistics = new DataStatistics();
    for (int i = 0; i < 30; i++) {
      String label = "%02d".formatted(Math.min(i, 24)); // 24 six times
      statistics.accept(
          new ReasoningTask(
              "t" + i,
              DatasetType.QUESTION,
              List.of(new Fact("a", true)),
              List.of(new Question("q", label, List.of(0))),
              1,
              List.of(label)));
    }
    assertThat(statistics.lines().get(2))
        .startsWith("labels                        24: 6, 00: 1, 01: 1, ")
        .endsWith(", 18: 1, and 5 more");
  }
}
