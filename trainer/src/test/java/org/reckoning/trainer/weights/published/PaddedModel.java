package org.reckoning.trainer.weights.published;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.reckoning.trainer.tensors.SafetensorsWriter;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.Logits;
import org.tensorflow.ndarray.Shape;

/** A model whose embeddings were padded by another program. */
public final class PaddedModel {
  private PaddedModel() {}

  /**
   * Writes it.
   *
   * @param directory to be made
   * @param plain the same model without padding
   * @param rows of the embeddings in the file
   * @param value of all that is padding
   */
  public static Path write(Path directory, Gpt2Weights plain, int rows, float value)
      throws IOException {
    Files.createDirectories(directory);
    Gpt2ConfigFile.write(
        directory.resolve("config.json"), plain.config().withVocabSize(rows), plain.endOfText());
    SafetensorsWriter.write(directory.resolve("model.safetensors"), tensors(plain, rows, value));
    return directory;
  }

  /** Returns its tensors. */
  static Map<String, TensorData> tensors(Gpt2Weights plain, int rows, float value)
      throws IOException {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    for (var each : plain.config().withVocabSize(rows).parameterShapes().entrySet()) {
      float[] values = Logits.floats(plain, each.getKey());
      Shape shape = each.getValue();
      float[] padded = Arrays.copyOf(values, (int) shape.size());
      Arrays.fill(padded, values.length, padded.length, value);
      tensors.put(each.getKey(), new TensorData.Floats(shape, padded));
    }
    return tensors;
  }
}
