package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.tensors.NonFinite;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.tensors.SafetensorsWriter;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.published.ModelDirectory;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Files with which an exported model learns from facts as its run does. Other programs ignore them.
 *
 * <pre>{@code
 * reckoning.yaml             the resolved configuration of the run, without its own paths
 * inner_rates.safetensors    the inner rates [J, K], as stored in checkpoints
 * answers.json               labels of the problems and length of the answers
 * }</pre>
 *
 * @param path of the model directory
 * @param settings configuration of the run
 */
public record TrainedModel(Path path, RunConfig settings) {
  static final String RATES = "inner_rates";

  private static final String RATES_FILE = RATES + ".safetensors";

  /** Returns whether a directory has a configuration of a run. */
  public static boolean isIn(Path directory) {
    return Files.isRegularFile(directory.resolve(ModelDirectory.SETTINGS));
  }

  /**
   * Opens a directory.
   *
   * @param model sizes of its model
   * @param vocabulary tokens of its model
   * @throws IOException if the configuration cannot be read, or is of another model
   */
  public static TrainedModel open(Path directory, Gpt2Config model, Vocabulary vocabulary)
      throws IOException {
    Path file = directory.resolve(ModelDirectory.SETTINGS);
    RunConfig settings = RunConfig.read(file);
    RunWeights.requireModelOf(settings, vocabulary, model, file);
    return new TrainedModel(directory, settings);
  }

  /**
   * Returns whether a run can be exported with these files. Low-rank factors cannot: the export
   * merges them.
   */
  public static boolean isPossible(RunWeights run) {
    return run.lora().isEmpty();
  }

  /** Adds the files to a model directory. */
  public static void write(Path directory, RunWeights run) throws IOException {
    RunConfig settings = run.settings().with("output_dir", "outputs").with("resume", null);
    DurableFiles.write(directory.resolve(ModelDirectory.SETTINGS), settings.yaml());
    Optional<RunAnswers> answers = run.answers();
    if (answers.isPresent()) {
      answers.get().write(directory);
    }
    if (run.settings().innerSteps() > 0) {
      Shape shape = rateShape(run.settings(), run.config());
      SafetensorsWriter.write(
          directory.resolve(RATES_FILE),
          Map.of(RATES, new TensorData.Lazy(shape, run::readStoredRates)));
    }
  }

  /** Returns what the answers of the run are like; empty for a model of an older version. */
  public Optional<RunAnswers> answers() throws IOException {
    return RunAnswers.read(path);
  }

  /**
   * Reads the stored inner rates [J, K]; the caller closes them.
   *
   * @throws IOException if the file is missing or damaged, or has rates of another inner loop
   */
  public TFloat32 readStoredRates(Gpt2Config model) throws IOException {
    Path file = path.resolve(RATES_FILE);
    Shape wanted = rateShape(settings, model);
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      if (!opened.names().contains(RATES) || !opened.shape(RATES).equals(wanted)) {
        throw new WeightsFormatException(
            file,
            "must have a tensor '%s' of shape %s for the %d inner steps of %s"
                .formatted(RATES, wanted, settings.innerSteps(), ModelDirectory.SETTINGS));
      }
      return NonFinite.checked(file, RATES, opened.read(RATES));
    }
  }

  static Shape rateShape(RunConfig settings, Gpt2Config model) {
    TaskShape any = new TaskShape(1, 1, 2, 1, 2);
    return settings.bilevel(model, List.of(any)).rateShape();
  }
}
