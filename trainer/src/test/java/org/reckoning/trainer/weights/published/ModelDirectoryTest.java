package org.reckoning.trainer.weights.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
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
import org.reckoning.trainer.weights.LowRankMerge;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.types.TFloat32;

class ModelDirectoryTest {
  private static final Gpt2Config SIZES = new Gpt2Config(4, 3, 4, 1, 2, 7, 1e-5, 0.3);
  private static final Vocabulary FOUR = Vocabulary.compact(IntStream.of(11, 995, 3));

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  private Path write(Gpt2Weights weights, String name) throws IOException {
    Path target = directory.resolve(name);
    ModelDirectory.create(target, true, to -> ModelDirectory.writeModel(to, weights));
    return target;
  }

  @Test
  void writeModel_ofAHuggingFaceCheckpoint_keepsBytesLogitsAndChecksum() throws IOException {
    try (Gpt2Weights micro = PublishedWeights.open(GoldenLogits.MICRO)) {
      Path once = write(micro, "once");
      try (Gpt2Weights read = PublishedWeights.open(once)) {
        assertSame(read, micro);
        GoldenLogits.check(read);
        Path twice = write(read, "twice");
        assertThat(twice.resolve("model.safetensors"))
            .hasSameBinaryContentAs(once.resolve("model.safetensors"));
        assertThat(twice.resolve("config.json"))
            .hasSameBinaryContentAs(once.resolve("config.json"));
      }
      assertThat(once.resolve("vocab.json")).doesNotExist();
      assertThat(once.resolve("vocabulary.json")).doesNotExist();
      assertThat(Gpt2Checksum.of(micro)).isEqualTo(checksumOf(once));
    }
  }

  private static void assertSame(Gpt2Weights read, Gpt2Weights original) throws IOException {
    assertThat(read.config()).isEqualTo(original.config());
    assertThat(read.endOfText()).isEqualTo(original.endOfText());
    assertThat(read.vocabulary()).isEqualTo(original.vocabulary());
    for (String name : original.config().parameterShapes().keySet()) {
      assertThat(Logits.bits(Logits.floats(read, name)))
          .as(name)
          .isEqualTo(Logits.bits(Logits.floats(original, name)));
    }
  }

