package org.reckoning.trainer.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Lock on the directory of a run: two processes would overwrite each other's checkpoints. The
 * operating system releases it when the process ends, for whatever reason.
 */
final class RunLock implements Closeable {
  private static final String FILE = ".lock";

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a run.
   *
   * @throws IOException if another process holds it
   */
  static RunLock take(Path run) throws IOException {
    Files.createDirectories(run);
    FileChannel channel =
        FileChannel.open(run.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (isHeld(channel)) {
        throw new IOException(
            "run '%s' is already being trained: wait until that training ends, or stop it"
                .formatted(run));
      }
      return new RunLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean isHeld(FileChannel channel) {
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
