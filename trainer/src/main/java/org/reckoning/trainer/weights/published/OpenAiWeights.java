package org.reckoning.trainer.weights.published;

import static org.reckoning.trainer.tensors.WeightsFormatException.quote;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.files.TextFile;
import org.reckoning.trainer.tensors.CheckpointFile;
import org.reckoning.trainer.tensors.FloatTensors;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * A GPT-2 in the form that OpenAI published: {@code hparams.json} and a TensorFlow checkpoint.
 *
 * <pre>{@code
 * wte.weight               model/wte
 * h.0.ln_1.weight          model/h0/ln_1/g
 * h.0.attn.c_attn.weight   model/h0/attn/c_attn/w   [1, C, 3C]
 * h.0.attn.c_attn.bias     model/h0/attn/c_attn/b
 * }</pre>
 */
final class OpenAiWeights implements Gpt2Weights {
  static final String SIZES = "hparams.json";

  private static final String SUFFIX = ".index";
  private static final Pattern LATEST =
      Pattern.compile("(?m)^model_checkpoint_path: *\"([A-Za-z0-9_.-]+)\"");
  private static final Pattern PARAMETER = Pattern.compile("(?:h\\.(\\d+)\\.)?(.+)\\.(\\w+)");

  private final TokenRows rows;
  private final Gpt2Config config;
  private final Map<String, Shape> shapes; // with padding
  private final CheckpointFile checkpoint;

  private OpenAiWeights(Gpt2Config config, CheckpointFile checkpoint) {
    this.rows = TokenRows.of(config.vocabSize());
    this.config = config.withVocabSize(rows.tokens());
    this.shapes = config.parameterShapes();
    this.checkpoint = checkpoint;
  }

  static OpenAiWeights open(Path directory) throws IOException {
    Gpt2Config config = sizes(directory.resolve(SIZES));
    CheckpointFile checkpoint = CheckpointFile.open(prefix(directory), TFloat32.class);
    try {
      checkLayers(directory, config, checkpoint);
      return new OpenAiWeights(config, checkpoint);
    } catch (IOException | RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  /**
   * Checks that the checkpoint has exactly {@code n_layer} layers, before all shapes are listed.
   */
  private static void checkLayers(Path directory, Gpt2Config config, CheckpointFile checkpoint)
      throws IOException {
    int layers = config.nLayer();
    Shape shape = Shape.of(config.nEmbd());
    checkpoint.read(published("h." + (layers - 1) + ".ln_1.bias"), shape).close();
    if (checkpoint.has(published("h." + layers + ".ln_1.bias"))) {
      throw new WeightsFormatException(
          directory.resolve(SIZES),
          "n_layer (%d) is too small: the checkpoint has more layers".formatted(layers));
    }
  }

  private static Gpt2Config sizes(Path file) throws IOException {
    JsonNode root = JsonFile.read(file);
    List<String> wrong = new ArrayList<>();
    for (String key : List.of("n_vocab", "n_ctx", "n_embd", "n_head", "n_layer")) {
      if (!root.path(key).isInt()) {
        wrong.add(key);
      }
    }
    if (!wrong.isEmpty()) {
      throw new WeightsFormatException(file, "must have whole numbers below 2^31 for " + wrong);
    }
    try {
      return Gpt2Config.small()
          .withVocabSize(root.get("n_vocab").intValue())
          .withNPositions(root.get("n_ctx").intValue())
          .withNHead(1) // divides every width
          .withNEmbd(root.get("n_embd").intValue())
          .withNHead(root.get("n_head").intValue())
          .withNLayer(root.get("n_layer").intValue());
    } catch (IllegalArgumentException e) {
      throw new WeightsFormatException(file, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Returns the prefix of the only checkpoint, or of the one that the file {@code checkpoint}
   * names.
   */
  private static Path prefix(Path directory) throws IOException {
    List<String> found;
    try (Stream<Path> files = Files.list(directory)) {
      found =
          files
              .map(file -> String.valueOf(file.getFileName()))
              .filter(name -> name.endsWith(SUFFIX))
              .map(name -> name.substring(0, name.length() - SUFFIX.length()))
              .sorted()
              .toList();
    }
    if (found.size() == 1) {
      return directory.resolve(found.get(0));
    }
    Path latest = directory.resolve("checkpoint");
    Matcher matcher = LATEST.matcher(Files.exists(latest) ? TextFile.read(latest) : "");
    if (matcher.find() && found.contains(matcher.group(1))) {
      return directory.resolve(matcher.group(1));
    }
    throw new WeightsFormatException(
        directory,
        "must have a single checkpoint (PREFIX.index and PREFIX.data-00000-of-00001) beside hparams.json, or a file named checkpoint that names one of %s"
            .formatted(found));
  }

  /** Returns OpenAI's name for a parameter. */
  static String published(String parameter) {
    Matcher matcher = PARAMETER.matcher(parameter);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("'%s' is not a parameter".formatted(parameter));
    }
    String layer = matcher.group(2);
    String path =
        "model/"
            + (matcher.group(1) == null ? "" : "h" + matcher.group(1) + "/")
            + layer.replace('.', '/');
    if (layer.length() == 3) { // wte, wpe: one tensor each
      return path;
    }
    if (matcher.group(3).equals("bias")) {
      return path + "/b";
    }
    return path + (layer.startsWith("ln_") ? "/g" : "/w");
  }

  @Override
  public Gpt2Config config() {
    return config;
  }

  @Override
  public int padding() {
    return rows.padding();
  }

  @Override
  public Optional<Vocabulary> vocabulary() {
    return rows.vocabulary();
  }

  @Override
  public int endOfText() {
    return config.vocabSize() - 1;
  }

  @Override
  public String format() {
    return "OpenAI's TensorFlow checkpoint, F32";
  }

  @Override
  public TFloat32 read(String name) throws IOException {
    if (rows.padding() == 0 || !name.equals(EMBEDDING)) {
      return readStored(name);
    }
    try (TFloat32 all = readStored(name)) {
      return FloatTensors.firstRows(all, rows.tokens());
    }
  }

  @Override
  public TFloat32 readStored(String name) throws IOException {
    Shape shape = shapes.get(name);
    if (shape == null) {
      throw new IllegalArgumentException(
          "no parameter %s; known: %s".formatted(quote(name), shapes.keySet()));
    }
    return checkpoint.read(published(name), shape);
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