  /** Of the data of the file, which are the parameters in their order. */
  private static String checksumOf(Path model) throws IOException {
    byte[] bytes = Files.readAllBytes(model.resolve("model.safetensors"));
    int header = 8 + (bytes[0] & 0xff) + 256 * (bytes[1] & 0xff);
    return sha256(Arrays.copyOfRange(bytes, header, bytes.length));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void writeModel_ofACompactVocabulary_keepsIt() throws IOException {
    try (Gpt2Weights random = Gpt2Weights.random(SIZES, FOUR, 5)) {
      Path model = write(random, "compact");
      try (Gpt2Weights read = PublishedWeights.open(model)) {
        assertSame(read, random);
        assertThat(read.vocabulary()).contains(FOUR);
      }
    }
  }

  @Test
  void random_dependsOnTheSeedAlone() throws IOException {
    try (Gpt2Weights a = Gpt2Weights.random(SIZES, FOUR, 5);
        Gpt2Weights same = Gpt2Weights.random(SIZES, FOUR, 5);
        Gpt2Weights other = Gpt2Weights.random(SIZES, FOUR, 6)) {
      assertThat(Gpt2Checksum.of(a)).isEqualTo(Gpt2Checksum.of(same));
      assertThat(Gpt2Checksum.of(a)).isNotEqualTo(Gpt2Checksum.of(other));
    }
  }

  /** The hashes are those of the files that OpenAI published, {@code encoder.json} and so on. */
  @Test
  void writeModel_ofTheFullVocabulary_writesThePublishedTokenizer() throws IOException {
    Gpt2Config full = SIZES.withVocabSize(Tokenizer.SIZE).withNEmbd(2);
    try (Gpt2Weights random = Gpt2Weights.random(full, Vocabulary.full(), 5)) {
      Path model = write(random, "full");
      assertThat(sha256(Files.readAllBytes(model.resolve("vocab.json"))))
          .isEqualTo("196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783");
      assertThat(sha256(Files.readAllBytes(model.resolve("merges.txt"))))
          .isEqualTo("1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5");
      try (Gpt2Weights read = PublishedWeights.open(model)) {
        assertThat(read.vocabulary()).contains(Vocabulary.full());
      }
    }
  }

  @Test
  void create_replacesOnlyAModelAndOnlyIfAsked() throws IOException {
    try (Gpt2Weights random = Gpt2Weights.random(SIZES, FOUR, 5)) {
      Path model = write(random, "model");
      assertThatIOException()
          .isThrownBy(() -> ModelDirectory.create(model, false, to -> {}))
          .withMessage(
              "'%s' exists already; choose another name, or replace it with --force", model);
      Files.writeString(model.resolve("tokenizer.json"), "");
      write(random, "model");
      assertThat(model.resolve("tokenizer.json")).doesNotExist();

      Files.writeString(model.resolve("thesis.txt"), "");
      assertThatIOException()
          .isThrownBy(() -> write(random, "model"))
          .withMessage(
              "'%s' exists and holds 'thesis.txt', which is not part of a model; choose"
                  + " another name",
              model);
      Files.delete(model.resolve("thesis.txt"));
      write(random, "model/inside");
      assertThatIOException()
          .isThrownBy(() -> write(random, "model"))
          .withMessageContaining("holds 'inside', which");
      assertThat(model.resolve("inside/model.safetensors")).exists();
    }
    assertThatIOException()
        .isThrownBy(() -> ModelDirectory.create(directory, true, to -> {}))
        .withMessage("'%s' exists and is not a model; choose another name", directory);
  }

  @Test
  void create_overAnAdapter_deletesItsBaseAndNothingElse() throws IOException {
    Path adapter = Files.createDirectories(directory.resolve("adapter"));
    Path base = Files.createDirectory(adapter.resolve("base"));
    Files.writeString(adapter.resolve("adapter_config.json"), "{}");
    Files.writeString(base.resolve("config.json"), "{}");
    Path notes = Files.writeString(base.resolve("notes"), "");
    assertThatIOException()
        .isThrownBy(() -> ModelDirectory.create(adapter, true, to -> {}))
        .withMessageContaining("holds 'base/notes', which");
    Files.delete(notes);
    ModelDirectory.create(adapter, true, to -> {});
    assertThat(adapter).isEmptyDirectory();
  }

  @Test
  void create_whereALinkLeadsNowhere_isRefused() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("nowhere"));
    assertThatIOException()
        .isThrownBy(() -> ModelDirectory.create(link, true, to -> {}))
        .withMessageContaining("exists and is not a model");
  }

  @Test
  void create_overALinkToAModel_replacesWhereItLeads() throws IOException {
    try (Gpt2Weights old = Gpt2Weights.random(SIZES, FOUR, 5);
        Gpt2Weights replacement = Gpt2Weights.random(SIZES, FOUR, 6)) {
      Files.createDirectory(directory.resolve("disk"));
      Path model = write(old, "disk/model");
      Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("disk/model"));
      assertThat(write(replacement, "link")).isSymbolicLink().isEqualTo(link);
      assertThat(checksumOf(model)).isEqualTo(Gpt2Checksum.of(replacement));
      try (var files = Files.list(directory.resolve("disk"))) {
        assertThat(files).containsExactly(model);
      }
    }
  }

  /** The only moment in which a kill leaves no model under the name. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void open_afterAKillBetweenTwoRenames_findsTheNewModel(boolean throughALink) throws IOException {
    try (Gpt2Weights old = Gpt2Weights.random(SIZES, FOUR, 5);
        Gpt2Weights replacement = Gpt2Weights.random(SIZES, FOUR, 6)) {
      Path model = write(old, "model");
      Path named =
          throughALink
              ? Files.createSymbolicLink(directory.resolve("link"), Path.of("model"))
              : model;
      Path made = write(replacement, "made");
      Files.move(made, directory.resolve(".model.tmp"));
      Files.move(model, directory.resolve(".model.old.tmp"));
      try (Gpt2Weights found = PublishedWeights.open(named)) {
        assertThat(Gpt2Checksum.of(found)).isEqualTo(Gpt2Checksum.of(replacement));
      }
      assertThat(directory.resolve(".model.tmp")).doesNotExist();
      assertThat(directory.resolve(".model.old.tmp")).doesNotExist();
    }
  }

  @Test
  void create_afterAKillBetweenTwoRenames_doesNotTakeTheNameForFree() throws IOException {
    try (Gpt2Weights random = Gpt2Weights.random(SIZES, FOUR, 5)) {
      Path model = write(random, "model");
      Files.move(model, directory.resolve(".model.old.tmp"));
      assertThatIOException()
          .isThrownBy(() -> ModelDirectory.create(model, false, to -> {}))
          .withMessageContaining("exists already");
      assertThat(checksumOf(model)).isEqualTo(Gpt2Checksum.of(random));
    }
  }

  @Test
  void create_thatFailsInANewDirectory_leavesNone() {
    assertThatIOException()
        .isThrownBy(
            () ->
                ModelDirectory.create(
                    directory.resolve("a/b/model"),
                    false,
                    to -> {
                      throw new IOException("the disk is full");
                    }));
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void create_ofADottedPath_writesWhereItLeads() throws IOException {
    ModelDirectory.create(directory.resolve("no/../model"), false, to -> {});
    assertThat(directory.resolve("model")).isEmptyDirectory();
  }

  @Test
  void create_thatFails_leavesWhatWasThereAndNothingElse() throws IOException {
    Path model = directory.resolve("model");
    Files.createDirectories(model);
    Files.writeString(model.resolve("config.json"), "{}");
    assertThatIOException()
        .isThrownBy(
            () ->
                ModelDirectory.create(
                    model,
                    true,
                    to -> {
                      Files.writeString(to.resolve("half"), "");
                      throw new IOException("the disk is full");
                    }))
        .withMessage("'%s' was not written: the disk is full", model);
    assertThat(model).isDirectoryContaining(file -> file.endsWith("config.json"));
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(model);
    }
  }

  @Test
  void merged_isTheSumOfWeightAndProduct() {
    // W [2, 3], A [1, 2], B [3, 1]: W + 0.5 A^T B^T
    try (TFloat32 weight = matrix(new float[][] {{1, 2, 3}, {4, 5, 6}});
        TFloat32 a = matrix(new float[][] {{10, 20}});
        TFloat32 b = matrix(new float[][] {{1}, {2}, {-1}});
        TFloat32 merged = LowRankMerge.merged(weight, a, b, 0.5)) {
      assertThat(merged).isEqualTo(matrix(new float[][] {{6, 12, -2}, {14, 25, -4}}));
    }
  }

  private static TFloat32 matrix(float[][] rows) {
    return TFloat32.tensorOf(StdArrays.ndCopyOf(rows));
  }
}
