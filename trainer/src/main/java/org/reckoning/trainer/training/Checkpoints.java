package org.reckoning.trainer.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.reckoning.graph.bilevel.BilevelProgram;
import org.reckoning.graph.bilevel.KnowledgeProgram;

/**
 * The checkpoints of a run, each a directory that appears when it is complete.
 *
 * <pre>{@code
 * checkpoints/
 *   step-000100/   variables.index, variables.data-00000-of-00001, state.json
 *   step-000150/
 *   best-000100/   the same, of the step with the best value of the monitored metric
 * }</pre>
 *
 * <p>A process that is killed at any moment leaves the last complete checkpoint as it was, and
 * perhaps a directory {@code .*.tmp}, which the next one removes.
 */
public final class Checkpoints {
  /** The name in the run directory. */
  public static final String DIRECTORY = "checkpoints";

  /** The prefix of the variables' files in the directory of a checkpoint. */
  public static final String VARIABLES = "variables";

  private static final String STEP = "step-";
  private static final String BEST = "best-";
  private static final String STATE = "state.json";
  private static final JsonMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final Path directory;
  private final int keep;

  /**
   * @param run directory of the run
   * @param keep how many of the last checkpoints are kept, besides the best
   */
  public Checkpoints(Path run, int keep) {
    this.directory = run.resolve(DIRECTORY);
    this.keep = keep;
  }

  /**
   * Writes a checkpoint and removes those that are no longer kept.
   *
   * @return its directory
   * @throws IOException if it cannot be written; older ones are then as they were
   */
  public Path save(BilevelProgram<?> program, TrainingState state) throws IOException {
    Path saved = write(program, state, STEP);
    prune(STEP, keep);
    return saved;
  }

  /** Writes the checkpoint of the best weights, and removes the one that was best before. */
  public Path saveBest(BilevelProgram<?> program, TrainingState state) throws IOException {
    Path saved = write(program, state, BEST);
    prune(BEST, 1);
    return saved;
  }

  private void prune(String kind, int kept) throws IOException {
    List<Path> all = sorted(kind);
    for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
      delete(old);
    }
  }

  private Path write(BilevelProgram<?> program, TrainingState state, String kind)
      throws IOException {
    Path target = directory.resolve("%s%06d".formatted(kind, state.step()));
    if (Files.exists(target)) {
      return target; // complete, and of the same step
    }
    Files.createDirectories(directory);
    for (Path left : list(".*.tmp")) {
      delete(left);
    }
    Path temporary = directory.resolve("." + target.getFileName() + ".tmp");
    try {
      Files.createDirectory(temporary);
      program.save(temporary.resolve(VARIABLES).toString());
      Files.writeString(temporary.resolve(STATE), MAPPER.writeValueAsString(state));
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException | RuntimeException e) {
      throw new IOException(
          "checkpoint '%s' cannot be written, those before it are as they were: %s"
              .formatted(target, firstLine(e)),
          e);
    } finally {
      if (Files.exists(temporary)) {
        delete(temporary);
      }
    }
    return target;
  }

  /** Returns the newest checkpoint, if there is one. */
  public Optional<Path> latest() throws IOException {
    List<Path> all = sorted(STEP);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** Returns the checkpoint of the best weights, or the newest where none was evaluated. */
  public Optional<Path> best() throws IOException {
    List<Path> all = sorted(BEST);
    return all.isEmpty() ? latest() : Optional.of(all.get(all.size() - 1));
  }

  /**
   * Reads a checkpoint.
   *
   * @throws IOException if a file is missing or damaged, or of another model
   */
  public static TrainingState restore(BilevelProgram<?> program, Path checkpoint)
      throws IOException {
    TrainingState state = state(checkpoint);
    read(checkpoint, program::restore);
    return state;
  }

  /**
   * Reads the weights and inner rates of a checkpoint.
   *
   * @throws IOException if a file is missing or damaged, or of another model
   */
  public static void restore(KnowledgeProgram<?> program, Path checkpoint) throws IOException {
    read(checkpoint, program::restore);
  }

  private static void read(Path checkpoint, Consumer<String> restore) throws IOException {
    try {
      restore.accept(checkpoint.resolve(VARIABLES).toString());
    } catch (RuntimeException e) {
      throw new IOException(
          "checkpoint '%s' cannot be read, it is damaged or of another model: %s"
              .formatted(checkpoint, firstLine(e)),
          e);
    }
  }

  /** Reads the state of a checkpoint. */
  public static TrainingState state(Path checkpoint) throws IOException {
    Path file = checkpoint.resolve(STATE);
    try {
      return MAPPER.readValue(Files.readString(file), TrainingState.class);
    } catch (JsonProcessingException e) {
      throw new IOException(
          "'%s' must be the state of a checkpoint, as this program writes it, but is not: %s"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private List<Path> sorted(String kind) throws IOException {
    return list(kind + "[0-9]*").stream()
        .sorted(Comparator.comparingLong(path -> step(path, kind)))
        .toList();
  }

  private static long step(Path checkpoint, String kind) {
    return Long.parseLong(checkpoint.getFileName().toString().substring(kind.length()));
  }

  private List<Path> list(String glob) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (var entries = Files.newDirectoryStream(directory, glob)) {
        entries.forEach(found::add);
      }
    }
    return found;
  }

  private static void delete(Path tree) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(tree)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
