package org.reckoning.cli.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.run.RunDirectory;

/** Reads the configuration of a run that an option or a key names. */
public final class NamedRun {
  private NamedRun() {}

  /**
   * Reads the configuration of a run.
   *
   * @param option that names the directory, for messages
   * @throws MissingPathException if the directory is not that of a run
   */
  public static RunConfig config(String option, Path run) throws IOException {
    if (!Files.isRegularFile(run.resolve(RunDirectory.CONFIG))) {
      throw new MissingPathException(
          "%s (%s) must be the directory of a run, with %s in it"
              .formatted(option, run, RunDirectory.CONFIG));
    }
    return new RunDirectory(run).config();
  }
}
