package org.reckoning.trainer.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.files.AtomicOutput;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.run.TrainingState;

/**
 * Appends a line to {@code metrics.jsonl} for each step and each evaluation.
 *
 * <p>A line is a JSON object with {@code "kind": "step"} or {@code "kind": "evaluation"} and the
 * components of {@link StepReport} or {@link EvaluationReport}, without the samples, in snake case.
 * JSON has no number for NaN and infinity: they are the strings {@code "NaN"}, {@code "Infinity"}
 * and {@code "-Infinity"}.
 *
 * <p>Lines are forced to the disk before a checkpoint is written: both outlive a power cut.
 */
final class MetricsFile implements TrainingListener {
  /** The name in the run directory. */
  static final String NAME = "metrics.jsonl";

  private final TrainingState resumedAt;
  private Path file = Path.of(NAME);
  private @Nullable FileChannel channel;

  /**
   * @param resumedAt state from which the run resumes; lines of later steps and validations are
   *     removed
   */
  MetricsFile(TrainingState resumedAt) {
    this.resumedAt = resumedAt;
  }

  @Override
  public String title() {
    return NAME;
  }

  @Override
  public void started(RunStart start) {
    file = start.directory().resolve(NAME);
    try {
      DurableFiles.createDirectories(start.directory());
      if (Files.isRegularFile(file)) {
        dropAfter(file, resumedAt);
      }
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
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
  public void saving() {
    try {
      if (channel != null) {
        channel.force(true);
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  @Override
  public void finished(RunEnd end) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private void append(String kind, Record report) {
    ObjectNode line = Json.SNAKE_CASE.createObjectNode().put("kind", kind);
    line.setAll(Json.SNAKE_CASE.<ObjectNode>valueToTree(report));
    line.remove("samples"); // predictions have their own files
    if (channel == null) {
      throw new IllegalStateException("started must be called before anything is written");
    }
    try { // whole lines at once, for concurrent readers
      ByteBuffer bytes =
          ByteBuffer.wrap(
              (Json.SNAKE_CASE.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /** Removes the lines after a state, and lines that a crash has damaged. */
  private static void dropAfter(Path file, TrainingState state) throws IOException {
    try (BufferedReader old =
            new BufferedReader(
                new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
        AtomicOutput kept = AtomicOutput.open(file)) {
      var out = new BufferedOutputStream(kept.stream());
      for (String line = old.readLine(); line != null; line = old.readLine()) {
        if (isUpTo(state, line)) {
          out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }
      }
      out.flush();
      kept.commit();
    }
  }

  private static boolean isUpTo(TrainingState state, String line) {
    try {
      JsonNode report = Json.SNAKE_CASE.readTree(line);
      JsonNode step = report.path("step");
      boolean evaluated = report.path("kind").asText().equals("evaluation");
      return step.isIntegralNumber()
          && step.longValue() <= (evaluated ? state.validatedStep() : state.step());
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private UncheckedIOException cannotWrite(IOException e) {
    IOException named = FileProblem.cannotWrite(file, e);
    return new UncheckedIOException(String.valueOf(named.getMessage()), named);
  }
}
