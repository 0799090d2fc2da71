package org.reckoning.trainer.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.reckoning.graph.bilevel.ServingLimits;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.tokens.Vocabulary;

/**
 * What a client must know of an exported model, read from the files beside it.
 *
 * @param model its name at a server, if it was not given another one there
 * @param version its number there
 * @param checkpoint name of the checkpoint that was exported
 * @param config of the run, resolved
 * @param vocabulary how the model numbers tokens
 * @param labelSets sets of labels that the run's data choose from
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
  /** Returns whether this is an export, or the directory of its versions. */
  public static boolean isThere(Path directory) throws IOException {
    return ModelExport.newest(directory)
        .filter(version -> Files.isRegularFile(version.resolve("saved_model.pb")))
        .isPresent();
  }

  /**
   * Reads the files of an export.
   *
   * @param directory a version, or the directory of the versions, whose newest is taken
   * @throws MissingPathException if there is none
   * @throws IOException if a file of it cannot be read
   */
  public static ClientAssets read(Path directory) throws IOException {
    Path version =
        ModelExport.newest(directory)
            .orElseThrow(
                () ->
                    new MissingPathException(
                        "'%s' must be a model that 'reckoning export' has written, or a version of one"
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
          "'%s' is of a model with %d tokens and %d inner steps, but the files beside it tell of %d and %d: export the run again"
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
