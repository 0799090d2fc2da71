package org.reckoning.trainer.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
  @TempDir Path directory;

  /** Takes the lock in a process of its own, says so, and waits to be ended. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      DirectoryLock lock = DirectoryLock.take(Path.of(args[0]), "run");
      System.out.println("taken");
      Thread.sleep(TimeUnit.MINUTES.toMillis(1));
      lock.close();
    }
  }

  @Test
  void take_whileAnotherProcessHasIt_isRefused_andGivenOnceThatIsKilled() throws Exception {
    Process holder = JavaProcess.start(Holder.class, directory);
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("taken");
      assertThatIOException()
          .isThrownBy(() -> DirectoryLock.take(directory, "run"))
          .withMessage(
              "run '%s' is already being trained: wait until that training ends, or stop it",
              directory);
    } finally {
      holder.destroyForcibly().waitFor();
    }
    DirectoryLock.take(directory, "run").close();
  }

  @Test
  void take_twiceInAProcess_isRefused_untilTheFirstIsClosed() throws IOException {
    Path run = directory.resolve("new");
    DirectoryLock lock = DirectoryLock.take(run, "run");
    assertThatIOException().isThrownBy(() -> DirectoryLock.take(run, "run"));
    lock.close();
    DirectoryLock.take(run, "run").close();
  }
}
