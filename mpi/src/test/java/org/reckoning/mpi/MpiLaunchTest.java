package org.reckoning.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the choice of a library from the environment. */
class MpiLaunchTest {
  private static final OptionalInt UNKNOWN = OptionalInt.empty();

  static Stream<Arguments> launches() {
    return Stream.of(
        // mpirun of Open MPI sets both, srun --mpi=pmix the second
        Arguments.of(
            Map.of("OMPI_COMM_WORLD_SIZE", "3", "PMIX_RANK", "1"), "libmpi.so.40", three()),
        Arguments.of(
            Map.of("PMIX_RANK", "1", "SLURM_STEP_NUM_TASKS", "3"), "libmpi.so.40", three()),
        Arguments.of(Map.of("PMIX_RANK", "0"), "libmpi.so.40", UNKNOWN),
        Arguments.of(Map.of("OMPI_COMM_WORLD_SIZE", "many"), "libmpi.so.40", UNKNOWN),
        Arguments.of(Map.of("PMI_SIZE", "3"), "libmpich.so.12", three()),
        Arguments.of(Map.of("PMI_SIZE", "3", "RECKONING_MPI", "auto"), "libmpich.so.12", three()),
        Arguments.of(Map.of("PMI_SIZE", "3", "RECKONING_MPI", "mine"), "mine", three()),
        Arguments.of(Map.of("RECKONING_MPI", "/opt/libmpi.so"), "/opt/libmpi.so", UNKNOWN),
        Arguments.of(
            Map.of("RECKONING_MPI", "lib/libmpi.so"),
            Path.of("lib/libmpi.so").toAbsolutePath().toString(),
            UNKNOWN));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("launches")
  void launch_fromAnEnvironment_namesLibraryAndSize(
      Map<String, String> environment, String first, OptionalInt size) {
    assertThat(MpiLaunch.of(environment))
        .hasValueSatisfying(
            launch -> {
              assertThat(launch.libraries()).first().isEqualTo(first);
              assertThat(launch.size()).isEqualTo(size);
            });
  }

  static Stream<Map<String, String>> alone() {
    return Stream.of(
        Map.of(),
        Map.of("RECKONING_MPI", "auto", "SLURM_STEP_NUM_TASKS", "3"), // srun without MPI
        Map.of("RECKONING_MPI", "off", "OMPI_COMM_WORLD_SIZE", "3"),
        Map.of("OMPI_COMM_WORLD_SIZE", "1"),
        Map.of("PMI_SIZE", "1", "RECKONING_MPI", ""));
  }

  @ParameterizedTest
  @MethodSource("alone")
  void launch_ofOneProcessOrSwitchedOff_isEmpty(Map<String, String> environment) {
    assertThat(MpiLaunch.of(environment)).isEmpty();
  }

  private static OptionalInt three() {
    return OptionalInt.of(3);
  }
}
