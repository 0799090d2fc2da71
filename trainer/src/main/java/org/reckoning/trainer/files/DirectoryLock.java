package org.reckoning.trainer.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Lock on the directory of a run, a sweep or a study: two processes would overwrite each other's
 * files. The operating system releases it when the process ends, for whatever reason.
 */
public final class DirectoryLock implements Closeable {
  private static final String FILE = ".lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a directory, which is created if it is missing.
   *
   * @param use what the lock protects, such as {@code run}, for the message
   * @throws IOException if another process holds it
   */
  public static DirectoryLock take(Path directory, String use) throws IOException {
    Files.createDirectories(directory);
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (isHeld(channel)) {
        throw new IOException(
            "%s '%s' is already being trained: wait until that training ends, or stop it"
                .formatted(use, directory));
      }
      return new DirectoryLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Locks a file until its channel is closed; returns whether another one holds its lock. */
  static boolean isHeld(FileChannel channel) {
    try {
      return channel.tryLock() == null;
    } catch (OverlappingFileLockException e) { // by this process
      return true;
    } catch (IOException e) { // a file system without locks
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
