package org.reckoning.trainer.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.TextFile;

/**
 * Checksums of the files of a directory, in its file {@code SHA256SUMS}. The command {@code
 * sha256sum -c SHA256SUMS} verifies them, too.
 */
final class Checksums {
  static final String FILE = "SHA256SUMS";
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([^/\\\\]+)");
  private static final int BUFFER_BYTES = 1 << 20;

  private Checksums() {}

  /** Writes the checksums of all files of a directory. */
  static void write(Path directory) throws IOException {
    StringBuilder sums = new StringBuilder();
    for (String name : names(directory)) {
      sums.append(sha256(directory.resolve(name))).append("  ").append(name).append('\n');
    }
    DurableFiles.write(directory.resolve(FILE), sums.toString());
  }

  /**
   * Verifies every file of a directory. Directories of older versions have no checksums and pass.
   *
   * @throws IOException with the name of the first file that is missing, unknown or damaged
   */
  static void verify(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return;
    }
    NavigableSet<String> unchecked = names(directory);
    List<String> lines = TextFile.lines(file);
    for (String line : lines) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new IOException("'%s' must have a checksum in every line".formatted(file));
      }
      Path named = directory.resolve(matcher.group(2));
      if (!Files.isRegularFile(named)) {
        throw new IOException("'%s' is missing".formatted(named));
      }
      if (!sha256(named).equals(matcher.group(1))) {
        throw new IOException("'%s' is damaged, its checksum differs".formatted(named));
      }
      unchecked.remove(matcher.group(2));
    }
    if (!unchecked.isEmpty()) {
      throw new IOException(
          "'%s' has no checksum for %s".formatted(file, String.join(", ", unchecked)));
    }
  }

  private static NavigableSet<String> names(Path directory) throws IOException {
    NavigableSet<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(directory)) {
      files
          .map(path -> String.valueOf(path.getFileName()))
          .filter(name -> !name.equals(FILE))
          .forEach(names::add);
    }
    return names;
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
