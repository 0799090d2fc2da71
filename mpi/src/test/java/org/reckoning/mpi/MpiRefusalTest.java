package org.reckoning.mpi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.peers.PeersException;
import org.reckoning.graph.peers.PeersProvider;

/** Tests what happens without MPI, and with the wrong one. */
class MpiRefusalTest {
  private final MpiProvider provider = new MpiProvider();

  @Test
  void provider_isFoundAsAService() {
    assertThat(ServiceLoader.load(PeersProvider.class))
        .singleElement()
        .isInstanceOf(MpiProvider.class);
  }

  @Test
  void join_ofAProcessThatIsAlone_needsNoNativeBinding() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.contains("jna")) {
        urls.add(new File(entry).toURI().toURL());
      }
    }
    URL[] withoutJna = urls.toArray(URL[]::new);
    try (URLClassLoader loader =
        new URLClassLoader(withoutJna, ClassLoader.getPlatformClassLoader())) {
      assertThat(join(loader, Map.of())).isEqualTo(Optional.empty());
      assertThatThrownBy(() -> join(loader, Map.of("OMPI_COMM_WORLD_SIZE", "3")))
          .isInstanceOf(InvocationTargetException.class)
          .rootCause()
          .hasMessageEndingWith("(com/sun/jna/NativeLibrary)");
    }
  }

  private static Object join(ClassLoader loader, Map<String, String> environment)
      throws ReflectiveOperationException {
    Class<?> type = Class.forName(MpiProvider.class.getName(), true, loader);
    Object provider = type.getConstructor().newInstance();
    return type.getMethod("join", Map.class).invoke(provider, environment);
  }

  @Test
  void join_withALibraryThatIsMissing_saysWhatToDo() {
    assertThatThrownBy(() -> provider.join(Map.of("RECKONING_MPI", "/none/libmpi.so")))
        .isInstanceOf(PeersException.class)
        .hasMessageStartingWith(
            "RECKONING_MPI (/none/libmpi.so) must be auto, off, or an MPI library")
        .hasMessageContaining("/none/libmpi.so: cannot open shared object file")
        .hasMessageNotContaining("\n");
  }

  @Test
  void load_ofALibraryThatIsNoneOfMpi_namesTheMissingFunction() {
    assertThatThrownBy(() -> MpiLibrary.load(List.of("c"), "cannot be loaded"))
        .isInstanceOf(PeersException.class)
        .hasMessageContaining("MPI_Init_thread");
  }

  @Test
  void load_withoutAnyLibrary_namesAllThatWereTried() {
    MpiLaunch launch = MpiLaunch.of(Map.of("PMI_SIZE", "2")).orElseThrow();
    assertThatThrownBy(() -> MpiLibrary.load(List.of("libnone.so.1"), launch.notLoaded()))
        .hasMessageContaining("the library of MPICH (libmpich.so.12, libmpi.so.12, mpich, mpi)")
        .hasMessageContaining("apt install mpich")
        .hasMessageContaining("RECKONING_MPI");
  }

  @Test
  void join_ofAGroupOfAnotherSize_namesBothAndTheLibrary() {
    MpiPeers.checkSize(OptionalInt.of(3), 3, "Open MPI 4.1.4");
    MpiPeers.checkSize(OptionalInt.empty(), 3, "Open MPI 4.1.4");
    assertThatThrownBy(() -> MpiPeers.checkSize(OptionalInt.of(3), 1, "Open MPI 4.1.4, libmpi.so"))
        .isInstanceOf(PeersException.class)
        .hasMessage(
            "the launcher has started 3 processes, but Open MPI 4.1.4, libmpi.so has joined 1: start them"
                + " with the launcher of this library, or set RECKONING_MPI to the file of the launcher's library");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4 | Open MPI 4.1.4",
        "MPICH Version:      4.0.2 | MPICH 4.0.2",
        "Intel(R) MPI Library 2021.6 for Linux* OS | Intel(R) MPI Library 2021.6 for Linux* OS"
      })
  void version_isShortened(String text, String expected) {
    assertThat(MpiLibrary.shortVersion(text + "\nmore")).isEqualTo(expected);
  }
}
