package org.reckoning.mpi;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the environment of a process tells about its launcher.
 *
 * @param libraries names or files of MPI libraries, the first to try first
 * @param size number of processes, empty if the launcher does not tell it
 * @param notLoaded sentence for the user if no library can be loaded
 */
record MpiLaunch(List<String> libraries, OptionalInt size, String notLoaded) {
  static final String VARIABLE = "RECKONING_MPI";

  // names with a version come with the runtime, names without one only with the headers
  private static final List<String> OPEN_MPI = List.of("libmpi.so.40", "mpi");
  private static final List<String> MPICH =
      List.of("libmpich.so.12", "libmpi.so.12", "mpich", "mpi");

  /** Returns the launch of this process, empty if it is to train alone. */
  static Optional<MpiLaunch> of(Map<String, String> environment) {
    String wanted = environment.getOrDefault(VARIABLE, "");
    return switch (wanted) {
      case "off" -> Optional.empty();
      case "", "auto" -> byLauncher(environment);
      default -> Optional.of(byUser(wanted, size(environment)));
    };
  }

  private static Optional<MpiLaunch> byLauncher(Map<String, String> environment) {
    OptionalInt size = size(environment);
    if (size.isPresent() && size.getAsInt() == 1) {
      return Optional.empty();
    }
    if (environment.containsKey("OMPI_COMM_WORLD_SIZE") || environment.containsKey("PMIX_RANK")) {
      return Optional.of(found("Open MPI", "openmpi-bin", OPEN_MPI, size));
    }
    if (environment.containsKey("PMI_SIZE")) {
      return Optional.of(found("MPICH", "mpich", MPICH, size));
    }
    return Optional.empty();
  }

  private static MpiLaunch found(
      String name, String debianPackage, List<String> libraries, OptionalInt size) {
    return new MpiLaunch(
        libraries,
        size,
        ("a launcher has started this process as one of several, but the library of %s (%s) cannot be loaded:"
                + " install it (Debian: apt install %s), set %s to the file of the launcher's library,"
                + " or to off to run each process alone")
            .formatted(name, String.join(", ", libraries), debianPackage, VARIABLE));
  }

  private static MpiLaunch byUser(String library, OptionalInt size) {
    boolean isFile = library.indexOf('/') >= 0;
    return new MpiLaunch(
        List.of(isFile ? Path.of(library).toAbsolutePath().toString() : library),
        size,
        "%s (%s) must be auto, off, or an MPI library that can be loaded"
            .formatted(VARIABLE, library));
  }

  private static OptionalInt size(Map<String, String> environment) {
    for (String name : List.of("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS")) {
      String value = environment.getOrDefault(name, "");
      if (value.matches("[0-9]{1,9}")) {
        return OptionalInt.of(Integer.parseInt(value));
      }
    }
    return OptionalInt.empty();
  }
}
