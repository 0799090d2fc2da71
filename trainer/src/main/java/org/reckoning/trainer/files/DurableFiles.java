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
 * File operations that survive a power cut: write, force, rename, force the directory. A file under
 * its name always has its whole content.
 */
public final class DurableFiles {
  private DurableFiles() {}

  /**
   * Writes a text as UTF-8; replaces an existing file.
   *
   * @throws IOException with the name of the file if it cannot be written; an existing file is
   *     unchanged
   */
  public static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes bytes; replaces an existing file.
   *
   * @throws IOException with the name of the file if it cannot be written; an existing file is
   *     unchanged
   */
  public static void write(Path file, byte[] bytes) throws IOException {
    try (AtomicOutput output = AtomicOutput.open(file)) {
      output.stream().write(bytes);
      output.commit();
    }
  }

  /** Copies a file; replaces an existing one. */
  public static void copy(Path from, Path to) throws IOException {
    try (AtomicOutput output = AtomicOutput.open(to)) {
      Files.copy(from, output.stream());
      output.commit();
    }
  }

  /**
   * Creates a directory with its parents, and forces their names to the disk.
   *
   * @return the created directories, innermost first
   * @throws IOException if a directory cannot be created; those created before it are removed
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

  /** Removes empty directories, such as those that a failed command created. */
  public static void removeEmpty(List<Path> directories) throws IOException {
    for (Path each : directories) {
      try {
        Files.deleteIfExists(each);
      } catch (DirectoryNotEmptyException e) {
        return; // its parents are not empty, either
      }
    }
  }

  /**
   * Forces a directory with its content to the disk, then renames it.
   *
   * @param temporary a sibling of the target
   * @param target must not exist
   */
  public static void moveDirectory(Path temporary, Path target) throws IOException {
    forceTree(temporary);
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    forceDirectory(target.toAbsolutePath().getParent());
  }

  /** Forces a directory with its content to the disk. */
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

  /** Forces the names in a directory to the disk, if the system supports it. */
  public static void forceDirectory(@Nullable Path directory) {
    if (directory == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows cannot open directories, and some network file systems cannot force them.
    }
  }

  /**
   * Removes a directory with its content in one step: a process that is killed leaves all of it, or
   * leaves the rest under the name {@code .NAME.deleted.tmp}.
   */
  public static void deleteWhole(Path directory) throws IOException {
    deleteTree(setAside(directory));
  }

  /** Renames a file or a directory to {@code .NAME.deleted.tmp}, and returns the new path. */
  static Path setAside(Path path) throws IOException {
    Path renamed = path.resolveSibling("." + path.getFileName() + ".deleted.tmp");
    if (Files.exists(renamed)) {
      deleteTree(renamed);
    }
    return Files.move(path, renamed, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes a file, or a directory with its content; links are removed, not followed. */
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
