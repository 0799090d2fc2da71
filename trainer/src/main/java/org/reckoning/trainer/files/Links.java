package org.reckoning.trainer.files;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Follows symbolic links, so that what they lead to is replaced and not they. */
public final class Links {
  /** As many as Linux follows. */
  private static final int MOST = 40;

  private Links() {}

  /**
   * Returns what a path leads to: itself unless it is a link. The end need not exist. What names an
   * open file, as {@code /dev/stdout} does, is an end: its links have no path behind them.
   *
   * @throws IOException if links lead in a circle
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

  /**
   * Returns whether a path leads to an open file of a process, such as {@code /dev/stdout}.
   *
   * @throws IOException if links lead in a circle
   */
  public static boolean leadsToOpenFile(Path path) throws IOException {
    return OpenFiles.isOne(follow(path));
  }
}
