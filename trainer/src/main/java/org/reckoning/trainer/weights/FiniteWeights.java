package org.reckoning.trainer.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tensors.NonFinite;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.types.TFloat32;

/** Weights that refuse to read a tensor with NaN or infinities. */
final class FiniteWeights implements Gpt2Weights {
  private final Path path; // named in messages
  private final Gpt2Weights source;

  FiniteWeights(Path path, Gpt2Weights source) {
    this.path = path;
    this.source = source;
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
    return source.format();
  }

  @Override
  public TFloat32 read(String name) throws IOException {
    return NonFinite.checked(path, name, source.read(name));
  }

  @Override
  public TFloat32 readStored(String name) throws IOException {
    return NonFinite.checked(path, name, source.readStored(name));
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
