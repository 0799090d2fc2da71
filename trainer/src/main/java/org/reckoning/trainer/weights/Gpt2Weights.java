package org.reckoning.trainer.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.types.TFloat32;

/**
 * The weights of a GPT-2, wherever they are, read one tensor at a time: the whole model is never in
 * memory because of them.
 *
 * <pre>{@code
 * try (Gpt2Weights weights = PublishedWeights.open(Path.of("models/gpt2"))) {
 *   for (String name : weights.config().parameterShapes().keySet()) {
 *     try (TFloat32 tensor = weights.read(name)) { .. }
 *   }
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads.
 */
public interface Gpt2Weights extends AutoCloseable {
  /** Name of the token embeddings, which are also the output head. */
  String EMBEDDING = "wte.weight";

  /** Returns the sizes. */
  Gpt2Config config();

  /** Returns how the tokens are numbered, where that is known. */
  Optional<Vocabulary> vocabulary();

  /**
   * Returns how many rows of {@code wte.weight} are stored after those of the tokens. They are not
   * among the sizes of {@link #config()}, and nothing is computed with them.
   */
  default int padding() {
    return 0;
  }

  /** Returns the sizes as they are stored, with padding. */
  default Gpt2Config storedConfig() {
    return config().withVocabSize(config().vocabSize() + padding());
  }

  /**
   * Reads a parameter as it is stored, {@code wte.weight} with its padding; the caller closes it.
   */
  default TFloat32 readStored(String name) throws IOException {
    if (padding() > 0) {
      throw new IllegalStateException("weights with padding must say how they are stored");
    }
    return read(name);
  }

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

  /**
   * Reads all parameters once.
   *
   * @throws IOException if one cannot be read
   */
  default void requireReadable() throws IOException {
    for (String name : config().parameterShapes().keySet()) {
      read(name).close();
    }
  }

  @Override
  void close() throws IOException;

  /**
   * Returns the same weights, but reading a tensor with NaN or infinities is refused.
   *
   * @param path for messages
   * @param source closed with the result
   */
  static Gpt2Weights finite(Path path, Gpt2Weights source) {
    return new FiniteWeights(path, source);
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
}
