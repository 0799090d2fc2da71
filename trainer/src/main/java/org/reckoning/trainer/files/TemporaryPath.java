package org.reckoning.trainer.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A temporary file or directory. {@link #close} removes it with its content; so does a signal that
 * ends the process.
 */
public final class TemporaryPath implements Closeable {
  /** Children that write into no such path, such as a filter of this process's output. */
  private static final Set<ProcessHandle> EARLIER =
      ProcessHandle.current().children().collect(Collectors.toUnmodifiableSet());

  private static final Set<TemporaryPath> OPEN = ConcurrentHashMap.newKeySet();
  private static final int TRIES = 20;
  private static final long PAUSE_MILLIS = 50;
  private static final long CHILDREN_SECONDS = 5;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(TemporaryPath::removeAll));
  }

  private final Path path;

  private TemporaryPath(Path path) {
    this.path = path;
    OPEN.add(this);
  }

  /** Creates an empty file in the system's directory of temporary files. */
  public static TemporaryPath file(String suffix) throws IOException {
    return new TemporaryPath(Files.createTempFile("reckoning", suffix));
  }

  /** Creates an empty directory in the system's directory of temporary files. */
  public static TemporaryPath directory(String prefix) throws IOException {
    return new TemporaryPath(Files.createTempDirectory(prefix));
  }

  /** Creates an empty directory in another one. */
  public static TemporaryPath directoryIn(Path parent, String prefix) throws IOException {
    return new TemporaryPath(Files.createTempDirectory(parent, prefix));
  }

  /** Returns the path. */
  public Path path() {
    return path;
  }

  /** Removes the file or the directory, if it still exists. */
  @Override
  public synchronized void close() throws IOException {
    if (Files.exists(path)) {
      DurableFiles.deleteTree(path);
    }
    OPEN.remove(this);
  }

  private static void removeAll() {
    if (!OPEN.isEmpty()) {
      ProcessHandle.current()
          .children()
          .filter(child -> !EARLIER.contains(child))
          .forEach(TemporaryPath::await); // they may write into it
      OPEN.forEach(TemporaryPath::removeIfPossible);
    }
  }

  private static void await(ProcessHandle child) {
    child.onExit().completeOnTimeout(child, CHILDREN_SECONDS, TimeUnit.SECONDS).join();
  }

  /**
   * Removes the path while other threads may still write. Sets it aside first: else a thread could
   * move an incomplete part of it to its final place. Tries several times.
   */
  private void removeIfPossible() {
    Path left = path;
    for (int i = 0; i < TRIES; i++) {
      try {
        if (Files.exists(path)) {
          left = DurableFiles.setAside(path);
        }
        if (Files.exists(left)) {
          DurableFiles.deleteTree(left);
        }
        return;
      } catch (IOException | UncheckedIOException e) {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
