package org.reckoning.trainer.weights;

import java.io.IOException;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tensors.FloatTensors;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.types.TFloat32;

/**
 * Weights for another vocabulary: row {@code i} of the token embeddings, which are also the output
 * head, is the source's row of the token {@code wanted.toGpt2(i)}.
 */
final class ResizedWeights implements Gpt2Weights {
  private final Gpt2Weights source;
  private final Vocabulary known;
  private final Vocabulary wanted;
  private final @Nullable Gpt2Weights base;

  private ResizedWeights(
      Gpt2Weights source, Vocabulary known, Vocabulary wanted, @Nullable Gpt2Weights base) {
    this.source = source;
    this.known = known;
    this.wanted = wanted;
    this.base = base;
  }

  static Gpt2Weights of(Gpt2Weights source, Vocabulary wanted, @Nullable Gpt2Weights base)
      throws IOException {
    Vocabulary known = known(source, "the weights");
    int[] unknown = unknown(wanted, known);
    if (unknown.length > 0 && base == null) {
      throw new IOException(
          "the weights have %d tokens but lack %d of the %d wanted tokens, such as '%s'; give other weights to take these embeddings from"
              .formatted(
                  known.size(),
                  unknown.length,
                  wanted.size(),
                  Tokenizer.gpt2().decode(unknown[0])));
    }
    if (unknown.length > 0 && base != null) {
      checkBase(source, base, unknown);
    }
    return new ResizedWeights(source, known, wanted, unknown.length == 0 ? null : base);
  }

  private static void checkBase(Gpt2Weights source, Gpt2Weights base, int[] unknown)
      throws IOException {
    if (base.config().nEmbd() != source.config().nEmbd()) {
      throw new IOException(
          "n_embd (%d) of the weights that give embeddings must equal n_embd (%d) of the others"
              .formatted(base.config().nEmbd(), source.config().nEmbd()));
    }
    Vocabulary more = known(base, "the weights that give embeddings");
    for (int token : unknown) {
      if (!more.contains(token)) {
        throw new IOException(
            "the weights that give embeddings must have the token '%s' but have %d others"
                .formatted(Tokenizer.gpt2().decode(token), more.size()));
      }
    }
  }

  private static Vocabulary known(Gpt2Weights weights, String what) throws IOException {
    return weights
        .vocabulary()
        .orElseThrow(
            () ->
                new IOException(
                    "%s have %d tokens of an unknown vocabulary: it must be GPT-2's, with %d tokens, or listed in vocabulary.json in the same directory"
                        .formatted(what, weights.config().vocabSize(), Tokenizer.SIZE)));
  }

  private static int[] unknown(Vocabulary wanted, Vocabulary known) {
    return IntStream.range(0, wanted.size())
        .map(wanted::toGpt2)
        .filter(token -> !known.contains(token))
        .toArray();
  }

  @Override
  public Gpt2Config config() {
    return source.config().withVocabSize(wanted.size());
  }

  @Override
  public Optional<Vocabulary> vocabulary() {
    return Optional.of(wanted);
  }

  @Override
  public int endOfText() {
    return wanted.endOfText();
  }

  @Override
  public String format() {
    int others = unknown(wanted, known).length;
    return "%s; embeddings of %,d of its %,d tokens%s"
        .formatted(
            source.format(),
            wanted.size() - others,
            known.size(),
            others == 0 ? "" : ", of %,d more from others".formatted(others));
  }

  @Override
  public TFloat32 read(String name) throws IOException {
    if (!name.equals(EMBEDDING) || wanted.equals(known)) {
      return source.read(name);
    }
    TFloat32 rows = TFloat32.tensorOf(Shape.of(wanted.size(), source.config().nEmbd()));
    try {
      copyRows(source, known, rows);
      if (base != null) {
        copyRows(base, known(base, "the weights that give embeddings"), rows);
      }
      return rows;
    } catch (IOException | RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  /**
   * Copies the rows of the wanted tokens: from the source, or from the base those that the source
   * lacks.
   */
  private void copyRows(Gpt2Weights from, Vocabulary have, TFloat32 rows) throws IOException {
    float[] row = new float[source.config().nEmbd()];
    try (TFloat32 words = from.read(EMBEDDING)) {
      FloatDataBuffer read = FloatTensors.data(words);
      FloatDataBuffer written = FloatTensors.data(rows);
      for (int i = 0; i < wanted.size(); i++) {
        int token = wanted.toGpt2(i);
        if (from == source ? have.contains(token) : !known.contains(token)) {
          read.offset((long) have.toModel(token) * row.length).read(row);
          written.offset((long) i * row.length).write(row);
        }
      }
    }
  }

  @Override
  public void close() {} // the caller owns source and base
}
