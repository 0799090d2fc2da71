package org.reckoning.trainer.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.reckoning.graph.serving.ServingLimits;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.tokens.Vocabulary;

/**
 * Files of an exported model that a client needs.
 *
 * @param model default name of the model on a server
 * @param version number of the version
 * @param checkpoint name of the exported checkpoint
 * @param config the resolved configuration of the run
 * @param vocabulary of the model
 * @param labelSets sets of labels in the data of the run
 * @param limits of a request
 */
public record ClientAssets(
    String model,
    String version,
    String checkpoint,
    RunConfig config,
    Vocabulary vocabulary,
    List<List<String>> labelSets,
    ServingLimits limits) {
  /** Returns whether a directory is an exported version, or contains versions. */
  public static boolean isThere(Path directory) throws IOException {
    return ModelExport.newest(directory)
        .filter(version -> Files.isRegularFile(version.resolve("saved_model.pb")))
        .isPresent();
  }

  /**
   * Reads the files of an export.
   *
   * @param directory of a version, or of all versions, for the newest one
   * @throws MissingPathException if there is no version
   * @throws IOException if a file cannot be read
   */
  public static ClientAssets read(Path directory) throws IOException {
    Path version =
        ModelExport.newest(directory)
            .orElseThrow(
                () ->
                    new MissingPathException(
                        "'%s' must be a model written by 'reckoning export', or a version of one"
                            .formatted(directory)))
            .toAbsolutePath()
            .normalize();
    ExportAssets.Origin origin = ExportAssets.origin(version);
    Path assets = version.resolve(ExportAssets.DIRECTORY);
    RunConfig config = RunConfig.read(assets.resolve(RunDirectory.CONFIG));
    Vocabulary vocabulary = Vocabulary.load(assets.resolve(RunDirectory.VOCABULARY));
    if (origin.vocabularySize() != vocabulary.size()
        || origin.innerSteps() != config.innerSteps()) {
      throw new IOException(
          "'%s' has %d tokens and %d inner steps, but the files beside it have %d and %d: export the run again"
              .formatted(
                  assets.resolve(ExportAssets.ORIGIN),
                  origin.vocabularySize(),
                  origin.innerSteps(),
                  vocabulary.size(),
                  config.innerSteps()));
    }
    return new ClientAssets(
        name(Objects.requireNonNullElse(version.getParent(), version)),
        name(version),
        origin.checkpoint(),
        config,
        vocabulary,
        JsonRecord.read(
                assets.resolve(ExportAssets.LABELS),
                ExportAssets.Labels.class,
                "labels of an export")
            .labelSets(),
        origin.limits());
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }
}
