package org.reckoning.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.JsonRecord;

/** Tests with forged checkpoints; TrainingRunTest has those of real runs. */
class CheckpointsTest {
  @TempDir Path directory;
  private Path checkpoint = Path.of("");

  @BeforeEach
  void write() throws IOException {
    checkpoint = Files.createDirectory(directory.resolve("step-000003"));
    Files.writeString(checkpoint.resolve("variables.index"), "index");
    JsonRecord.write(checkpoint.resolve("state.json"), new TrainingState(3, 6, 0.5, 2, 0, 2, 1.5));
    Checksums.write(checkpoint);
  }

  @Test
  void verify_ofAWholeCheckpoint_returnsItsState() throws IOException {
    assertThat(Checkpoints.verify(checkpoint))
        .isEqualTo(new TrainingState(3, 6, 0.5, 2, 0, 2, 1.5));
  }

  @Test
  void verify_withAFileEmptyMissingOrToo_saysWhich() throws IOException {
    Path more = Files.writeString(checkpoint.resolve("more"), "");
    assertThatThrownBy(() -> Checkpoints.verify(checkpoint))
        .hasMessageContaining("checksum for more");
    Files.delete(more);
    Files.writeString(checkpoint.resolve("variables.index"), "");
    assertThatThrownBy(() -> Checkpoints.verify(checkpoint))
        .hasMessageContaining("variables.index' is damaged");
    Files.delete(checkpoint.resolve("variables.index"));
    assertThatThrownBy(() -> Checkpoints.verify(checkpoint))
        .hasMessageContaining("variables.index' is missing");
    Files.writeString(checkpoint.resolve("SHA256SUMS"), "");
    assertThatThrownBy(() -> Checkpoints.verify(checkpoint))
        .hasMessageContaining("no checksum for");
  }

  private static void whole(Path checkpoint, long step) throws IOException {
    Files.createDirectories(checkpoint);
    JsonRecord.write(
        checkpoint.resolve("state.json"), new TrainingState(step, step, 0.5, step, 0, step, 1));
    Checksums.write(checkpoint);
  }

  @Test
  void best_thatIsDamaged_isThatOfTheSameStep() throws IOException {
    Path best = directory.resolve("checkpoints/best-000002");
    Path same = directory.resolve("checkpoints/step-000002");
    whole(best, 2);
    whole(same, 2);
    whole(directory.resolve("checkpoints/step-000003"), 3);
    Checkpoints checkpoints = new Checkpoints(directory, 3);
    assertThat(checkpoints.best()).contains(best);

    Files.write(best.resolve("state.json"), new byte[0]);
    assertThat(checkpoints.best()).contains(same);

    Files.write(same.resolve("state.json"), new byte[0]);
    assertThatThrownBy(checkpoints::best).hasMessageContaining("step-000002' cannot be read");
    DurableFiles.deleteTree(same);
    assertThatThrownBy(checkpoints::best)
        .hasMessageContaining("best-000002' cannot be read")
        .hasMessageContaining("; restore a copy of it, or remove it");
  }

  @Test
  void best_thatIsABrokenLink_isNamed() throws IOException {
    Path best = directory.resolve("checkpoints/best-000002");
    Files.createDirectories(best.getParent());
    Files.createSymbolicLink(best, directory.resolve("elsewhere"));
    Checkpoints checkpoints = new Checkpoints(directory, 3);

    assertThatThrownBy(checkpoints::best)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("best-000002' cannot be read");
  }

  @Test
  void readBest_ofACheckpointThatWasDeleted_readsTheNextOne() throws IOException {
    Path former = directory.resolve("checkpoints/best-000002");
    Path next = directory.resolve("checkpoints/best-000003");
    whole(former, 2);
    Checkpoints checkpoints = new Checkpoints(directory, 3);
    Path chosen = checkpoints.best().orElseThrow();
    whole(next, 3);
    DurableFiles.deleteTree(former);

    assertThat(checkpoints.readBest(chosen, Checkpoints::state).step()).isEqualTo(3);

    Files.write(next.resolve("state.json"), new byte[0]);
    assertThatThrownBy(() -> checkpoints.readBest(next, Checkpoints::state))
        .hasMessageContaining("best-000003");
  }

