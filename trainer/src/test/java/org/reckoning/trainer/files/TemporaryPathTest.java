package org.reckoning.trainer.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TemporaryPathTest {
  @TempDir Path directory;

  @Test
  void close_removesTheContent_andWhatWasMovedAwayStays() throws IOException {
    Path moved = directory.resolve("moved");
    try (TemporaryPath temporary = TemporaryPath.directoryIn(directory, "t")) {
      Files.writeString(temporary.path().resolve("a"), "a");
      Files.move(Files.writeString(temporary.path().resolve("b"), "b"), moved);
    }
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(moved));

    TemporaryPath file = TemporaryPath.file(".out");
    assertThat(file.path()).isEmptyFile();
    file.close();
    file.close();
    assertThat(file.path()).doesNotExist();
  }

  /** Starts a process that keeps writing into a directory, says so, and waits to be ended. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      try (TemporaryPath temporary = TemporaryPath.directoryIn(Path.of(args[0]), "t")) {
        String loop = "trap 'sleep 1; mkdir -p \"$0\"; : > \"$0/late\"; exit' TERM; : > \"$0/a\"; ";
        Process writer =
            new ProcessBuilder(
                    "sh", "-c", loop + "while :; do sleep 0.1; done", "" + temporary.path())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(writer::destroy));
        while (!Files.exists(temporary.path().resolve("a"))) {
          Thread.sleep(20);
        }
        System.out.println("begun");
        Thread.sleep(TimeUnit.MINUTES.toMillis(1));
      }
    }
  }

  /** As by Ctrl-C. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void signal_thatEndsTheProcess_removesWhatAChildWroteLast() throws Exception {
    Process holder = JavaProcess.start(Holder.class, directory);
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("begun");
      assertThat(directory).isNotEmptyDirectory();

      holder.destroy();

      assertThat(holder.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(directory).isEmptyDirectory();
    } finally {
      holder.destroyForcibly().waitFor();
    }
  }
}
