package org.reckoning.trainer.progress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.reckoning.trainer.evaluation.Prediction;
import org.reckoning.trainer.tensorboard.EventFileReader;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.Summary;

/** Isolated: tests beside it would have the digits of its other locale in their messages. */
@Isolated
class TensorBoardListenerTest {
  private static final LearnedRates RATES =
      new LearnedRates(
          List.of("wte.weight", "wpe.weight"), new double[][] {{0.1, 0.3}, {0.2, 0.4}});
  private static final GraphDef GRAPH =
      GraphDef.newBuilder().addNode(NodeDef.newBuilder().setName("inner_0")).build();

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
            "inner_loss/step_0",
            "inner_loss/step_1",
            "inner_loss/step_2",
            "inner/rates_gradient_norm",
            "perf/step_seconds",
            "perf/tokens_per_second",
            "perf/tasks_per_second");
    List<String> expected = new ArrayList<>();
    expected.addAll(
        List.of(
            "_hparams_/session_start_info",
            "custom_scalars__config__",
            "run/configuration",
            "run/summary"));
    expected.addAll(step);
    expected.addAll(step);
    expected.addAll(
        List.of("inner_rates/step_0", "inner_rates/step_1", "inner_rates/by_tensor_and_step"));
    expected.addAll(List.of("eval/val/exact_match", "eval/val/acc_label", "perf/eval_val_seconds"));
    expected.addAll(List.of("eval/val/exact_match", "eval/val/acc_label", "perf/eval_val_seconds"));
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
            ```yaml
            seed: 42
            model:
              preset: "a|b"
            ```""");
    assertThat(scalar(values, "inner_loss/step_1")).isEqualTo(1.5f);
    assertThat(value(values, "inner_rates/step_1").getTensor().getDoubleValList())
        .startsWith(0.3)
        .contains(0.4);
  }

  @Test
  void run_hasTheGraph() throws IOException {
    listener(0).started(Reports.start(directory));

    List<Event> events =
        EventFileReader.read(EventFileReader.onlyFile(directory.resolve("tensorboard")));
    assertThat(events)
        .filteredOn(Event::hasGraphDef)
        .singleElement()
        .satisfies(event -> assertThat(GraphDef.parseFrom(event.getGraphDef())).isEqualTo(GRAPH));
  }

  @Test
  void evaluation_afterTheEnd_isInTheFile_withItsPredictions() throws IOException {
    try (TensorBoardListener listener = listener(0)) {
      listener.started(Reports.start(directory));
      listener.finished(Reports.end());
      Prediction wrong =
          new Prediction(
              "a-1",
              2,
              "How are A|B and C\nrelated ?",
              "aunt",
              "niece",
              Map.of("aunt", 0.25, "niece", 0.75),
              1.5,
              2.0,
              0.5,
              "aunt",
              null,
              null);
      listener.evaluated(
          new EvaluationReport(
              4, "test", "reckoning", Map.of("loss", 1.5), List.of(), 1, List.of(wrong)));
    }
    List<Summary.Value> values = values("tensorboard");
    assertThat(scalar(values, "eval/test/loss")).isEqualTo(1.5f);
    assertThat(value(values, "predictions/test").getTensor().getStringVal(0).toStringUtf8())
        .isEqualTo(
            """
            | question | label | scored | generated | loss | loss of the facts |
            | --- | --- | --- | --- | --- | --- |
            | How are A\\|B and C / related ? | aunt | niece, wrong |  | 1.500 | 2.000 to 0.500 |
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

  @Test
  void resumedRun_inALocaleWithOtherDigits_hasTheSameName() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      for (long resumedAt : new long[] {0, 1}) {
        TensorBoardListener listener = listener(resumedAt);
        listener.started(Reports.start(directory));
        listener.finished(Reports.end());
      }
    } finally {
      Locale.setDefault(before);
    }
    assertThat(directory.resolve("tensorboard/resumed_000001")).isDirectory();
  }

  private static TensorBoardListener listener(long resumedAt) throws IOException {
    JsonNode configuration =
        new ObjectMapper().readTree("{\"seed\": 42, \"model\": {\"preset\": \"a|b\"}}");
    return new TensorBoardListener(resumedAt, configuration, () -> GRAPH, () -> RATES, 2);
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
