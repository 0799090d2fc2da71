package org.reckoning.trainer.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes what must outlive a power cut: write, force, rename, force the directory. A name that is
 * seen afterwards has its whole content behind it.
 */
public final class DurableFiles {
  private DurableFiles() {}

  /**
   * Writes a text as UTF-8, in place of a file that is there.
   *
   * @throws IOException with the name of the file if it cannot be written; an old one is as it was
   */
  public static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes bytes, in place of a file that is there.
   *
   * @throws IOException with the name of the file if it cannot be written; an old one is as it was
   */
  public static void write(Path file, byte[] bytes) throws IOException {
    try (AtomicOutput output = AtomicOutput.open(file)) {
      output.stream().write(bytes);
      output.commit();
    }
  }

  /** Copies a file, in place of one that is there. */
  public static void copy(Path from, Path to) throws IOException {
    try (AtomicOutput output = AtomicOutput.open(to)) {
      Files.copy(from, output.stream());
      output.commit();
    }
  }

  /**
   * Makes a directory and those above it, and forces their names to the disk.
   *
   * @return those that were made, the innermost first
   * @throws IOException if one cannot be made; those that were made before it are removed
   */
  public static List<Path> createDirectories(Path directory) throws IOException {
    List<Path> missing = new ArrayList<>();
    Path above = directory.toAbsolutePath();
    while (above != null && !Files.exists(above)) {
      missing.add(0, above);
      above = above.getParent();
    }
    if (above != null && !Files.isDirectory(above)) {
      throw new NotDirectoryException(above.toString());
    }
    List<Path> made = new ArrayList<>();
    try {
      for (Path each : missing) {
        Files.createDirectories(each);
        made.add(0, each);
        forceDirectory(each.getParent());
      }
      return made;
    } catch (IOException e) {
      removeEmpty(made);
      throw e;
    }
  }

  /** Removes directories that hold nothing, such as those that a failed command has made. */
  public static void removeEmpty(List<Path> directories) throws IOException {
    for (Path each : directories) {
      try {
        Files.deleteIfExists(each);
      } catch (DirectoryNotEmptyException e) {
        return; // so are those above it
      }
    }
  }

  /**
   * Forces a directory with all that is in it to the disk, and gives it its name.
   *
   * @param temporary a sibling of the target
   * @param target must not exist
   */
  public static void moveDirectory(Path temporary, Path target) throws IOException {
    forceTree(temporary);
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    forceDirectory(target.toAbsolutePath().getParent());
  }

  /** Forces a directory with all that is in it to the disk. */
  public static void forceTree(Path directory) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path each : (Iterable<Path>) tree::iterator) {
        force(each);
      }
    }
  }

  private static void force(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      forceDirectory(path);
    } else if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
    }
  }

  /** Forces the names in a directory to the disk, where the system can. */
  public static void forceDirectory(@Nullable Path directory) {
    if (directory == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no directories, some network file systems force none: nothing better is
      // known.
    }
  }

  /** Removes a directory with all that is in it, or a file; links are removed, not followed. */
  public static void deleteTree(Path tree) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(tree)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
