package org.reckoning.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.trainer.progress.ConsoleStyle;

class ChildProcessesTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  /** Prints whether its standard error is a terminal. */
  static final class Probe {
    private Probe() {}

    public static void main(String[] args) {
      System.out.println(System.getProperty(ConsoleStyle.TERMINAL));
    }
  }

  /** Else it would write escape codes into the file. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void command_whoseOutputIsAFile_hasNoTerminal() throws IOException {
    Path log = directory.resolve("log");

    assertThat(new ChildProcesses(Probe.class.getName()).run(List.of(), log)).isZero();

    assertThat(log).hasContent("false");
  }
}
