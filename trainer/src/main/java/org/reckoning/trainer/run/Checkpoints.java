package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.KnowledgeProgram;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.JsonRecord;

/**
 * The checkpoints of a run. Each is a directory that appears when it is complete.
 *
 * <pre>{@code
 * checkpoints/
 *   step-000100/   variables.index, variables.data-00000-of-00001, state.json, SHA256SUMS
 *   step-000150/
 *   best-000100/   the same files, of the step with the best value of the monitored metric
 * }</pre>
 *
 * <p>Until the next {@code step-} checkpoint, a new best one stands beside the former one.
 *
 * <p>A killed process or a power cut leaves the last complete checkpoint as it was. It may also
 * leave a directory {@code .*.tmp}, which the next write removes.
 */
public final class Checkpoints {
  /** The name in the run directory. */
  public static final String DIRECTORY = "checkpoints";

  /** The prefix of the files with the variables, in the directory of a checkpoint. */
  public static final String VARIABLES = "variables";

  private static final String STEP = "step-";
  private static final String BEST = "best-";
  private static final String STATE = "state.json";
  private static final String OLD = ".old.tmp";

  private final Path directory;
  private final int keep;

  /**
   * @param run directory of the run
   * @param keep number of checkpoints that remain, besides the best one
   */
  Checkpoints(Path run, int keep) {
    this.directory = run.resolve(DIRECTORY);
    this.keep = keep;
  }

  /**
   * Writes a checkpoint, in place of one of the same step, and deletes the oldest ones. Of the best
   * ones, it keeps the one that its state names.
   *
   * @return its directory
   * @throws IOException if it cannot be written; older checkpoints are unchanged
   */
  public Path save(BilevelProgram<?> program, TrainingState state) throws IOException {
    Path saved = write(program, state, STEP);
    List<Path> all = sorted(STEP);
    for (Path old : all.subList(0, Math.max(0, all.size() - keep))) {
      DurableFiles.deleteWhole(old);
    }
    Path best = checkpoint(BEST, state.bestStep());
    if (Files.isDirectory(best)) { // not if older versions deleted it, or the last steps are lost
      deleteBestExcept(List.of(best));
    }
    return saved;
  }

  /**
   * Writes the checkpoint of the best weights. The former one remains until {@link #save} names the
   * new one: a killed run resumes without the steps since its newest checkpoint.
   *
   * @param former best step of the newest checkpoint's state
   */
  public Path saveBest(BilevelProgram<?> program, TrainingState state, long former)
      throws IOException {
    Path saved = write(program, state, BEST);
    deleteBestExcept(List.of(saved, checkpoint(BEST, former)));
    return saved;
  }

  private void deleteBestExcept(List<Path> kept) throws IOException {
    for (Path best : sorted(BEST)) {
      if (!kept.contains(best)) {
        DurableFiles.deleteWhole(best);
      }
    }
  }

  private Path checkpoint(String kind, long step) {
    return directory.resolve(String.format(Locale.ROOT, "%s%06d", kind, step));
  }

  private Path write(BilevelProgram<?> program, TrainingState state, String kind)
      throws IOException {
    Path target = checkpoint(kind, state.step());
    Path temporary = directory.resolve("." + target.getFileName() + ".tmp");
    List<Path> made = List.of();
    try {
      made = DurableFiles.createDirectories(directory);
      finishReplacements();
      for (Path left : list(".*.tmp")) {
        DurableFiles.deleteTree(left);
      }
      Files.createDirectory(temporary);
      program.save(temporary.resolve(VARIABLES).toString());
      JsonRecord.write(temporary.resolve(STATE), state);
      Checksums.write(temporary);
      if (Files.exists(target)) { // of the same step, with an older state
        replace(temporary, target);
      } else {
        DurableFiles.moveDirectory(temporary, target);
      }
    } catch (IOException | RuntimeException e) {
      throw new IOException(
          "checkpoint '%s' cannot be written, older checkpoints are unchanged: %s%s"
              .formatted(target, firstLine(e), FileProblem.remedy(firstLine(e))),
          e);
    } finally {
      if (Files.exists(temporary)) {
        DurableFiles.deleteTree(temporary);
      }
      DurableFiles.removeEmpty(made); // as on a full disk
    }
    return target;
  }

