package org.reckoning.trainer.export;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.reckoning.graph.serving.ServingLimits;
import org.reckoning.graph.serving.ServingProgram;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.TemporaryPath;
import org.reckoning.trainer.run.Checkpoints;
import org.reckoning.trainer.run.RunDirectory;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.types.family.TNumber;

/**
 * Exports a run as a SavedModel for TensorFlow Serving.
 *
 * <pre>{@code
 * MODEL/1/   saved_model.pb, variables/, assets.extra/
 * MODEL/2/   the next export
 * }</pre>
 *
 * <p>A version appears under its number when it is complete. Before that it has a temporary name,
 * which servers ignore.
 */
public final class ModelExport {
  private static final String TEMPORARY = "unfinished-";

  private ModelExport() {}

  /**
   * A written export.
   *
   * @param version directory of the version
   * @param limits limits of a request
   * @param signatures names of the signatures, the default one first
   * @param bytes size of all its files together
   */
  public record Written(Path version, ServingLimits limits, List<String> signatures, long bytes) {}

  /**
   * Exports the best checkpoint of a run.
   *
   * @param run directory of the run
   * @param model directory of the versions; its name is that of the model on a server
   * @param sizes of a request
   * @param compiled whether to add a second set of signatures, which XLA compiles
   * @param report takes a sentence about data that are skipped
   * @throws IOException if a file cannot be read or written; then no version appears
   * @throws IllegalArgumentException if the run cannot be served, or not with these sizes
   */
  public static Written write(
      Path run, Path model, ServingSizes sizes, boolean compiled, Consumer<String> report)
      throws IOException {
    ExportedRun opened = ExportedRun.open(run, report);
    ServingLimits limits = opened.limits(sizes);
    List<Path> made = DurableFiles.createDirectories(model);
    try (TemporaryPath temporary = TemporaryPath.directoryIn(model, TEMPORARY)) {
      List<String> signatures =
          write(
              opened,
              temporary.path().resolve("model"),
              model.toAbsolutePath().normalize().getFileName().toString(),
              limits,
              compiled,
              opened.config().dtype().tensorType());
      Path version = publish(temporary.path().resolve("model"), model);
      return new Written(version, limits, signatures, size(version));
    } catch (IOException | TensorFlowException e) { // TensorFlow writes the variables
      throw notWritten(model, e);
    } finally {
      DurableFiles.removeEmpty(made); // not empty after success
    }
  }

  private static IOException notWritten(Path model, Exception e) {
    if (e instanceof FileSystemException file) {
      return FileProblem.cannotWrite(model, file);
    }
    String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return new IOException(
        "the export to '%s' was not written: %s%s"
            .formatted(model, reason, FileProblem.remedy(reason)),
        e);
  }

  private static <T extends TNumber> List<String> write(
      ExportedRun run,
      Path directory,
      String name,
      ServingLimits limits,
      boolean compiled,
      Class<T> type)
      throws IOException {
    try (ServingProgram<T> program =
        ServingProgram.build(run.bilevel(limits), limits, run.form(), compiled, type)) {
      ExportedRun restored = restored(program, run);
      program.export(directory.toString());
      SavedModelFile.sort(directory);
      new ExportAssets(restored, limits).write(directory, name, program.signatures());
      return program.signatures().stream().map(signature -> signature.key()).toList();
    }
  }

  private static ExportedRun restored(ServingProgram<?> program, ExportedRun opened)
      throws IOException {
    return opened.with(
        new RunDirectory(opened.directory())
            .checkpoints(1)
            .readBest(opened.checkpoint(), at -> Checkpoints.restoreFinite(program::restore, at)));
  }

  /** Moves a complete version to the next free number. */
  static Path publish(Path complete, Path model) throws IOException {
    while (true) {
      long number = numbers(model).max().orElse(0) + 1;
      try {
        Path version = model.resolve(Long.toString(number));
        DurableFiles.moveDirectory(complete, version);
        return version;
      } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
        if (OptionalLong.of(number).equals(numbers(model).max())) {
          continue; // another export has taken the number
        }
        throw e;
      }
    }
  }

  /** Returns the newest version in a directory, or the directory itself if it is a version. */
  public static Optional<Path> newest(Path directory) throws IOException {
    if (Files.isRegularFile(directory.resolve(SavedModelFile.NAME))) {
      return Optional.of(directory);
    }
    OptionalLong newest = numbers(directory).max();
    return newest.isPresent()
        ? Optional.of(directory.resolve(Long.toString(newest.getAsLong())))
        : Optional.empty();
  }

  private static LongStream numbers(Path model) throws IOException {
    if (!Files.isDirectory(model)) {
      return LongStream.empty();
    }
    try (Stream<Path> entries = Files.list(model)) {
      return LongStream.of(
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> name.matches("[0-9]{1,18}"))
              .mapToLong(Long::parseLong)
              .toArray());
    }
  }

  private static long size(Path tree) throws IOException {
    long bytes = 0;
    try (Stream<Path> walk = Files.walk(tree)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }
}
