package org.reckoning.trainer.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.trainer.run.TrainingState;

class MetricsFileTest {
  private static final String STEP_1 =
      "{\"kind\":\"step\",\"step\":1,\"steps\":4,\"outer_loss\":0.5,\"inner_losses\":[2.0,1.5,1.0],"
          + "\"token_accuracy\":0.25,\"gradient_norm\":3.0,"
          + "\"rates_gradient_norm\":4.0,\"learning_rate\":0.001,\"seconds\":0.5,\"tokens\":600,"
          + "\"tasks\":32}";
  private static final String STEP_2 = STEP_1.replace("\"step\":1", "\"step\":2");
  private static final String EVALUATION_2 =
      "{\"kind\":\"evaluation\",\"step\":2,\"split\":\"val\",\"method\":\"reckoning\","
          + "\"metrics\":{\"exact_match\":0.75,\"acc_label\":0.875},\"left_out\":[],\"seconds\":1.5}";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void run_writesALineAStepAndEvaluation() throws IOException {
    run(0, 1, 2);
    assertThat(lines()).containsExactly(STEP_1, STEP_2, EVALUATION_2);
  }

  @Test
  void step_isInTheFileAtOnce() throws IOException {
    MetricsFile metrics = new MetricsFile(TrainingState.START);
    metrics.started(Reports.start(directory));
    metrics.stepped(Reports.step(1));
    assertThat(lines()).containsExactly(STEP_1);
    metrics.finished(Reports.end());
  }

  @Test
  void resume_dropsLinesBeyondTheCheckpoint() throws IOException {
    run(0, 1, 2, 3, 4);
    List<String> whole = lines();
    Files.writeString(
        directory.resolve(MetricsFile.NAME), "{\"kind\":\"st", StandardOpenOption.APPEND);
    run(2, 3, 4);
    assertThat(lines()).isEqualTo(whole);
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(1);
    }
  }

  /** A run may be saved after a step and before its validation, which is then made again. */
  @Test
  void resume_beforeAValidation_dropsItsLine() throws IOException {
    run(0, 1, 2);
    MetricsFile metrics = new MetricsFile(new TrainingState(2, 2, null, 0, 0, 0, 0));
    metrics.started(Reports.start(directory));
    assertThat(lines()).containsExactly(STEP_1, STEP_2);
    metrics.finished(Reports.end());
  }

  @Test
  void resume_whereAPowerCutLeftZeros_keepsTheWholeLines() throws IOException {
    run(0, 1, 2);
    Files.write(
        directory.resolve(MetricsFile.NAME),
        new byte[] {0, 0, 0, (byte) 0xFF, 0},
        StandardOpenOption.APPEND);
    run(2);
    assertThat(lines()).containsExactly(STEP_1, STEP_2, EVALUATION_2);
  }

  @Test
  void number_thatIsNotFinite_isAString() throws IOException {
    MetricsFile metrics = new MetricsFile(TrainingState.START);
    metrics.started(Reports.start(directory.resolve("new/run")));
    metrics.stepped(Reports.stepWithoutInnerLoop(1));
    metrics.finished(Reports.end());
    assertThat(directory.resolve("new/run/metrics.jsonl"))
        .content()
        .contains("\"outer_loss\":\"NaN\"", "\"rates_gradient_norm\":\"NaN\"");
  }

  @Test
  void step_beforeTheStart_fails() {
    assertThatIllegalStateException()
        .isThrownBy(() -> new MetricsFile(TrainingState.START).stepped(Reports.step(1)));
  }

  /** Makes steps, with an evaluation at step 2. */
  private void run(long resumedAt, long... steps) {
    MetricsFile metrics =
        new MetricsFile(new TrainingState(resumedAt, resumedAt, null, 0, 0, resumedAt, 0));
    metrics.started(Reports.start(directory));
    for (long step : steps) {
      metrics.stepped(Reports.step(step));
      if (step == 2) {
        metrics.evaluated(Reports.evaluation(step, "reckoning"));
      }
    }
    metrics.finished(Reports.end());
  }

  private List<String> lines() throws IOException {
    return Files.readAllLines(directory.resolve(MetricsFile.NAME));
  }
}
