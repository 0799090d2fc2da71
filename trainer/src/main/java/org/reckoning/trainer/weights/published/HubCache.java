package org.reckoning.trainer.weights.published;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.reckoning.trainer.files.TextFile;
import org.reckoning.trainer.tensors.WeightsFormatException;

/**
 * The download cache of the Hugging Face hub.
 *
 * <pre>{@code
 * hub/models--openai-community--gpt2/
 *   refs/main               the name of a snapshot
 *   snapshots/607a30d7../   links to the files in blobs/
 * }</pre>
 *
 * <p>A snapshot is a model directory. A path may also name the directory of its model, or the cache
 * and the name of the model: {@code hub/openai-community/gpt2}.
 */
final class HubCache {
  private static final String MODEL = "models--";
  private static final String SNAPSHOTS = "snapshots";

  private HubCache() {}

  /**
   * Returns the snapshot that a path refers to; empty if it refers to none.
   *
   * @throws WeightsFormatException if the cache has several snapshots and names none of them
   */
  static Optional<Path> snapshot(Path path) throws IOException {
    if (Files.isDirectory(path.resolve(SNAPSHOTS))) {
      return Optional.of(snapshotOf(path));
    }
    if (Files.exists(path)) {
      return Optional.empty();
    }
    Path absolute = path.toAbsolutePath().normalize();
    String name = "";
    for (Path part = absolute; part.getParent() != null && name.split("--").length < 3; ) {
      name = "--" + part.getFileName() + name;
      part = part.getParent();
      Path model = part.resolve(MODEL + name.substring(2));
      if (Files.isDirectory(model.resolve(SNAPSHOTS))) {
        return Optional.of(snapshotOf(model));
      }
    }
    return Optional.empty();
  }

  private static Path snapshotOf(Path model) throws IOException {
    List<String> found = names(model.resolve(SNAPSHOTS));
    Path main = model.resolve("refs").resolve("main");
    if (Files.isRegularFile(main)) {
      String name = TextFile.read(main).strip();
      if (!found.contains(name)) {
        throw new WeightsFormatException(
            main, "names the missing snapshot %s; download the model again".formatted(quote(name)));
      }
      return model.resolve(SNAPSHOTS).resolve(name);
    }
    if (found.size() != 1) {
      throw new WeightsFormatException(
          model,
          "must have the file refs/main or a single snapshot but has %s; give the path of one"
              .formatted(found));
    }
    return model.resolve(SNAPSHOTS).resolve(found.get(0));
  }

  /** Returns a hint with the path of a model if a directory is a cache, otherwise an empty text. */
  static String hint(Path directory) throws IOException {
    List<String> models = names(directory).stream().filter(name -> name.startsWith(MODEL)).toList();
    return models.isEmpty()
        ? ""
        : "; this cache holds " + directory.resolve(models.get(0)).toString();
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }
}
