package org.reckoning.trainer.run;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.reckoning.trainer.evaluation.Prediction;
import org.reckoning.trainer.files.AtomicOutput;
import org.reckoning.trainer.files.Json;

/** Writes predictions, a JSON object a line. */
public final class PredictionsFile {
  private PredictionsFile() {}

  /** Writes a file, in place of one of the same name. */
  public static void write(Path file, List<Prediction> predictions) throws IOException {
    try (AtomicOutput output = AtomicOutput.open(file)) {
      OutputStream lines = new BufferedOutputStream(output.stream());
      for (Prediction prediction : predictions) {
        lines.write(Json.SNAKE_CASE.writeValueAsBytes(prediction));
        lines.write('\n');
      }
      lines.flush();
      output.commit();
    }
  }
}
