package org.reckoning.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.ReasoningTask;

class SplitLoaderTest {
  /** The shuffled order of facts, the default, would move them elsewhere. */
  @ParameterizedTest
  @CsvSource({"beginning, 0, 0.4", "middle, 0.3, 0.7", "end, 0.6, 1"})
  void needles_inAPartOfTheText_areThereInTheLoadedTasks(String part, double from, double to)
      throws IOException {
    ObjectNode tree = DefaultRun.tree();
    ObjectNode data = tree.withObjectProperty("data");
    data.put("source", "needles").put("needles_part", part).put("context_tokens", 512);
    data.put("segment_tokens", 24).put("distractors", 0);
    data.put("train_tasks", 20).put("val_tasks", 1).put("test_tasks", 1);
    RunConfig config = RunConfig.of(tree);

    Splits splits = new SplitLoader(config.data(), config.seed(), line -> {}).load();

    for (ReasoningTask task : splits.train()) {
      int passages = task.facts().size();
      assertThat(passages).isGreaterThan(20);
      assertThat(
              IntStream.range(0, passages)
                  .filter(i -> task.facts().get(i).relevant())
                  .mapToDouble(i -> (double) i / (passages - 1)))
          .isNotEmpty()
          .allMatch(place -> place >= from && place <= to);
    }
  }
}
