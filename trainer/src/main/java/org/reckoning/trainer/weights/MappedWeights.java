package org.reckoning.trainer.weights;

import java.io.IOException;
import java.util.Optional;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.types.TFloat32;

/** Weights whose tensors pass through a {@link TensorMap} when they are read. */
final class MappedWeights implements Gpt2Weights {
  private final Gpt2Weights source;
  private final String format;
  private final TensorMap map;

  MappedWeights(Gpt2Weights source, String format, TensorMap map) {
    this.source = source;
    this.format = format;
    this.map = map;
  }

  @Override
  public Gpt2Config config() {
    return source.config();
  }

  @Override
  public int padding() {
    return source.padding();
  }

  @Override
  public Optional<Vocabulary> vocabulary() {
    return source.vocabulary();
  }

  @Override
  public int endOfText() {
    return source.endOfText();
  }

  @Override
  public String format() {
    return format;
  }

  @Override
  public TFloat32 read(String name) throws IOException {
    return map.apply(name, source.read(name));
  }

  @Override
  public TFloat32 readStored(String name) throws IOException {
    return map.apply(name, source.readStored(name));
  }

  @Override
  public void close() throws IOException {
    try (map) {
      source.close();
    }
  }
}
