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
 * The home directory, in which JavaCPP unpacks the libraries of TensorFlow and AWT caches fonts.
 * Java names it {@code ?} if the user has none, as in a container with an unknown user id. The
 * libraries would then create a directory {@code ?} in the working directory.
 */
final class HomeDirectory {
  /** System property with JavaCPP's directory for unpacked libraries; the launcher sets it. */
  static final String LIBRARIES = "org.bytedeco.javacpp.cachedir";

  /** The other spelling that JavaCPP accepts. */
  private static final String LIBRARIES_TOO = "org.bytedeco.javacpp.cacheDir";

  private static final String HOME = "user.home";
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private HomeDirectory() {}

  /**
   * Sets another home directory if the user's is not writable.
   *
   * @throws IOException if the other directory may belong to another user
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
        // falls back to the temporary directory
      }
    }
    return temporary(Path.of(System.getProperty("java.io.tmpdir")));
  }

  /** Returns a private directory of this user, the one that the launcher uses, too. */
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
          "no writable home directory: libraries are unpacked in %s; set XDG_CACHE_HOME to choose another place%n",
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
          "no writable home directory, and '%s' is not a private directory of this user: remove it, or set XDG_CACHE_HOME to a writable directory"
              .formatted(own),
          e);
    }
  }
}
