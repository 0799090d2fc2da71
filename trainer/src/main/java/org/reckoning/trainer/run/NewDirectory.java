package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.FileProblem;

/** Creates directories for runs, named after the time. */
public final class NewDirectory {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd_HH-mm-ss", Locale.ROOT);

  private NewDirectory() {}

  /**
   * Creates a new directory, with a number if several are created in the same second.
   *
   * @param parent of the directory; created if it is missing
   * @return the directory and the created directories above it, the innermost first
   * @throws IOException if a directory cannot be created
   */
  public static List<Path> create(Path parent) throws IOException {
    List<Path> made = new ArrayList<>(DurableFiles.createDirectories(parent));
    String name = LocalDateTime.now(ZoneId.systemDefault()).format(TIME);
    for (int i = 1; ; i++) {
      Path directory = parent.resolve(i == 1 ? name : name + "." + i);
      try {
        Files.createDirectory(directory);
      } catch (FileAlreadyExistsException e) {
        continue;
      } catch (IOException e) {
        DurableFiles.removeEmpty(made);
        throw FileProblem.cannotWrite(directory, e);
      }
      DurableFiles.forceDirectory(parent);
      made.add(0, directory);
      return made;
    }
  }
}
