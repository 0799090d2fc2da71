package org.reckoning.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
  @TempDir Path directory;

  /** Takes the lock in a process of its own, says so, and waits to be ended. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      RunLock lock = RunLock.take(Path.of(args[0]));
      System.out.println("taken");
      Thread.sleep(TimeUnit.MINUTES.toMillis(1));
      lock.close();
    }
  }

  @Test
  void take_whileAnotherProcessHasIt_isRefused_andGivenOnceThatIsKilled() throws Exception {
    Process holder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Holder.class.getName(),
                    directory.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("taken");
      assertThatIOException()
          .isThrownBy(() -> RunLock.take(directory))
          .withMessage(
              "run '%s' is already being trained: wait until that training ends, or stop it",
              directory);
    } finally {
      holder.destroyForcibly().waitFor();
    }
    RunLock.take(directory).close();
  }

  @Test
  void take_twiceInAProcess_isRefused_untilTheFirstIsClosed() throws IOException {
    Path run = directory.resolve("new");
    RunLock lock = RunLock.take(run);
    assertThatIOException().isThrownBy(() -> RunLock.take(run));
    lock.close();
    RunLock.take(run).close();
  }
}
