package org.reckoning.trainer.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tensors.NonFinite;
import org.reckoning.trainer.tensors.WeightsFormatException;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.types.TFloat32;

/**
 * The weights of a GPT-2 in any form, read one tensor at a time, so that the whole model is never
 * in memory.
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

  /** Returns the vocabulary, if it is known. */
  Optional<Vocabulary> vocabulary();

  /**
   * Returns the number of rows that {@code wte.weight} has after the rows of the tokens. {@link
   * #config()} does not count them, and no computation uses them.
   */
  default int padding() {
    return 0;
  }

  /** Returns the stored sizes, which include padding. */
  default Gpt2Config storedConfig() {
    return config().withVocabSize(config().vocabSize() + padding());
  }

  /**
   * Reads a parameter as stored: {@code wte.weight} includes its padding. The caller closes the
   * tensor.
   */
  default TFloat32 readStored(String name) throws IOException {
    if (padding() > 0) {
      throw new IllegalStateException("weights with padding must override readStored");
    }
    return read(name);
  }

  /** Returns the id of the end of text. */
  int endOfText();

  /** Returns a description of the source for people, such as {@code safetensors, 2 files, F16}. */
  String format();

  /**
   * Reads a parameter.
   *
   * @param name one of {@link Gpt2Config#parameterShapes()}
   * @return the parameter, in the shape from there; the caller closes it
   * @throws IllegalArgumentException if the model has no such parameter
   * @throws WeightsFormatException if the stored tensor is damaged or of the wrong shape or type
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
   * Returns the same weights, except that reading a tensor with NaN or infinities fails.
   *
   * @param path the source of the weights, for messages
   * @param source closed with the result
   */
  static Gpt2Weights finite(Path path, Gpt2Weights source) {
    return source.mapped(source.format(), (name, tensor) -> NonFinite.checked(path, name, tensor));
  }

  /** A change of tensors after they are read. */
  @FunctionalInterface
  interface TensorMap extends AutoCloseable {
    /**
     * Returns the changed tensor.
     *
     * @param name the parameter
     * @param tensor the tensor as read; this method returns or closes it
     */
    TFloat32 apply(String name, TFloat32 tensor) throws IOException;

    @Override
    default void close() throws IOException {}
  }

  /**
   * Returns these weights with changed tensors. Closing the result also closes these weights and
   * the map.
   *
   * @param format the description of the result
   */
  default Gpt2Weights mapped(String format, TensorMap map) {
    return new MappedWeights(this, format, map);
  }

  /**
   * Returns the random weights from which training from scratch starts. The same seed gives the
   * same values.
   */
  static Gpt2Weights random(Gpt2Config config, Vocabulary vocabulary, long seed) {
    return new RandomWeights(config, vocabulary, seed);
  }

  /**
   * Returns these weights for another vocabulary, with the matching rows of {@code wte.weight}.
   * Closing the result does not close these weights.
   *
   * @param wanted the new vocabulary
   * @throws IOException if these weights lack a wanted token, or their vocabulary is unknown
   */
  default Gpt2Weights withVocabulary(Vocabulary wanted) throws IOException {
    return ResizedWeights.of(this, wanted, null);
  }

  /**
   * Returns these weights for another vocabulary; a base gives the rows of tokens that these
   * weights lack. Closing the result closes neither.
   *
   * @param wanted the new vocabulary
   * @param base weights of the same width that have the missing tokens
   * @throws IOException if both lack a wanted token, or a vocabulary is unknown
   */
  default Gpt2Weights withVocabulary(Vocabulary wanted, Gpt2Weights base) throws IOException {
    return ResizedWeights.of(this, wanted, base);
  }
}
