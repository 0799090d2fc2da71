package org.reckoning.integration.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program in several processes, which {@code mpirun} of Open MPI starts.
 *
 * @param directory for the output of the processes
 * @param environment variables to add
 */
record Ranks(Path directory, Map<String, String> environment) {
  /**
   * What is left of the processes.
   *
   * @param code exit code of {@code mpirun}
   */
  record Ended(int code, String out, String err, double seconds) {}

  /** A running {@code mpirun}. */
  record Running(Process process, Path out, Path err, long start) {
    Ended await() throws Exception {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("the end of mpirun").isTrue();
      return new Ended(
          process.exitValue(),
          Files.readString(out),
          Files.readString(err),
          (System.nanoTime() - start) / 1e9);
    }
  }

  /** Starts a program in processes that may use all cores, as one process may. */
  Running start(int processes, List<String> program) throws IOException {
    List<String> command = new ArrayList<>(List.of("mpirun", "--allow-run-as-root"));
    command.addAll(List.of("--oversubscribe", "--bind-to", "none", "-np", "" + processes));
    command.addAll(program);
    Path out = Files.createTempFile(directory, "mpirun", ".out");
    Path err = Files.createTempFile(directory, "mpirun", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new Running(builder.start(), out, err, System.nanoTime());
  }

  /** Runs a program to its end. */
  Ended run(int processes, List<String> program) throws Exception {
    return start(processes, program).await();
  }
}
