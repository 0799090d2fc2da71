package org.reckoning.trainer.weights.published;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.Lora;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.tensors.SafetensorsFile;
import org.reckoning.trainer.tensors.SafetensorsWriter;
import org.reckoning.trainer.tensors.SafetensorsWriter.TensorData;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Writes model directories for the transformers library and adapters for PEFT. A directory appears
 * under its name only when it is complete.
 *
 * <pre>{@code
 * config.json, generation_config.json, model.safetensors     float32, names without prefix, padding
 * vocab.json, merges.txt, tokenizer_config.json              of a full vocabulary
 * vocabulary.json                                            of a compact one
 * }</pre>
 */
public final class ModelDirectory {
  static final String ADAPTER = LowRankAdapter.CONFIG;

  /** Largest number of layers, 12 tensors each; the largest GPT-2 has 48. */
  private static final int MAX_LAYERS = 10_000;

  /** Configuration of the run that trained a model. */
  public static final String SETTINGS = "reckoning.yaml";

  /** Subdirectory of an adapter with its base model. */
  public static final String BASE = "base";

  /** Files that this class or transformers writes. Replacing a model deletes no other files. */
  private static final Pattern PARTS =
      Pattern.compile(
          ".*\\.safetensors(\\.index\\.json)?"
              + "|(config|generation_config|adapter_config|vocab|vocabulary|answers|tokenizer"
              + "|tokenizer_config|special_tokens_map|added_tokens)\\.json|merges\\.txt"
              + "|reckoning\\.yaml|README\\.md");

  private ModelDirectory() {}

  /** Writes the files of a new directory. */
  @FunctionalInterface
  public interface Content {
    /** Writes all files into an existing, empty directory. */
    void writeTo(Path directory) throws IOException;
  }

  /**
   * Writes a directory under a temporary name beside the target, forces it to the disk, then
   * renames it. If the target is a link, the directory that it points to is replaced.
   *
   * <p>If the process is killed, the old model or the new one remains. If it is killed between the
   * two renames, {@link #finishReplacement} gives one of them the name.
   *
   * @param replaces whether an existing model is replaced
   * @throws IOException if the target exists and may not be replaced, or cannot be written; the
   *     target is unchanged
   */
  public static void create(Path target, boolean replaces, Content content) throws IOException {
    checkTarget(target, replaces);
    Replacement paths = Replacement.of(target);
    List<Path> parents = DurableFiles.createDirectories(paths.parent());
    boolean written = false;
    try {
      paths.clear();
      Files.createDirectory(paths.made());
      content.writeTo(paths.made());
      paths.replace();
      written = true;
    } catch (FileSystemException e) {
      throw FileProblem.cannotWrite(target, e);
    } catch (IOException e) { // such as a full disk
      throw new IOException("'%s' was not written: %s".formatted(target, e.getMessage()), e);
    } finally {
      paths.clear();
      if (!written) {
        DurableFiles.removeEmpty(parents);
      }
    }
  }

  /**
   * Completes a replacement that was interrupted between its two renames, and reports it on
   * standard error.
   *
   * @param target does not exist
   * @throws IOException with the place of the model, if it cannot be renamed
   */
  public static void finishReplacement(Path target) throws IOException {
    Optional<String> which = Replacement.of(target).finish();
    if (which.isPresent()) {
      System.err.printf(
          "the replacement of '%s' was interrupted; the directory now holds the %s model%n",
          target, which.get());
    }
  }

  /**
   * Checks that a directory may be created, before any costly work starts.
   *
   * @throws IOException if the target exists and may not be replaced
   */
  public static void checkTarget(Path target, boolean replaces) throws IOException {
    if (!Files.exists(target)) {
      finishReplacement(target);
    }
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    boolean isModel =
        Files.exists(target.resolve(HuggingFaceWeights.CONFIG))
            || Files.exists(target.resolve(ADAPTER));
    if (!isModel) {
      throw new IOException(
          "'%s' exists and is not a model; choose another name".formatted(target));
    }
    Optional<Path> other = otherThanModel(target, Files.exists(target.resolve(ADAPTER)));
    if (other.isPresent()) {
      throw new IOException(
          "'%s' exists and holds '%s', which is not part of a model; choose another name"
              .formatted(target, target.relativize(other.get())));
    }
    if (!replaces) {
      throw new IOException(
          "'%s' exists already; choose another name, or replace it with --force".formatted(target));
    }
  }

