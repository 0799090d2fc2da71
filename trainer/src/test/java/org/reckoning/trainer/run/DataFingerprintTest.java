package org.reckoning.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.tokens.FactSegments;

class DataFingerprintTest {
  @TempDir Path run;

  private static ReasoningTask task(String id, String fact, String label) {
    return new ReasoningTask(
        id,
        DatasetType.CLUTRR,
        List.of(new Fact(fact, true)),
        List.of(new Question("How are Tom and Alice related to each other ?", label, List.of(0))),
        2,
        List.of("mother", "father"));
  }

  private static Splits splits(ReasoningTask... train) {
    ReasoningTask other = task("other", "The mother of Ann is Eve", "mother");
    return new Splits(List.of(train), List.of(other), List.of(other));
  }

  private static final ReasoningTask TASK = task("a", "The mother of Tom is Alice", "mother");

  @Test
  void sameData_areTaken() throws IOException {
    DataFingerprint.requireSame(run, splits(TASK));
    DataFingerprint.requireSame(run, splits(task("a", "The mother of Tom is Alice", "mother")));
    assertThat(DataFingerprint.differenceOfTest(run, splits(TASK))).isEmpty();
  }

  @Test
  void otherNumber_isRefusedWithBoth() throws IOException {
    DataFingerprint.requireSame(run, splits(TASK));
    assertThatThrownBy(() -> DataFingerprint.requireSame(run, splits(TASK, TASK)))
        .hasMessage(
            "run '%s' must resume with the data that it began with, but these differ: train had 1 tasks and has 2; restore those data, or begin a new run",
            run);
  }

  @Test
  void otherTextOrLabel_isRefused() throws IOException {
    DataFingerprint.requireSame(run, splits(TASK));
    for (ReasoningTask other :
        List.of(
            task("a", "The mother of Tom is Alicia", "mother"),
            task("a", "The mother of Tom is Alice", "father"),
            task("b", "The mother of Tom is Alice", "mother"))) {
      assertThatThrownBy(() -> DataFingerprint.requireSame(run, splits(other)))
          .hasMessageContaining("train has 1 tasks as before, with changed texts");
    }
  }

  @Test
  void sameTextInPieces_isRefused() throws IOException {
    ReasoningTask task = task("a", "The mother of Tom is Alice. ".repeat(4), "mother");
    DataFingerprint.requireSame(run, splits(task));
    ReasoningTask cut = new FactSegments(24, 0).apply(task);
    assertThatThrownBy(() -> DataFingerprint.requireSame(run, splits(cut)))
        .hasMessageContaining("train has 1 tasks as before, with changed texts");
  }

  @Test
  void otherTest_isSaid() throws IOException {
    DataFingerprint.requireSame(run, splits(TASK));
    Splits others = new Splits(List.of(TASK), List.of(TASK), List.of(TASK, TASK));
    assertThat(DataFingerprint.differenceOfTest(run, others))
        .isEqualTo(
            "the test problems differ from those that the run began with: test had 1 tasks and has 2");
  }

  @Test
  void damagedFile_isRefusedByName() throws IOException {
    Path file = Files.writeString(run.resolve("data.json"), "{\"train\":null}");
    assertThatThrownBy(() -> DataFingerprint.requireSame(run, splits(TASK)))
        .hasMessageStartingWith("'%s' must be the fingerprint of a run's data".formatted(file))
        .hasMessageNotContaining("java");
  }
}
