package org.reckoning.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.trainer.tensorboard.EventFileReader;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.Summary;

class TensorBoardListenerTest {
  private static final double[] RATES = {0.1, 0.2};

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void run_writesTheTagsOfEachKind() throws IOException {
    TensorBoardListener listener = listener(0);
    listener.started(Reports.start(directory));
    listener.stepped(Reports.step(1));
    listener.stepped(Reports.step(2)); // with rates
    listener.evaluated(Reports.evaluation(2, "reckoning"));
    listener.evaluated(Reports.evaluation(2, "in_context"));
    listener.finished(Reports.end());

    List<String> step =
        List.of(
            "outer/loss",
            "outer/token_accuracy",
            "outer/gradient_norm",
            "outer/learning_rate",
            "inner/loss_first",
            "inner/loss_last",
            "inner/rates_gradient_norm",
            "perf/step_seconds",
            "perf/tokens_per_second",
            "perf/tasks_per_second");
    List<String> expected = new ArrayList<>();
    expected.addAll(List.of("_hparams_/session_start_info", "run/configuration", "run/summary"));
    expected.addAll(step);
    expected.addAll(step);
    expected.add("inner_rates/step_0");
    expected.addAll(List.of("eval/val/exact_match", "eval/val/acc_label", "perf/eval_val_seconds"));
    expected.addAll(
        List.of(
            "eval/val/in_context/exact_match",
            "eval/val/in_context/acc_label",
            "perf/eval_val_seconds"));
    expected.add("_hparams_/session_end_info");
    List<Summary.Value> values = values("tensorboard");
    assertThat(values).extracting(Summary.Value::getTag).isEqualTo(expected);
    assertThat(scalar(values, "outer/loss")).isEqualTo(0.5f);
    assertThat(scalar(values, "inner/loss_first")).isEqualTo(2);
    assertThat(scalar(values, "inner/loss_last")).isEqualTo(1);
    assertThat(scalar(values, "perf/tokens_per_second")).isEqualTo(1200);
    assertThat(scalar(values, "perf/tasks_per_second")).isEqualTo(64);
    assertThat(scalar(values, "eval/val/acc_label")).isEqualTo(0.875f);
    assertThat(value(values, "run/configuration").getTensor().getStringVal(0).toStringUtf8())
        .isEqualTo(
            """
            | key | value |
            | --- | --- |
            | seed | 42 |
            | model.preset | "a\\|b" |
            """);
  }

  @Test
  void stepWithoutInnerLoop_writesNoInnerTags() throws IOException {
    TensorBoardListener listener = listener(0);
    listener.started(Reports.start(directory));
    listener.stepped(Reports.stepWithoutInnerLoop(1));
    listener.finished(Reports.end());
    assertThat(values("tensorboard"))
        .extracting(Summary.Value::getTag)
        .contains("outer/loss")
        .noneMatch(tag -> tag.startsWith("inner"));
  }

  @Test
  void step_isInTheFileAtOnce() throws IOException {
    TensorBoardListener listener = listener(0);
    listener.started(Reports.start(directory));
    listener.stepped(Reports.step(1));
    assertThat(values("tensorboard")).extracting(Summary.Value::getTag).contains("outer/loss");
    listener.finished(Reports.end());
  }

  @Test
  void resumedRun_writesIntoASubRun() throws IOException {
    for (long resumedAt : new long[] {0, 1, 1}) {
      TensorBoardListener listener = listener(resumedAt);
      listener.started(Reports.start(directory));
      listener.stepped(Reports.step(resumedAt + 1));
      listener.finished(Reports.end());
    }
    for (String name : List.of("", "/resumed_000001", "/resumed_000001_2")) {
      Path file = EventFileReader.onlyFile(directory.resolve("tensorboard" + name));
      long lastStep =
          EventFileReader.read(file).stream().mapToLong(Event::getStep).max().orElseThrow();
      assertThat(lastStep).as(name).isEqualTo(name.isEmpty() ? 1 : 2);
    }
  }

  private static TensorBoardListener listener(long resumedAt) throws IOException {
    JsonNode configuration =
        new ObjectMapper().readTree("{\"seed\": 42, \"model\": {\"preset\": \"a|b\"}}");
    return new TensorBoardListener(resumedAt, configuration, () -> Map.of("step_0", RATES), 2);
  }

  private List<Summary.Value> values(String name) throws IOException {
    return EventFileReader.values(EventFileReader.onlyFile(directory.resolve(name)));
  }

  private static Summary.Value value(List<Summary.Value> values, String tag) {
    return values.stream().filter(each -> each.getTag().equals(tag)).findFirst().orElseThrow();
  }

  private static float scalar(List<Summary.Value> values, String tag) {
    return value(values, tag).getTensor().getFloatVal(0);
  }
}
