package org.reckoning.trainer.export;

import java.io.IOException;
import java.nio.file.Path;

/** Exports a run, as a process of its own. */
final class ExportOnce {
  private ExportOnce() {}

  public static void main(String[] args) throws IOException {
    ModelExport.write(Path.of(args[0]), Path.of(args[1]), ServingSizes.ofData(), false, line -> {});
  }
}
