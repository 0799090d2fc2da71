package org.reckoning.trainer.weights.published;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.reckoning.trainer.tensors.FloatTensors;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.tensors.SafetensorsWriter;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * The padding of the weights that a run started from, in the directory of the run. An export of the
 * run gets the same rows.
 */
public final class PaddingFile implements AutoCloseable {
  private static final String NAME = "padding.safetensors";
  private static final String ROWS = "wte.padding";

  private final Path path;
  private final SafetensorsFile file;

  private PaddingFile(Path path, SafetensorsFile file) {
    this.path = path;
    this.file = file;
  }

  /** Writes the padding of weights, if they have padding. */
  public static void keep(Path directory, Gpt2Weights weights) throws IOException {
    if (weights.padding() == 0) {
      return;
    }
    Shape shape = Shape.of(weights.padding(), weights.config().nEmbd());
    SafetensorsWriter.write(
        directory.resolve(NAME),
        Map.of(
            ROWS,
            new TensorData.Lazy(
                shape,
                () -> {
                  try (TFloat32 all = weights.readStored(Gpt2Weights.EMBEDDING)) {
                    return FloatTensors.rowsFrom(all, weights.config().vocabSize());
                  }
                })));
  }

  /** Returns whether a directory has a file of padding. */
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(NAME));
  }

  /**
   * Opens the file of a run.
   *
   * @param width width of the embeddings
   * @throws WeightsFormatException if the file holds anything else
   */
  public static PaddingFile open(Path directory, int width) throws IOException {
    Path path = directory.resolve(NAME);
    PaddingFile opened = new PaddingFile(path, SafetensorsFile.open(path));
    try {
      opened.check(width);
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void check(int width) throws WeightsFormatException {
    Shape shape = file.names().contains(ROWS) ? file.shape(ROWS) : Shape.scalar();
    if (shape.numDimensions() != 2
        || shape.get(1) != width
        || shape.get(0) > TokenRows.MOST
        || !file.isReadable(ROWS)) {
      throw new WeightsFormatException(
          path,
          "must have the padding %s [rows, %d]; delete the file to export without padding"
              .formatted(ROWS, width));
    }
  }

  /** Returns the number of rows. */
  public int rows() {
    return (int) file.shape(ROWS).get(0);
  }

  /** Returns a new tensor of the embeddings, then the padding; the caller closes both. */
  public TFloat32 after(TFloat32 embeddings) throws IOException {
    try (TFloat32 rows = file.read(ROWS)) {
      return FloatTensors.stacked(embeddings, rows);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
