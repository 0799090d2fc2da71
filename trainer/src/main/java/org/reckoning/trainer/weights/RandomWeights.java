package org.reckoning.trainer.weights;

import java.util.Optional;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.InitialValues;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.types.TFloat32;

/** The random weights from which training from scratch starts; each is computed when it is read. */
final class RandomWeights implements Gpt2Weights {
  private final Gpt2Config config;
  private final Vocabulary vocabulary;
  private final long seed;
  private final InitialValues values;

  RandomWeights(Gpt2Config config, Vocabulary vocabulary, long seed) {
    if (config.vocabSize() != vocabulary.size()) {
      throw new IllegalArgumentException(
          "vocab_size (%d) must be the size of the %s".formatted(config.vocabSize(), vocabulary));
    }
    this.config = config;
    this.vocabulary = vocabulary;
    this.seed = seed;
    values = new InitialValues(config, seed);
  }

  @Override
  public Gpt2Config config() {
    return config;
  }

  @Override
  public Optional<Vocabulary> vocabulary() {
    return Optional.of(vocabulary);
  }

  @Override
  public int endOfText() {
    return vocabulary.endOfText();
  }

  @Override
  public String format() {
    return "random, seed %d".formatted(seed);
  }

  @Override
  public TFloat32 read(String name) {
    return values.read(name);
  }

  @Override
  public void close() {
    values.close();
  }
}
