package org.reckoning.trainer.files;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Follows symbolic links, so that their targets are replaced instead of the links. */
public final class Links {
  /** Largest number of links in a row, as on Linux. */
  private static final int MOST = 40;

  private Links() {}

  /**
   * Returns the target of a path, which is the path itself unless it is a link. The target need not
   * exist. A path of an open file such as {@code /dev/stdout} is not followed: its link has no path
   * as target.
   *
   * @throws IOException if links form a circle
   */
  public static Path follow(Path path) throws IOException {
    Path target = path;
    for (int i = 0; !OpenFiles.isOne(target) && Files.isSymbolicLink(target); i++) {
      if (i == MOST) {
        throw new FileSystemLoopException(path.toString());
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }
}
