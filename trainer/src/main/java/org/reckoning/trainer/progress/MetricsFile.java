package org.reckoning.trainer.progress;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
import org.reckoning.trainer.run.TrainingState;

/**
 * Appends to {@code metrics.jsonl} in the run directory: a JSON object and a line for each step
 * ({@code "kind": "step"}) and each evaluation ({@code "kind": "evaluation"}), with the components
 * of {@link StepReport} and {@link EvaluationReport}, but for samples, in snake case. A number that
 * is not finite is the string {@code "NaN"}, {@code "Infinity"} or {@code "-Infinity"}, as JSON has
 * none.
 *
 * <p>Lines are forced to the disk before a checkpoint is written, so that the lines of the steps
 * before it outlive a power cut as it does.
 */
public final class MetricsFile implements TrainingListener {
  /** The name in the run directory. */
  public static final String NAME = "metrics.jsonl";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final TrainingState resumedAt;
  private Path file = Path.of(NAME);
  private @Nullable FileChannel channel;

  /**
   * @param resumedAt with which the run goes on; lines of later steps and validations are dropped,
   *     as those are made again
   */
  public MetricsFile(TrainingState resumedAt) {
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
    ObjectNode line = MAPPER.createObjectNode().put("kind", kind);
    line.setAll(MAPPER.<ObjectNode>valueToTree(report));
    line.remove("samples"); // all predictions have files of their own
    if (channel == null) {
      throw new IllegalStateException("started must be called before anything is written");
    }
    try { // whole lines at once, for whoever reads along
      ByteBuffer bytes =
          ByteBuffer.wrap(
              (MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /**
   * Keeps the lines up to a state. A last line that a killed process left unfinished goes, too, and
   * whatever a power cut made of lines.
   */
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
      JsonNode report = MAPPER.readTree(line);
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
