package org.reckoning.trainer.files;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
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
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An output file that appears under its name only when it is complete.
 *
 * <pre>{@code
 * try (AtomicOutput output = AtomicOutput.open(file)) {
 *   output.stream().write(bytes);
 *   output.commit();
 * }
 * }</pre>
 *
 * <p>{@link #commit} forces the bytes to the disk, renames the temporary file and forces the
 * rename. After a power cut the file is the old one or the new one. Without {@code commit}, the
 * temporary file and directories created for it are removed, also if a signal ends the process.
 * Links are followed. A pipe, a device or an open file such as {@code /dev/stdout} is written
 * directly.
 */
public final class AtomicOutput implements Closeable {
  /** Outputs with a temporary file that would stay if a signal ended the process now. */
  private static final Set<AtomicOutput> UNFINISHED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> UNFINISHED.forEach(AtomicOutput::removeIfPossible)));
  }

  private final Path file;
  private final @Nullable Path temporary;
  private final @Nullable FileChannel channel;
  private final OutputStream stream;
  private final List<Path> made;
  private volatile boolean committed;

  private AtomicOutput(
      Path file,
      @Nullable Path temporary,
      @Nullable FileChannel channel,
      OutputStream stream,
      List<Path> made) {
    this.file = file;
    this.temporary = temporary;
    this.channel = channel;
    this.stream = new NamedOutput(file, stream);
    this.made = made;
  }

  private static AtomicOutput asItStands(Path file, OutputStream stream) {
    return new AtomicOutput(file, null, null, stream, List.of());
  }

  /** Returns whether nothing appears before {@link #commit}: the output is a regular file. */
  public boolean isReplacement() {
    return temporary != null;
  }

  /** Returns whether the output is an open file of a process, such as {@code /dev/stdout}. */
  public boolean isOpenFile() {
    return OpenFiles.isOne(file);
  }

  /**
   * Opens an output; creates its directory if necessary.
   *
   * @throws IOException with the name of the file, if it cannot be written
   */
  public static AtomicOutput open(Path file) throws IOException {
    try {
      Path target = Links.follow(file);
      if (Files.isDirectory(target)) {
        throw new IOException("it is a directory");
      }
      if (OpenFiles.isOne(target)) {
        return asItStands(target, openFile(target));
      }
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        return asItStands(file, Files.newOutputStream(target, StandardOpenOption.WRITE));
      }
      if (Files.exists(target) && !Files.isWritable(target)) {
        throw new AccessDeniedException(file.toString());
      }
      Path parent = target.toAbsolutePath().getParent();
      List<Path> made = parent == null ? List.of() : DurableFiles.createDirectories(parent);
      try {
        return replacement(target, made);
      } catch (IOException e) {
        DurableFiles.removeEmpty(made);
        throw e;
      }
    } catch (IOException e) {
      throw FileProblem.cannotWrite(file, e);
    }
  }

  private static AtomicOutput replacement(Path target, List<Path> made) throws IOException {
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    FileChannel channel = locked(temporary);
    try {
      channel.truncate(0);
      keepPermissions(target, temporary);
    } catch (IOException e) {
      channel.close();
      Files.deleteIfExists(temporary);
      throw e;
    }
    AtomicOutput output =
        new AtomicOutput(target, temporary, channel, Channels.newOutputStream(channel), made);
    UNFINISHED.add(output);
    return output;
  }

  /**
   * Opens a temporary file that no other process is writing. The operating system releases the lock
   * when the channel is closed.
   */
  private static FileChannel locked(Path temporary) throws IOException {
    while (true) {
      FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean isHeld = DirectoryLock.isHeld(channel);
      if (!isHeld && Files.exists(temporary)) {
        return channel;
      }
      channel.close();
      if (isHeld) {
        throw new IOException("another process is writing it");
      }
      // Its writer has given it its name in the meantime.
    }
  }

  /**
   * Opens a stream to an open file. Standard output is not opened again, which would overwrite
   * earlier output in a file; other open files are appended to.
   */
  private static OutputStream openFile(Path file) throws IOException {
    return switch (OpenFiles.number(file)) {
      case 1 -> new FileOutputStream(FileDescriptor.out);
      case 2 -> new FileOutputStream(FileDescriptor.err);
      default -> Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    };
  }

  /** Copies the permissions of the replaced file to the new one. */
  private static void keepPermissions(Path old, Path replacement) throws IOException {
    var view = Files.getFileAttributeView(replacement, PosixFileAttributeView.class);
    if (view != null && Files.exists(old)) {
      view.setPermissions(Files.getPosixFilePermissions(old));
    }
  }

  /** Returns the stream to write to. It is not buffered. */
  public OutputStream stream() {
    return stream;
  }

  /**
   * Completes the file under its name.
   *
   * @throws IOException with the name of the file, if it cannot be completed; the old file is
   *     unchanged
   */
  public void commit() throws IOException {
    try {
      stream.flush();
      if (temporary != null && channel != null) {
        channel.force(true);
        Files.move(
            temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        channel.close(); // after the move: the lock keeps others from writing into it
        DurableFiles.forceDirectory(file.toAbsolutePath().getParent());
      }
      committed = true;
    } catch (IOException e) {
      throw e instanceof NamedOutput.Failure ? e : FileProblem.cannotWrite(file, e);
    }
  }

  /** Closes the output and removes it unless it was committed. */
  @Override
  public void close() throws IOException {
    try {
      remove();
    } finally {
      UNFINISHED.remove(this);
      if (temporary != null || !OpenFiles.isStandard(file)) {
        stream.close();
      }
    }
  }

  /** Removes the temporary file and the directories created for it, unless the file is complete. */
  private void remove() throws IOException {
    if (temporary != null && !committed) {
      Files.deleteIfExists(temporary); // before the lock is released
      DurableFiles.removeEmpty(made);
    }
  }

  private void removeIfPossible() {
    try {
      remove();
    } catch (IOException e) {
      // The process ends, and nobody is left to be told.
    }
  }
}
