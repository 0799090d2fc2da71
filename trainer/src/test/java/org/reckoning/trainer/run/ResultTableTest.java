package org.reckoning.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.evaluation.ConfidenceInterval;

class ResultTableTest {
  private static Results.Row row(int hops) {
    return new Results.Row(
        "reckoning",
        hops,
        50,
        Map.of("loss", 0.25, "acc_scored", 0.9, "acc_label", 0.88),
        new ConfidenceInterval(0.78, 0.96));
  }

  @Test
  void rows_showDepthZeroAndAnUnknownDepthApart() {
    assertThat(ResultTable.lines(List.of(row(0), row(ReasoningTask.UNKNOWN_HOPS))))
        .containsExactly(
            "method        hops problems   label right, scored (95 %)      generated       f1     loss",
            "reckoning        0       50    90.0 %  (78.0 to 96.0)            88.0 %        -    0.250",
            "reckoning        ?       50    90.0 %  (78.0 to 96.0)            88.0 %        -    0.250");
  }
}
