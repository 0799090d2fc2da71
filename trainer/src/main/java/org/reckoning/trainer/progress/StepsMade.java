package org.reckoning.trainer.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.reckoning.trainer.files.Json;

/** Reads the newest step of a run that another process trains. */
public final class StepsMade {
  /** Longer than a line about a step, and than most about an evaluation. */
  private static final int END_BYTES = 8192;

  private StepsMade() {}

  /** Returns the newest step in the metrics of a run; 0 without one. */
  public static long of(Path run) {
    String end;
    try (RandomAccessFile file =
        new RandomAccessFile(run.resolve(MetricsFile.NAME).toFile(), "r")) {
      long length = file.length();
      byte[] bytes = new byte[(int) Math.min(END_BYTES, length)];
      file.seek(length - bytes.length);
      file.readFully(bytes);
      end = new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return 0; // not started, or being rewritten
    }
    return end.lines().mapToLong(StepsMade::step).max().orElse(0);
  }

  private static long step(String line) {
    try {
      JsonNode report = Json.PLAIN.readTree(line);
      return report == null ? 0 : report.path("step").asLong(0);
    } catch (JsonProcessingException e) {
      return 0; // a part of a line
    }
  }
}
