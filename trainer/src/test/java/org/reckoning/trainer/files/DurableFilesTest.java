package org.reckoning.trainer.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
  private static final int FILES = 5000;

  @TempDir private Path parent;

  /** What another process would see is what is left if this one is killed. */
  @Test
  void deleteWhole_isSeenAsAllOrNothing() throws Exception {
    Path directory = Files.createDirectory(parent.resolve("step-000001"));
    for (int i = 0; i < FILES; i++) {
      Files.createFile(directory.resolve("file" + i));
    }
    Path first = directory.resolve("file0");
    Path last = directory.resolve("file" + (FILES - 1));

    CompletableFuture<Void> deletion =
        CompletableFuture.runAsync(
            () -> {
              try {
                DurableFiles.deleteWhole(directory);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    boolean isSeenInPart = false;
    while (!deletion.isDone()) {
      boolean anyIsMissing = Files.notExists(first) || Files.notExists(last);
      isSeenInPart |= anyIsMissing && Files.exists(directory);
    }
    deletion.get(1, TimeUnit.MINUTES);

    assertThat(isSeenInPart).isFalse();
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void deleteWhole_afterADeletionThatWasKilled_removesItsRestsToo() throws IOException {
    Path directory = Files.createDirectory(parent.resolve("step-000001"));
    Files.createFile(directory.resolve("state.json"));
    Path rest = Files.createDirectory(parent.resolve(".step-000001.deleted.tmp"));
    Files.createFile(rest.resolve("variables"));

    DurableFiles.deleteWhole(directory);

    assertThat(parent).isEmptyDirectory();
  }
}
