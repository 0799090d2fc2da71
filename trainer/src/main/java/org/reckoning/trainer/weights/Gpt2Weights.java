package org.reckoning.trainer.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.types.TFloat32;

/**
 * The weights of a GPT-2, wherever they are, read one tensor at a time: the whole model is never in
 * memory because of them.
 *
 * <pre>{@code
 * try (Gpt2Weights weights = Gpt2Weights.open(Path.of("models/gpt2"))) {
 *   for (String name : weights.config().parameterShapes().keySet()) {
 *     try (TFloat32 tensor = weights.read(name)) { .. }
 *   }
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads.
 */
public interface Gpt2Weights extends AutoCloseable {
  /** Returns the sizes. */
  Gpt2Config config();

  /** Returns how the tokens are numbered, where that is known. */
  Optional<Vocabulary> vocabulary();

  /** Returns the id of the end of text. */
  int endOfText();

  /** Returns what is read, for people: {@code safetensors, 2 files, F16}. */
  String format();

  /**
   * Reads a parameter.
   *
   * @param name one of {@link Gpt2Config#parameterShapes()}
   * @return the values, in the shape that is given there; the caller closes it
   * @throws IllegalArgumentException if there is no such parameter
   * @throws WeightsFormatException if it cannot be what it must be
   */
  TFloat32 read(String name) throws IOException;

  @Override
  void close() throws IOException;

  /**
   * Opens published weights and checks all but the numbers.
   *
   * @param path a directory or file of the Hugging Face form, {@code config.json} and {@code
   *     model.safetensors} or shards of it, or a directory with OpenAI's TensorFlow checkpoint and
   *     its {@code hparams.json}
   * @throws WeightsFormatException if it is neither of these, or not a GPT-2, or malformed
   */
  static Gpt2Weights open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new WeightsFormatException(path, "there is no such file or directory");
    }
    if (Files.isRegularFile(path)) {
      return openFile(path);
    }
    if (!Files.isDirectory(path)) {
      throw new WeightsFormatException(path, "must be a file or a directory");
    }
    Path one = path.resolve(HuggingFaceWeights.FILE);
    Path index = path.resolve(HuggingFaceWeights.INDEX);
    if (Files.exists(one)) {
      return HuggingFaceWeights.openFile(one);
    }
    if (Files.exists(index)) {
      return HuggingFaceWeights.openShards(index);
    }
    if (Files.exists(path.resolve(OpenAiWeights.SIZES))) {
      return OpenAiWeights.open(path);
    }
    refusePickled(path);
    if (Files.exists(path.resolve(ModelDirectory.ADAPTER))) {
      throw new WeightsFormatException(
          path,
          "is an adapter and has no weights of its own; give the model that it belongs to, or export"
              + " the run without --adapter");
    }
    throw new WeightsFormatException(
        path,
        "must be a directory with %s, or %s, or OpenAI's %s and checkpoint"
            .formatted(HuggingFaceWeights.FILE, HuggingFaceWeights.INDEX, OpenAiWeights.SIZES));
  }

  private static Gpt2Weights openFile(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent()); // it has a name
    if (name.endsWith(".safetensors.index.json")) {
      return HuggingFaceWeights.openShards(file);
    }
    if (name.equals(HuggingFaceWeights.CONFIG) || name.equals(OpenAiWeights.SIZES)) {
      return open(directory);
    }
    if (isPickled(file)) {
      throw pickled(file, directory);
    }
    if (Pattern.matches(".*\\.(index|meta|data-\\d+-of-\\d+)", name)) {
      throw new WeightsFormatException(
          file,
          "is a part of a TensorFlow checkpoint; give its directory, with %s in it"
              .formatted(OpenAiWeights.SIZES));
    }
    return HuggingFaceWeights.openFile(file);
  }

  private static void refusePickled(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      Optional<Path> first = files.filter(Gpt2Weights::isPickled).sorted().findFirst();
      if (first.isPresent()) {
        throw pickled(first.get(), directory);
      }
    }
  }

  private static boolean isPickled(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return Pattern.matches(".*\\.(bin|pt|pth|ckpt|pkl|pickle)", name);
  }

  private static WeightsFormatException pickled(Path file, Path directory) {
    return new WeightsFormatException(
        file,
        ("is pickled, and to read such a file is to run whatever program it holds; convert it where"
                + " you trust it, with config.json beside it and named pytorch_model.bin: python3 -c"
                + " 'import sys; from transformers import GPT2LMHeadModel as M;"
                + " M.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2])' %s %s")
            .formatted(shellWord(directory.toString()), shellWord(directory + "-safetensors")));
  }

  /** Returns what a shell takes as just this text. */
  private static String shellWord(String text) {
    return text.matches("[\\w./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /**
   * Returns random weights, those with which a training from scratch starts. The same seed gives
   * the same values.
   */
  static Gpt2Weights random(Gpt2Config config, Vocabulary vocabulary, long seed) {
    return new RandomWeights(config, vocabulary, seed);
  }

  /**
   * Returns these weights with other tokens: rows of {@code wte.weight} are picked, or put to
   * others. Closing the result does not close these.
   *
   * @param wanted the tokens
   * @throws IOException if a wanted token is not among those of these weights, or it is not known
   *     which they have
   */
  default Gpt2Weights withVocabulary(Vocabulary wanted) throws IOException {
    return ResizedWeights.of(this, wanted, null);
  }

  /**
   * Returns these weights with other tokens; the rows of those that these weights do not know come
   * from others. Closing the result closes neither.
   *
   * @param wanted the tokens
   * @param base of the same width, with the tokens that these weights do not know
   * @throws IOException if a wanted token is in neither, or it is not known which they have
   */
  default Gpt2Weights withVocabulary(Vocabulary wanted, Gpt2Weights base) throws IOException {
    return ResizedWeights.of(this, wanted, base);
  }

  /** Returns the full vocabulary for GPT-2's number of tokens, else none. */
  static Optional<Vocabulary> fullIfSize(int tokens) {
    return tokens == Tokenizer.SIZE ? Optional.of(Vocabulary.full()) : Optional.empty();
  }
}
