package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Lets one process train into the directory of a run: two would write over each other's
 * checkpoints. The system releases it however the process ends.
 */
public final class RunLock implements AutoCloseable {
  private static final String FILE = ".lock";

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a run.
   *
   * @throws IOException if another process has it
   */
  public static RunLock take(Path run) throws IOException {
    Files.createDirectories(run);
    FileChannel channel =
        FileChannel.open(run.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (isHeld(channel)) {
        throw new IOException(
            "run '%s' is being trained: wait until that has ended, or end it".formatted(run));
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
    } catch (IOException e) { // a file system without locks: there is nothing to heed
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
