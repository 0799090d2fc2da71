package org.reckoning.trainer.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The composed configuration without any override; a test of the command line keeps it so. */
public final class DefaultRun {
  /** The file, below the module's directory. */
  public static final Path FILE =
      Path.of("src/test/resources/org/reckoning/trainer/config/run.yaml");

  private DefaultRun() {}

  /** Returns its values. */
  public static ObjectNode tree() {
    try {
      return YamlDocument.read(FILE, "run.yaml", key -> false).root();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns it bound. */
  public static RunConfig config() {
    return RunConfig.of(tree());
  }
}
