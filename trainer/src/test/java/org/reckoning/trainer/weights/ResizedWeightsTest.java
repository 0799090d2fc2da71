package org.reckoning.trainer.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.published.GoldenLogits;
import org.reckoning.trainer.weights.published.PublishedWeights;

class ResizedWeightsTest {
  private static final int C = 2;
  private static final Gpt2Config FULL = new Gpt2Config(Tokenizer.SIZE, 3, C, 1, 1, 4, 1e-5);
  private static final Vocabulary SOME = Vocabulary.compact(IntStream.of(995, 11, 3000));
  private static final Vocabulary FEWER = Vocabulary.compact(IntStream.of(3000));
  private static final Vocabulary OTHERS = Vocabulary.compact(IntStream.of(11, 12));

  private static Gpt2Weights full(long seed) {
    return Gpt2Weights.random(FULL, Vocabulary.full(), seed);
  }

  private static float[] rows(float[] embedding, int... rows) {
    float[] picked = new float[rows.length * C];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(embedding, rows[i] * C, picked, i * C, C);
    }
    return picked;
  }

  @Test
  void fullToCompact_picksTheRowsOfItsTokens() throws IOException {
    try (Gpt2Weights full = full(1)) {
      Gpt2Weights some = full.withVocabulary(SOME);
      assertThat(some.config()).isEqualTo(FULL.withVocabSize(4));
      assertThat(some.vocabulary()).contains(SOME);
      assertThat(some.endOfText()).isEqualTo(3);
      float[] all = Logits.floats(full, "wte.weight");
      assertThat(Logits.floats(some, "wte.weight")).isEqualTo(rows(all, 11, 995, 3000, 50_256));
      assertThat(Logits.floats(some, "h.0.mlp.c_fc.weight"))
          .isEqualTo(Logits.floats(full, "h.0.mlp.c_fc.weight"));
      Gpt2Weights fewer = some.withVocabulary(FEWER);
      assertThat(Logits.floats(fewer, "wte.weight")).isEqualTo(rows(all, 3000, 50_256));
      assertThat(some.format()).isEqualTo("random, seed 1; embeddings of 4 of its 50,257 tokens");
    }
  }

  @Test
  void compactToFull_takesTheRestFromTheBase() throws IOException {
    try (Gpt2Weights full = full(1);
        Gpt2Weights base = full(2)) {
      Gpt2Weights some = full.withVocabulary(SOME);
      Gpt2Weights back = some.withVocabulary(Vocabulary.full(), base);
      assertThat(back.config()).isEqualTo(FULL);
      float[] expected = Logits.floats(base, "wte.weight");
      float[] own = Logits.floats(full, "wte.weight");
      for (int token : new int[] {11, 995, 3000, 50_256}) {
        System.arraycopy(own, token * C, expected, token * C, C);
      }
      assertThat(Arrays.equals(Logits.floats(back, "wte.weight"), expected)).isTrue();
      assertThat(Logits.floats(back, "wpe.weight")).isEqualTo(Logits.floats(full, "wpe.weight"));
      assertThat(back.format()).endsWith("of 4 of its 4 tokens, of 50,253 more from others");
      assertThat(Logits.floats(back.withVocabulary(SOME), "wte.weight"))
          .isEqualTo(Logits.floats(some, "wte.weight"));
    }
  }

  @Test
  void unknownTokens_areRefused() throws IOException {
    try (Gpt2Weights full = full(1);
        Gpt2Weights wide = Gpt2Weights.random(FULL.withNEmbd(4), Vocabulary.full(), 1);
        Gpt2Weights micro = PublishedWeights.open(GoldenLogits.MICRO)) {
      Gpt2Weights fewer = full.withVocabulary(FEWER);
      assertThatIOException()
          .isThrownBy(() -> fewer.withVocabulary(SOME))
          .withMessage(
              "the weights have 2 tokens but lack 2 of the 4 wanted tokens, such as ','; give other weights to take these embeddings from");
      assertThatIOException()
          .isThrownBy(() -> fewer.withVocabulary(SOME, full.withVocabulary(OTHERS)))
          .withMessage(
              "the weights that give embeddings must have the token ' world' but have 3 others");
      assertThatIOException()
          .isThrownBy(() -> fewer.withVocabulary(SOME, wide))
          .withMessage(
              "n_embd (4) of the weights that give embeddings must equal n_embd (2) of the others");
      assertThatIOException()
          .isThrownBy(() -> micro.withVocabulary(SOME))
          .withMessage(
              "the weights have 61 tokens of an unknown vocabulary: it must be GPT-2's, with 50257 tokens, or listed in vocabulary.json in the same directory");
    }
  }
}
