package org.reckoning.cli.study;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.reckoning.cli.config.ConfigOptions;

/** Finds the commit of the sources of this program. */
final class Commit {
  private static final String UNKNOWN = "unknown";

  private Commit() {}

  /**
   * Returns the commit, with {@code -dirty} if tracked files have changed; {@code unknown} without
   * git, outside of a repository and in an unpacked archive, which may lie in another repository.
   */
  static String of() {
    String home = Objects.requireNonNullElse(System.getProperty(ConfigOptions.HOME), "");
    if (!Files.isRegularFile(Path.of(home, "pom.xml"))) {
      return UNKNOWN;
    }
    try {
      Process git =
          new ProcessBuilder(
                  "git", "-C", home, "describe", "--always", "--dirty", "--abbrev=12", "--match=")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return git.waitFor() == 0 && !text.isEmpty() ? text : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN;
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while git was running", e);
    }
  }
}