  /** Replaces a checkpoint, which keeps its name, or the name {@code .NAME.old.tmp}, until then. */
  private static void replace(Path temporary, Path target) throws IOException {
    DurableFiles.forceTree(temporary);
    Path old = target.resolveSibling("." + target.getFileName() + OLD);
    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    try {
      DurableFiles.moveDirectory(temporary, target);
    } catch (IOException e) {
      Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
    DurableFiles.deleteTree(old);
  }

  /** Gives checkpoints their names back whose replacement was interrupted between two renames. */
  private void finishReplacements() throws IOException {
    for (Path old : list(".*" + OLD)) {
      String name = name(old);
      Path target = old.resolveSibling(name.substring(1, name.length() - OLD.length()));
      if (!Files.exists(target)) {
        Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  /** Returns the newest checkpoint of a step, if there is one. */
  private Optional<Path> latest() throws IOException {
    List<Path> all = sorted(STEP);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** Returns the step of the newest checkpoint of either kind, which may be damaged. */
  public OptionalLong newestStep() throws IOException {
    return LongStream.concat(
            sorted(STEP).stream().mapToLong(path -> step(path, STEP)),
            sorted(BEST).stream().mapToLong(path -> step(path, BEST)))
        .max();
  }

  /**
   * Restores the newest intact checkpoint, or the best one if all others are damaged. Damaged newer
   * ones are renamed; their steps are made again.
   *
   * @param report takes a sentence about each damaged checkpoint
   * @return the state; empty if there is no checkpoint
   * @throws IOException if all checkpoints are damaged
   */
  public Optional<TrainingState> resume(BilevelProgram<?> program, Consumer<String> report)
      throws IOException {
    finishReplacements();
    List<Path> all = new ArrayList<>(sorted(BEST));
    all.addAll(sorted(STEP));
    List<Path> damaged = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      try {
        verify(all.get(i));
        TrainingState state = restore(program, all.get(i));
        for (int d = 0; d < damaged.size(); d++) {
          report.accept(
              "%s; it is kept as '%s', and the run resumes from %s"
                  .formatted(
                      reasons.get(d), aside(damaged.get(d)).getFileName(), name(all.get(i))));
        }
        return Optional.of(state);
      } catch (IOException e) {
        damaged.add(all.get(i));
        reasons.add(e.getMessage());
      }
    }
    if (reasons.isEmpty()) {
      return Optional.empty();
    }
    throw new IOException(
        "all checkpoints of '%s' are damaged: %s; begin a new run, or remove '%s' to begin this one again"
            .formatted(directory, String.join("; ", reasons), directory));
  }

  private static Path aside(Path checkpoint) throws IOException {
    String name = "damaged-" + name(checkpoint);
    Path target = checkpoint.resolveSibling(name);
    for (int i = 2; Files.exists(target); i++) {
      target = checkpoint.resolveSibling(name + "." + i);
    }
    return Files.move(checkpoint, target);
  }

  /**
   * Returns the checkpoint of the best weights, verified, or the newest before the first
   * validation. If it is damaged, the checkpoint of the same step replaces it: it has the same
   * weights.
   *
   * @return empty if there is no checkpoint
   * @throws IOException if both are damaged
   */
  public Optional<Path> best() throws IOException {
    List<Path> all = sorted(BEST);
    Path newest = all.isEmpty() ? latest().orElse(null) : all.get(all.size() - 1);
    if (newest == null) {
      return Optional.empty();
    }
    try {
      verify(newest);
      return Optional.of(newest);
    } catch (IOException e) {
      if (isDeleted(newest)) { // by a training, just now
        return best();
      }
      Path same = newest.resolveSibling(name(newest).replace(BEST, STEP));
      if (!same.equals(newest) && Files.isDirectory(same)) {
        verify(same);
        return Optional.of(same);
      }
      throw new IOException(
          e.getMessage() + "; restore a copy of it, or remove it to use another checkpoint", e);
    }
  }

  /** Returns whether a checkpoint is gone; false for one that cannot be read. */
  private static boolean isDeleted(Path checkpoint) {
    return Files.notExists(checkpoint, LinkOption.NOFOLLOW_LINKS);
  }

  /** Reads the files of a checkpoint. */
  @FunctionalInterface
  public interface Reading<R> {
    /** Reads them. */
    R from(Path checkpoint) throws IOException;
  }

  /**
   * Reads a checkpoint that {@link #best} has returned. If a training has deleted it since, reads
   * the one that is the best now.
   *
   * @return what was read
   */
  public <R> R readBest(Path chosen, Reading<R> reading) throws IOException {
    try {
      return reading.from(chosen);
    } catch (IOException e) {
      Optional<Path> next = isDeleted(chosen) ? best() : Optional.empty();
      return readBest(next.orElseThrow(() -> e), reading);
    }
  }

  /**
   * Restores the checkpoint of {@link #best}.
   *
   * @return the state; empty if there is no checkpoint
   */
  public Optional<TrainingState> restoreBest(BilevelProgram<?> program) throws IOException {
    Optional<Path> best = best();
    return best.isEmpty()
        ? Optional.empty()
        : Optional.of(readBest(best.get(), checkpoint -> restore(program, checkpoint)));
  }

  /**
   * Restores all variables of a checkpoint that was {@linkplain #verify verified}.
   *
   * @throws IOException if a file is missing or damaged, or belongs to another model
   */
  public static TrainingState restore(BilevelProgram<?> program, Path checkpoint)
      throws IOException {
    read(checkpoint, program::restore);
    return state(checkpoint);
  }

  /**
   * Restores weights and inner rates of a checkpoint that was {@linkplain #verify verified}.
   *
   * @throws IOException if a file is missing or damaged, or belongs to another model
   */
  public static void restore(KnowledgeProgram<?> program, Path checkpoint) throws IOException {
    read(checkpoint, program::restore);
  }

  /**
   * Restores weights and inner rates of a checkpoint that was {@linkplain #verify verified}, and
   * checks that they are finite.
   *
   * @param restore takes the prefix of the files with the variables
   * @return the checkpoint
   * @throws IOException if a file is missing or damaged, belongs to another model, or has a number
   *     that is not finite
   */
  public static Path restoreFinite(Consumer<String> restore, Path checkpoint) throws IOException {
    read(checkpoint, restore);
    try (RunWeights weights = RunWeights.openVerified(checkpoint)) {
      weights.requireFinite();
    }
    return checkpoint;
  }

  private static void read(Path checkpoint, Consumer<String> restore) throws IOException {
    try {
      restore.accept(checkpoint.resolve(VARIABLES).toString());
    } catch (RuntimeException e) { // TensorFlow's exceptions have no common type
      throw new IOException(damaged(checkpoint, firstLine(e)).getMessage(), e);
    }
  }

  /**
   * Verifies the checksums and the state of a checkpoint.
   *
   * @return the state
   * @throws IOException if a file is missing or damaged
   */
  public static TrainingState verify(Path checkpoint) throws IOException {
    try {
      Checksums.verify(checkpoint);
      return state(checkpoint);
    } catch (IOException e) {
      throw damaged(checkpoint, String.valueOf(e.getMessage()));
    }
  }

  private static IOException damaged(Path checkpoint, String reason) {
    return new IOException(
        "checkpoint '%s' cannot be read, it is damaged or belongs to another model: %s"
            .formatted(checkpoint, reason));
  }

  /**
   * Reads the state of a checkpoint.
   *
   * @throws IOException if it is damaged, or its step is not that of the directory's name
   */
  public static TrainingState state(Path checkpoint) throws IOException {
    Path file = checkpoint.resolve(STATE);
    TrainingState state =
        JsonRecord.read(
            file,
            TrainingState.class,
            "the state of a checkpoint",
            older -> {
              if (older.has("step") && !older.has("validated_step")) {
                older.set("validated_step", older.get("step"));
              }
            });
    String name = name(checkpoint);
    boolean numbered = name.matches("(step|best)-[0-9]{1,18}");
    if (numbered && state.step() != Long.parseLong(name.substring(STEP.length()))) {
      throw new IOException(
          "'%s' must have the step of its directory's name, but has step %d"
              .formatted(file, state.step()));
    }
    return state;
  }

  private static String name(Path checkpoint) {
    return String.valueOf(checkpoint.getFileName());
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private List<Path> sorted(String kind) throws IOException {
    return list(kind + "*").stream()
        .filter(path -> name(path).substring(kind.length()).matches("[0-9]{1,18}"))
        .sorted(Comparator.comparingLong(path -> step(path, kind)))
        .toList();
  }

  private static long step(Path checkpoint, String kind) {
    return Long.parseLong(name(checkpoint).substring(kind.length()));
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
}
