package org.reckoning.integration.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the binding of MPI in three processes. It needs {@code mpirun} of Open MPI. */
class MpiIT {
  /** {@code mpirun java} would change words of the command line. */
  private static final String SCRIPT =
      """
      #!/bin/sh
      export UCX_ERROR_SIGNALS=""
      exec '%s/bin/java' -Xmx64m -cp '%s' %s "$@"
      """;

  @TempDir Path directory;
  private String program = "";

  @BeforeEach
  void writeProgram() throws Exception {
    Path script = directory.resolve("peers");
    Files.writeString(
        script,
        SCRIPT.formatted(
            System.getProperty("java.home"),
            System.getProperty("java.class.path"),
            PeersMain.class.getName()));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    program = script.toString();
  }

  @Test
  void peers_thatExchangeGatherAndBroadcast_receiveTheBytesOfTheContract() throws Exception {
    Ranks.Ended ended = ranks(Map.of()).run(3, List.of(program, "exchange"));

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .hasSize(3)
        .allMatch(line -> line.matches("rank [0-2] of 3 has all bytes, Open MPI [0-9.]+"));
  }

  @Test
  void peers_ofWhichOneFails_allEndWithItsStatus() throws Exception {
    Ranks.Ended ended = ranks(Map.of()).run(3, List.of(program, "abort"));

    assertThat(ended.code()).isEqualTo(7);
    assertThat(ended.err()).containsOnlyOnce("rank 1 fails");
    assertThat(ended.seconds()).isLessThan(30);
  }

  @Test
  void peers_switchedOff_areAlone() throws Exception {
    Ranks.Ended ended = ranks(Map.of("RECKONING_MPI", "off")).run(2, List.of(program, "exchange"));

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out().lines())
        .hasSize(2)
        .containsOnly("rank 0 of 1 has all bytes, one process");
  }

  private Ranks ranks(Map<String, String> environment) {
    return new Ranks(directory, environment);
  }
}
