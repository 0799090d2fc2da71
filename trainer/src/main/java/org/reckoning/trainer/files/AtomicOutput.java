package org.reckoning.trainer.files;

import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import org.jspecify.annotations.Nullable;

/**
 * An output that appears under its name when it is whole.
 *
 * <pre>{@code
 * try (AtomicOutput output = AtomicOutput.open(file)) {
 *   output.stream().write(bytes);
 *   output.commit();
 * }
 * }</pre>
 *
 * <p>{@link #commit} forces the bytes to the disk, renames the temporary file and forces the
 * rename: after a power cut the file is the old one or the new one. Without {@code commit} nothing
 * is left. A link is followed, and a pipe or a device is written to as it stands.
 */
public final class AtomicOutput implements Closeable {
  private final Path file;
  private final @Nullable Path temporary;
  private final @Nullable FileChannel channel;
  private final OutputStream stream;
  private boolean committed;

  private AtomicOutput(
      Path file, @Nullable Path temporary, @Nullable FileChannel channel, OutputStream stream) {
    this.file = file;
    this.temporary = temporary;
    this.channel = channel;
    this.stream = new Named(file, stream);
  }

  /**
   * Opens an output; its directory is made if it is missing.
   *
   * @throws IOException with the name of the file if it cannot be written
   */
  public static AtomicOutput open(Path file) throws IOException {
    try {
      Path target = Links.follow(file);
      if (Files.isDirectory(target)) {
        throw new IOException("it is a directory");
      }
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        return new AtomicOutput(
            file, null, null, Files.newOutputStream(target, StandardOpenOption.WRITE));
      }
      if (Files.exists(target) && !Files.isWritable(target)) {
        throw new AccessDeniedException(file.toString());
      }
      Path parent = target.toAbsolutePath().getParent();
      if (parent != null) {
        DurableFiles.createDirectories(parent);
      }
      Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
      FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      keepPermissions(target, temporary);
      return new AtomicOutput(target, temporary, channel, Channels.newOutputStream(channel));
    } catch (IOException e) {
      throw FileProblem.cannotWrite(file, e);
    }
  }

  /** Gives the new file the permissions of the one that it replaces. */
  private static void keepPermissions(Path old, Path replacement) throws IOException {
    var view = Files.getFileAttributeView(replacement, PosixFileAttributeView.class);
    if (view != null && Files.exists(old)) {
      view.setPermissions(Files.getPosixFilePermissions(old));
    }
  }

  /** Returns where the bytes go. It is not buffered. */
  public OutputStream stream() {
    return stream;
  }

  /**
   * Makes what was written appear under its name.
   *
   * @throws IOException with the name of the file if that fails; the old file is then as it was
   */
  public void commit() throws IOException {
    try {
      stream.flush();
      if (temporary != null && channel != null) {
        channel.force(true);
        channel.close();
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.forceDirectory(file.toAbsolutePath().getParent());
      }
      committed = true;
    } catch (IOException e) {
      throw e instanceof Named.Failure ? e : FileProblem.cannotWrite(file, e);
    }
  }

  /** Closes the output, and removes what was not committed. */
  @Override
  public void close() throws IOException {
    try {
      stream.close();
    } finally {
      if (temporary != null && !committed) {
        Files.deleteIfExists(temporary);
      }
    }
  }

  /**
   * Names the file in what the system says, as {@code No space left on device} alone helps none.
   */
  private static final class Named extends FilterOutputStream {
    private final Path file;

    Named(Path file, OutputStream out) {
      super(out);
      this.file = file;
    }

    @Override
    public void write(int value) throws IOException {
      try {
        out.write(value);
      } catch (IOException e) {
        throw new Failure(file, e);
      }
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        out.write(bytes, from, count);
      } catch (IOException e) {
        throw new Failure(file, e);
      }
    }

    /** A failure whose message names the file. */
    private static final class Failure extends IOException {
      private static final long serialVersionUID = 1;

      Failure(Path file, IOException e) {
        super(FileProblem.cannotWrite(file, e).getMessage(), e);
      }
    }
  }
}
