package org.reckoning.trainer.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Appends to {@code metrics.jsonl} in the run directory: a JSON object and a line for each step
 * ({@code "kind": "step"}) and each evaluation ({@code "kind": "evaluation"}), with the components
 * of {@link StepReport} and {@link EvaluationReport}, but for samples, in snake case. A number that
 * is not finite is the string {@code "NaN"}, {@code "Infinity"} or {@code "-Infinity"}, as JSON has
 * none.
 */
public final class MetricsFile implements TrainingListener {
  /** The name in the run directory. */
  public static final String NAME = "metrics.jsonl";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final long resumedAt;
  private @Nullable BufferedWriter writer;

  /**
   * @param resumedAt the checkpoint's step with which the run goes on, 0 for a new one; lines of
   *     later steps are dropped, as those steps are made again
   */
  public MetricsFile(long resumedAt) {
    this.resumedAt = resumedAt;
  }

  @Override
  public void started(RunStart start) {
    Path file = start.directory().resolve(NAME);
    try {
      Files.createDirectories(start.directory());
      if (Files.isRegularFile(file)) {
        dropAfter(file, resumedAt);
      }
      writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  @Override
  public void stepped(StepReport step) {
    append("step", step);
  }

  @Override
  public void evaluated(EvaluationReport report) {
    append("evaluation", report);
  }

  @Override
  public void finished(RunEnd end) {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private void append(String kind, Record report) {
    ObjectNode line = MAPPER.createObjectNode().put("kind", kind);
    line.setAll(MAPPER.<ObjectNode>valueToTree(report));
    line.remove("samples"); // all predictions have files of their own
    if (writer == null) {
      throw new IllegalStateException("started must be called before anything is written");
    }
    try {
      writer.write(MAPPER.writeValueAsString(line) + "\n");
      writer.flush(); // whoever reads along sees whole lines
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /** Keeps the lines up to a step. A last line that a killed process left unfinished goes, too. */
  private static void dropAfter(Path file, long step) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      try (BufferedReader old = Files.newBufferedReader(file);
          BufferedWriter kept = Files.newBufferedWriter(temporary)) {
        for (String line = old.readLine(); line != null; line = old.readLine()) {
          if (isUpTo(step, line)) {
            kept.write(line + "\n");
          }
        }
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static boolean isUpTo(long step, String line) {
    try {
      JsonNode of = MAPPER.readTree(line).path("step");
      return of.isIntegralNumber() && of.longValue() <= step;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static UncheckedIOException cannotWrite(IOException e) {
    return new UncheckedIOException("cannot write %s: %s".formatted(NAME, e.getMessage()), e);
  }
}
