package org.reckoning.mpi;

import com.sun.jna.NativeLibrary;
import com.sun.jna.ptr.IntByReference;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.peers.PeersException;

/**
 * A loaded MPI library. The handles of Open MPI are addresses of global variables, those of MPICH
 * and its relatives (Intel MPI, MVAPICH, Cray MPICH) are fixed numbers.
 */
final class MpiLibrary {
  private static final int SUCCESS = 0;

  /** At least {@code MPI_MAX_LIBRARY_VERSION_STRING} and {@code MPI_MAX_ERROR_STRING} of both. */
  private static final int MAX_TEXT = 8192;

  private final NativeLibrary library;

  private MpiLibrary(NativeLibrary library) {
    this.library = library;
  }

  /**
   * Loads the first of several libraries that can be loaded.
   *
   * @throws PeersException if there is none; its message is the sentence with the linker's reason
   */
  static MpiLibrary load(Iterable<String> names, String notLoaded) {
    String reason = null;
    for (String name : names) {
      try {
        NativeLibrary library = NativeLibrary.getInstance(name);
        library.getFunction("MPI_Init_thread");
        return new MpiLibrary(library);
      } catch (LinkageError e) {
        reason = reason == null ? reason(e) : reason;
      }
    }
    throw new PeersException(notLoaded + " (" + reason + ")");
  }

  /** Returns the second line of the error, the linker's reason; the first names the library. */
  private static String reason(LinkageError error) {
    return String.valueOf(error.getMessage()).lines().limit(2).reduce("", (before, line) -> line);
  }

  /** Returns the file that was loaded. */
  String file() {
    return library.getFile().getPath();
  }

  /** Returns {@code MPI_COMM_WORLD}. */
  Object world() {
    return handle("ompi_mpi_comm_world", 0x44000000);
  }

  /** Returns {@code MPI_BYTE}. */
  Object bytes() {
    return handle("ompi_mpi_byte", 0x4c00010d);
  }

  /** Returns {@code MPI_ERRORS_RETURN}. */
  Object errorsReturn() {
    return handle("ompi_mpi_errors_return", 0x54000001);
  }

  private Object handle(String openMpi, int mpich) {
    try {
      return library.getGlobalVariableAddress(openMpi);
    } catch (UnsatisfiedLinkError e) {
      return mpich;
    }
  }

  /**
   * Calls a function.
   *
   * @param arguments handles, numbers, references and direct buffers
   * @throws PeersException if it fails
   */
  void call(String function, @Nullable Object... arguments) {
    int code = library.getFunction(function).invokeInt(arguments);
    if (code != SUCCESS) {
      throw new PeersException(
          "%s failed: %s; look for the reason in the output of the other processes"
              .formatted(function, errorText(code)));
    }
  }

  /** Calls a function and returns the number that it stores behind its last argument. */
  int ask(String function, Object argument) {
    IntByReference answer = new IntByReference();
    call(function, argument, answer);
    return answer.getValue();
  }

  /** Returns the name and the version: {@code Open MPI 4.1.4}. */
  String version() {
    byte[] text = new byte[MAX_TEXT];
    call("MPI_Get_library_version", text, new IntByReference());
    return shortVersion(text(text));
  }

  /**
   * Shortens what libraries tell of themselves: {@code "Open MPI v4.1.4, package: .."}, {@code
   * "MPICH Version: 4.0.2"} and more lines.
   */
  static String shortVersion(String version) {
    return version.split("[,\n]", 2)[0].replaceAll("\\s+(Version:\\s*|v(?=[0-9]))", " ").strip();
  }

  private String errorText(int code) {
    byte[] text = new byte[MAX_TEXT];
    int failed =
        library
            .getFunction("MPI_Error_string")
            .invokeInt(new Object[] {code, text, new IntByReference()});
    return failed == SUCCESS ? text(text) : "error " + code;
  }

  private static String text(byte[] text) {
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, StandardCharsets.UTF_8);
  }
}