  @Test
  void newestStep_isThatOfABestCheckpoint_ifThereIsNoNewerOne() throws IOException {
    Checkpoints checkpoints = new Checkpoints(directory, 3);
    assertThat(checkpoints.newestStep()).isEmpty();
    whole(directory.resolve("checkpoints/best-000002"), 2);
    assertThat(checkpoints.newestStep()).hasValue(2);
    whole(directory.resolve("checkpoints/step-000001"), 1);
    assertThat(checkpoints.newestStep()).hasValue(2);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|key 'step' is missing",
        "{\"step\":null,\"position\":12}|key 'step'",
        "[]|it is not a JSON object",
        "''|it is empty",
        "{\"step\"|it is not JSON at line 1",
        "{\"step\":3,\"position\":6,\"best\":null,\"best_step\":0,\"validations_since_best\":0,\"validated_step\":0,\"seconds\":1,\"more\":1}|key 'more' is unknown",
        "{\"step\":3,\"position\":6,\"best\":null,\"best_step\":0,\"validations_since_best\":0,\"validated_step\":0,\"seconds\":1} x|not JSON",
        "{\"step\":3,\"step\":3,\"position\":6,\"best\":null,\"best_step\":0,\"validations_since_best\":0,\"validated_step\":0,\"seconds\":1}|a key is repeated at line 1, column 17",
        "{\"step\":3.5,\"position\":6,\"best\":null,\"best_step\":0,\"validations_since_best\":0,\"validated_step\":0,\"seconds\":1}|key 'step'",
        "{\"step\":\"3\",\"position\":6,\"best\":null,\"best_step\":0,\"validations_since_best\":0,\"validated_step\":0,\"seconds\":1}|key 'step'",
        "{\"step\":3,\"position\":2,\"best\":null,\"best_step\":0,\"validations_since_best\":0,\"validated_step\":0,\"seconds\":1}|position (2)",
        "{\"step\":3,\"position\":6,\"best\":\"NaN\",\"best_step\":0,\"validations_since_best\":0,\"validated_step\":0,\"seconds\":1}|best",
        "{\"step\":3,\"position\":6,\"best\":1,\"best_step\":4,\"validations_since_best\":0,\"validated_step\":3,\"seconds\":1}|best_step (4)",
        "{\"step\":3,\"position\":6,\"best\":1,\"best_step\":3,\"validations_since_best\":-1,\"validated_step\":3,\"seconds\":1}|validations_since_best (-1)",
        "{\"step\":3,\"position\":6,\"best\":1,\"best_step\":3,\"validations_since_best\":0,\"validated_step\":3,\"seconds\":-1}|seconds (-1.0)",
        "{\"step\":4,\"position\":6,\"best\":1,\"best_step\":3,\"validations_since_best\":0,\"validated_step\":3,\"seconds\":1}|must have the step of its directory's name, but has step 4"
      })
  void state_thatCannotBe_isRefused(String json, String reason) throws IOException {
    Path file = Files.writeString(checkpoint.resolve("state.json"), json);
    assertThatThrownBy(() -> Checkpoints.state(checkpoint))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'" + file + "'")
        .hasMessageContaining(reason)
        .hasMessageNotContainingAny("java", "Exception", "jackson");
  }

  @Test
  void state_ofAnOlderProgram_isValidatedWhereItWasSaved() throws IOException {
    Files.writeString(
        checkpoint.resolve("state.json"),
        "{\"step\":3,\"position\":6,\"best\":1.0,\"best_step\":3,\"validations_since_best\":0,\"seconds\":1.0}");
    assertThat(Checkpoints.state(checkpoint)).isEqualTo(new TrainingState(3, 6, 1.0, 3, 0, 3, 1.0));
  }
}
