package org.reckoning.trainer.weights;

import static org.reckoning.trainer.weights.WeightsFormatException.quote;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.tensorflow.ndarray.Shape;

/**
 * A GPT-2 in a directory of the Hugging Face form: {@code config.json} and {@code
 * model.safetensors}.
 *
 * <p>Names lose their {@code transformer.} prefix. The attention masks that old files carry and an
 * output head that equals {@code wte.weight} are left out.
 *
 * @param config the sizes
 * @param weights the parameters of {@link Gpt2Config#parameterShapes()}, in that order
 */
public record Gpt2Directory(Gpt2Config config, Map<String, TensorData.Floats> weights) {
  private static final String PREFIX = "transformer.";
  private static final String HEAD = "lm_head.weight";
  private static final String EMBEDDING = "wte.weight";
  private static final Pattern MASK = Pattern.compile("h\\.\\d+\\.attn\\.(masked_)?bias");

  /**
   * Reads a model.
   *
   * @throws WeightsFormatException if a file is missing or malformed, the configuration is not that
   *     of a GPT-2, or the weights are not those of the configuration: missing, unexpected and
   *     wrong-shaped tensors are all listed in one message
   */
  public static Gpt2Directory read(Path directory) throws IOException {
    Gpt2Config config = Gpt2ConfigFile.read(existing(directory, "config.json"));
    Path file = existing(directory, "model.safetensors");
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      return new Gpt2Directory(config, new Weights(file, tensors, config).read());
    }
  }

  private static Path existing(Path directory, String name) throws WeightsFormatException {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      throw new WeightsFormatException(directory, "must be a directory with the file " + name);
    }
    return file;
  }

  /** The weights of one file, matched with one configuration. */
  private record Weights(Path file, SafetensorsFile tensors, Gpt2Config config) {
    Map<String, TensorData.Floats> read() throws IOException {
      Map<String, String> stored = storedNames();
      Map<String, Shape> shapes = expectedShapes(stored.size());
      checkShapes(stored, shapes);
      Map<String, TensorData.Floats> weights = new LinkedHashMap<>();
      for (Map.Entry<String, Shape> expected : shapes.entrySet()) {
        String storedName = Objects.requireNonNull(stored.get(expected.getKey())); // just checked
        float[] values = tensors.readFloats(storedName);
        weights.put(expected.getKey(), new TensorData.Floats(expected.getValue(), values));
      }
      checkHead(Objects.requireNonNull(weights.get(EMBEDDING)));
      return Collections.unmodifiableMap(weights);
    }

    /** Returns parameter name to name in the file. */
    private Map<String, String> storedNames() throws WeightsFormatException {
      Map<String, String> stored = new LinkedHashMap<>();
      for (String name : tensors.names()) {
        String parameter = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        if (name.equals(HEAD) || MASK.matcher(parameter).matches()) {
          continue;
        }
        if (stored.put(parameter, name) != null) {
          throw new WeightsFormatException(
              file,
              "tensor %s must be there once but is there with and without the prefix '%s'"
                  .formatted(quote(parameter), PREFIX));
        }
      }
      return stored;
    }

    /** Returns the shapes of the configuration, which are built only if the file may have them. */
    private Map<String, Shape> expectedShapes(int storedTensors) throws WeightsFormatException {
      if (config.nLayer() > Math.max(storedTensors, 1)) {
        throw new WeightsFormatException(
            file,
            "has %d tensors, too few for the n_layer (%d) of config.json"
                .formatted(storedTensors, config.nLayer()));
      }
      return config.parameterShapes();
    }

    private void checkShapes(Map<String, String> stored, Map<String, Shape> shapes)
        throws WeightsFormatException {
      List<String> missing = new ArrayList<>();
      List<String> wrong = new ArrayList<>();
      shapes.forEach(
          (name, shape) -> {
            String storedName = stored.get(name);
            if (storedName == null) {
              missing.add(name);
            } else if (!tensors.shape(storedName).equals(shape)) {
              wrong.add("%s is %s, not %s".formatted(name, tensors.shape(storedName), shape));
            }
          });
      List<String> unexpected =
          stored.keySet().stream()
              .filter(name -> !shapes.containsKey(name))
              .map(WeightsFormatException::quote)
              .toList();
      List<String> problems = new ArrayList<>();
      if (!missing.isEmpty()) {
        problems.add("missing " + missing);
      }
      if (!unexpected.isEmpty()) {
        problems.add("unexpected " + unexpected);
      }
      if (!wrong.isEmpty()) {
        problems.add("wrong shape " + wrong);
      }
      if (!problems.isEmpty()) {
        throw new WeightsFormatException(
            file, "must have the tensors of config.json: " + String.join("; ", problems));
      }
    }

    private void checkHead(TensorData.Floats embedding) throws IOException {
      if (tensors.names().contains(HEAD)
          && !(tensors.shape(HEAD).equals(embedding.shape())
              && Arrays.equals(tensors.readFloats(HEAD), embedding.values()))) {
        throw new WeightsFormatException(
            file, "tensor '%s' must equal '%s', with which it is tied".formatted(HEAD, EMBEDDING));
      }
    }
  }
}
