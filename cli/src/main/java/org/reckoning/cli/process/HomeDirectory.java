package org.reckoning.cli.process;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directory in which libraries keep files of the user: JavaCPP the libraries of TensorFlow, AWT
 * a list of fonts. Java calls it {@code ?} for a user who has none, as in a container with a user
 * of its own, and the libraries then make a directory of that name wherever they are started.
 */
final class HomeDirectory {
  /** Where JavaCPP unpacks libraries, if not in the home directory; the launcher sets it. */
  static final String LIBRARIES = "org.bytedeco.javacpp.cachedir";

  /** The same, in the other spelling that JavaCPP knows. */
  private static final String LIBRARIES_TOO = "org.bytedeco.javacpp.cacheDir";

  private static final String HOME = "user.home";
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private HomeDirectory() {}

  /**
   * Gives the libraries another directory if that of the user cannot be written.
   *
   * @throws IOException if the other one may belong to somebody else
   */
  static void ensure() throws IOException {
    Path home = Path.of(System.getProperty(HOME, ""));
    if (home.isAbsolute() && Files.isWritable(home)) {
      return;
    }
    String libraries = System.getProperty(LIBRARIES, System.getProperty(LIBRARIES_TOO));
    Path other = libraries == null ? cache() : Path.of(libraries).toAbsolutePath().getParent();
    if (other != null) {
      System.setProperty(HOME, other.toString());
      if (libraries == null) {
        System.setProperty(LIBRARIES, other.resolve("javacpp").toString());
      }
    }
  }

  private static @Nullable Path cache() throws IOException {
    String caches = System.getenv("XDG_CACHE_HOME");
    if (caches != null && caches.startsWith("/")) {
      try {
        return Files.createDirectories(Path.of(caches, "reckoning"));
      } catch (IOException | InvalidPathException e) {
        // the temporary directory, then
      }
    }
    return temporary(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** Returns a directory of this user alone, the one that the launcher takes as well. */
  static @Nullable Path temporary(Path parent) throws IOException {
    Path process = Path.of("/proc/self");
    if (!Files.isDirectory(process) || !Files.isWritable(parent)) {
      return null;
    }
    UserPrincipal user = Files.getOwner(process);
    Path own = parent.resolve("reckoning-" + Files.getAttribute(process, "unix:uid"));
    try {
      Files.createDirectory(own, PosixFilePermissions.asFileAttribute(PRIVATE));
      System.err.printf(
          "there is no home directory that can be written: libraries are unpacked in %s, set XDG_CACHE_HOME to have them elsewhere%n",
          own);
      return own;
    } catch (FileAlreadyExistsException e) {
      PosixFileAttributes there =
          Files.readAttributes(own, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (there.isDirectory()
          && there.owner().equals(user)
          && there.permissions().equals(PRIVATE)) {
        return own;
      }
      throw new IOException(
          "there is no home directory that can be written, and '%s' is not a directory of this user alone: remove it, or set XDG_CACHE_HOME to a directory that can be written"
              .formatted(own),
          e);
    }
  }
}
