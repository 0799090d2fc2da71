package org.reckoning.trainer.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Checksum;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.Logits;

class PaddedVocabularyTest {
  private static final Gpt2Config SIZES = new Gpt2Config(Tokenizer.SIZE, 3, 2, 1, 1, 4, 1e-5);
  private static final float PADDING = 7.5f;

  @TempDir Path directory;

  /** A [PAD] that was added, nanoGPT and llm.c, and coarser multiples. */
  @ParameterizedTest
  @ValueSource(ints = {50_258, 50_304, 50_432, 51_200, 57_344})
  void open_ofAPaddedModel_computesWhatThePlainOneDoes_andKeepsTheRows(int rows)
      throws IOException {
    try (Gpt2Weights plain = Gpt2Weights.random(SIZES, Vocabulary.full(), 5)) {
      Path model = PaddedModel.write(directory.resolve("padded"), plain, rows, PADDING);
      try (Gpt2Weights padded = PublishedWeights.open(model)) {
        assertThat(padded.config()).isEqualTo(SIZES);
        assertThat(padded.padding()).isEqualTo(rows - Tokenizer.SIZE);
        assertThat(padded.storedConfig().vocabSize()).isEqualTo(rows);
        assertThat(padded.vocabulary()).contains(Vocabulary.full());
        assertThat(padded.endOfText()).isEqualTo(50_256);
        assertThat(Gpt2Checksum.of(padded)).isEqualTo(Gpt2Checksum.of(plain));
        int[][] tokens = {{15496, 995, 11}};
        assertThat(
                Arrays.equals(
                    Logits.of(padded, tokens, new int[] {3}),
                    Logits.of(plain, tokens, new int[] {3})))
            .isTrue();
        Path copy = directory.resolve("copy");
        ModelDirectory.create(copy, false, to -> ModelDirectory.writeModel(to, padded));
        for (String file : new String[] {"config.json", "model.safetensors"}) {
          assertThat(copy.resolve(file)).hasSameBinaryContentAs(model.resolve(file));
        }
      }
    }
  }

  @Test
  void withVocabulary_ofAPaddedModel_picksTokensAndDropsThePadding() throws IOException {
    Vocabulary few = Vocabulary.compact(IntStream.of(11, 995));
    try (Gpt2Weights plain = Gpt2Weights.random(SIZES, Vocabulary.full(), 5);
        Gpt2Weights padded =
            PublishedWeights.open(PaddedModel.write(directory, plain, 50_304, PADDING))) {
      for (Vocabulary wanted : new Vocabulary[] {few, Vocabulary.full()}) {
        Gpt2Weights picked = padded.withVocabulary(wanted);
        assertThat(picked.padding()).isZero();
        assertThat(Gpt2Checksum.of(picked))
            .isEqualTo(Gpt2Checksum.of(plain.withVocabulary(wanted)));
      }
      Gpt2Weights base = plain.withVocabulary(few).withVocabulary(Vocabulary.full(), padded);
      assertThat(Gpt2Checksum.of(base)).isEqualTo(Gpt2Checksum.of(plain));
    }
  }

  @Test
  void open_withTheVocabularyOfAllTokensBesideIt_knowsThePadding() throws IOException {
    try (Gpt2Weights plain = Gpt2Weights.random(SIZES, Vocabulary.full(), 5)) {
      Path model = PaddedModel.write(directory, plain, 50_304, PADDING);
      Vocabulary.full().save(model.resolve("vocabulary.json"));
      try (Gpt2Weights padded = PublishedWeights.open(model)) {
        assertThat(padded.padding()).isEqualTo(47);
      }
    }
  }

  /** Such as German GPT-2s, which have 50,265 tokens of their own. */
  @Test
  void open_withTheVocabularyOfAnotherTokenizer_doesNotTakeItForPadding() throws IOException {
    try (Gpt2Weights plain = Gpt2Weights.random(SIZES, Vocabulary.full(), 5)) {
      Path model = PaddedModel.write(directory, plain, 50_265, PADDING);
      TokenizerFiles.write(model, SIZES.nPositions());
      try (Gpt2Weights padded = PublishedWeights.open(model)) {
        assertThat(padded.padding()).isEqualTo(8);
      }
      Path file = model.resolve("vocab.json");
      Files.writeString(file, Files.readString(file).replace("\"the\": ", "\"derder\": "));
      try (Gpt2Weights other = PublishedWeights.open(model)) {
        assertThat(other.vocabulary()).isEmpty();
        assertThat(other.config().vocabSize()).isEqualTo(50_265);
      }
    }
  }

  /** Newer models have this file alone. */
  @Test
  void open_withTheTokenizerFileOfAnotherTokenizer_doesNotTakeItForPadding() throws IOException {
    try (Gpt2Weights plain = Gpt2Weights.random(SIZES, Vocabulary.full(), 5)) {
      Path model = PaddedModel.write(directory, plain, 50_265, PADDING);
      TokenizerFiles.write(model, SIZES.nPositions());
      String ids = Files.readString(model.resolve("vocab.json"));
      Files.delete(model.resolve("vocab.json"));
      Path file = model.resolve("tokenizer.json");
      String start = "{\"version\": \"1.0\", \"model\": {\"type\": \"BPE\", \"vocab\": ";
      Files.writeString(file, start + ids + "}}");
      try (Gpt2Weights padded = PublishedWeights.open(model)) {
        assertThat(padded.padding()).isEqualTo(8);
      }
      Files.writeString(file, start + ids.replace("\"the\": ", "\"derder\": ") + "}}");
      try (Gpt2Weights other = PublishedWeights.open(model)) {
        assertThat(other.vocabulary()).isEmpty();
      }
      Files.writeString(file, start + "[[\"the\", -1.5]]}}"); // as of SentencePiece
      try (Gpt2Weights other = PublishedWeights.open(model)) {
        assertThat(other.vocabulary()).isEmpty();
      }
    }
  }

  /** As many rows as no program pads to are tokens of something else. */
  @ParameterizedTest
  @ValueSource(ints = {50_256, 57_345})
  void open_ofAnotherNumberOfTokens_doesNotGuess(int rows) throws IOException {
    try (Gpt2Weights plain = Gpt2Weights.random(SIZES, Vocabulary.full(), 5)) {
      Path model = directory.resolve("other");
      if (rows > Tokenizer.SIZE) {
        PaddedModel.write(model, plain, rows, PADDING);
      } else {
        Vocabulary fewer = Vocabulary.compact(IntStream.range(1, Tokenizer.SIZE));
        PaddedModel.write(model, plain.withVocabulary(fewer), rows, PADDING);
      }
      try (Gpt2Weights other = PublishedWeights.open(model)) {
        assertThat(other.vocabulary()).isEmpty();
        assertThat(other.padding()).isZero();
        assertThatIOException()
            .isThrownBy(() -> other.withVocabulary(Vocabulary.full()))
            .withMessageContaining("tokens of an unknown vocabulary");
      }
    }
  }
}
