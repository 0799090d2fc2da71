package org.reckoning.integration.peers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A directory that the launcher takes for a built project: it starts the classes under test. */
final class BuiltTree {
  private BuiltTree() {}

  /** Makes the directory and returns the launcher in it. */
  static Path launcher(Path root) throws IOException {
    Path project = Path.of("..").toRealPath();
    Path target = root.resolve("cli/target");
    Files.createDirectories(target.resolve("classes"));
    Files.createDirectories(root.resolve("cli/src/main"));
    Files.createFile(root.resolve("cli/pom.xml"));
    Files.createFile(root.resolve("pom.xml"));
    Files.createSymbolicLink(root.resolve("configs"), project.resolve("configs"));
    Files.writeString(target.resolve("classpath"), classpath() + target.resolve("classes"));
    Files.createFile(target.resolve("built-by-launcher"));
    return Files.copy(
        project.resolve("reckoning"),
        root.resolve("reckoning"),
        StandardCopyOption.COPY_ATTRIBUTES);
  }

  /** Returns that of this process, without what does not exist: the launcher would build. */
  private static String classpath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !entry.isEmpty() && Files.exists(Path.of(entry)))
        .map(entry -> entry + File.pathSeparator)
        .collect(Collectors.joining());
  }
}