  /** Returns a file that is not part of a model, if a directory holds one. */
  private static Optional<Path> otherThanModel(Path directory, boolean isAdapter)
      throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.list(directory)) {
      all = files.sorted().toList();
    }
    for (Path each : all) {
      String name = String.valueOf(each.getFileName());
      Optional<Path> other =
          isAdapter && name.equals(BASE) && Files.isDirectory(each)
              ? otherThanModel(each, false)
              : Optional.of(each)
                  .filter(file -> Files.isDirectory(file) || !PARTS.matcher(name).matches());
      if (other.isPresent()) {
        return other;
      }
    }
    return Optional.empty();
  }

  /**
   * Checks that a safetensors file can hold a model, before memory is allocated for it.
   *
   * @throws IllegalArgumentException if a tensor is too large, or the model has too many layers
   */
  public static void checkSizes(Gpt2Config config) {
    if (config.nLayer() > MAX_LAYERS) {
      throw new IllegalArgumentException(
          "n_layer (%d) must be at most %d".formatted(config.nLayer(), MAX_LAYERS));
    }
    config
        .withNLayer(1) // all are alike
        .parameterShapes()
        .forEach(
            (name, shape) -> {
              if (shape.size() > SafetensorsFile.MAX_ELEMENTS) {
                throw new IllegalArgumentException(
                    "%s of shape %s must have at most %d numbers"
                        .formatted(name, shape, SafetensorsFile.MAX_ELEMENTS));
              }
            });
  }

  /** Writes a model, one tensor at a time. */
  public static void writeModel(Path directory, Gpt2Weights weights) throws IOException {
    int end = weights.endOfText();
    Gpt2Config stored = weights.storedConfig();
    Gpt2ConfigFile.write(directory.resolve(HuggingFaceWeights.CONFIG), stored, end);
    ObjectNode generation = Json.PLAIN.createObjectNode();
    generation.put("bos_token_id", end).put("eos_token_id", end);
    write(directory.resolve("generation_config.json"), generation);
    Optional<Vocabulary> vocabulary = weights.vocabulary();
    if (vocabulary.isPresent() && vocabulary.get().isFull()) {
      TokenizerFiles.write(directory, weights.config().nPositions());
    } else if (vocabulary.isPresent()) {
      vocabulary.get().save(directory.resolve(HuggingFaceWeights.VOCABULARY));
    }
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    stored
        .parameterShapes()
        .forEach(
            (name, shape) ->
                tensors.put(name, new TensorData.Lazy(shape, () -> weights.readStored(name))));
    SafetensorsWriter.write(directory.resolve(HuggingFaceWeights.FILE), tensors);
  }

  /** A source of the factors of an adapter. */
  @FunctionalInterface
  public interface Factors {
    /** Returns a factor by name; the caller closes it. */
    TFloat32 read(String name) throws IOException;
  }

  /**
   * Writes low-rank factors in the form of PEFT.
   *
   * @param base path or name of the base model, for PEFT
   */
  public static void writeAdapter(
      Path directory, Lora lora, Map<String, Shape> shapes, Factors factors, String base)
      throws IOException {
    ObjectNode config = Json.PLAIN.createObjectNode();
    config
        .put("peft_type", "LORA")
        .put("task_type", "CAUSAL_LM")
        .put("base_model_name_or_path", base)
        .put("r", lora.rank())
        .put("lora_alpha", lora.alpha())
        .put("lora_dropout", 0.0)
        .put("bias", "none")
        .put("fan_in_fan_out", true) // the weights of GPT-2's layers are [in, out]
        .put("inference_mode", true);
    config.set("target_modules", Json.PLAIN.valueToTree(lora.targets()));
    write(directory.resolve(ADAPTER), config);
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) ->
            tensors.put(
                "base_model.model.transformer.%s.weight".formatted(name),
                new TensorData.Lazy(shape, () -> factors.read(name))));
    SafetensorsWriter.write(directory.resolve(LowRankAdapter.FILE), tensors);
  }

  private static void write(Path file, ObjectNode json) throws IOException {
    DurableFiles.write(
        file, Json.PLAIN.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }
}
