package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VocabularyTest {
  private final Tokenizer tokenizer = Tokenizer.gpt2();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void compact_numbersAscendingIds_endOfTextLast() {
    Vocabulary vocabulary = Vocabulary.compact(IntStream.of(995, 11, 995));
    assertThat(vocabulary.size()).isEqualTo(3);
    assertThat(vocabulary.toModel(new int[] {11, 995, Tokenizer.END_OF_TEXT}))
        .containsExactly(0, 1, 2);
    assertThat(vocabulary.toGpt2(new int[] {2, 1, 0}))
        .containsExactly(Tokenizer.END_OF_TEXT, 995, 11);
    assertThat(vocabulary.endOfText()).isEqualTo(2);
    assertThat(vocabulary.isFull()).isFalse();
  }

  @Test
  void full_keepsEveryId() {
    Vocabulary vocabulary = Vocabulary.full();
    assertThat(vocabulary.size()).isEqualTo(50_257);
    assertThat(vocabulary.toModel(15_496)).isEqualTo(15_496);
    assertThat(vocabulary.endOfText()).isEqualTo(50_256);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void compact_ofRandomText_givesTheSameTextBack(long seed) {
    List<String> texts = new Random(seed).ints(20, 0, 40).mapToObj(n -> text(seed, n)).toList();
    Vocabulary vocabulary =
        Vocabulary.compact(
            texts.stream().flatMapToInt(text -> Arrays.stream(tokenizer.encode(text))));
    for (String text : texts) {
      int[] model = vocabulary.toModel(tokenizer.encode(text));
      assertThat(Arrays.stream(model).allMatch(id -> id >= 0 && id < vocabulary.endOfText()))
          .isTrue();
      assertThat(tokenizer.decode(vocabulary.toGpt2(model))).isEqualTo(text);
    }
  }

  /** Words, digits, blanks, line ends, punctuation and characters of up to four bytes. */
  private static String text(long seed, int length) {
    String alphabet = "aeinrst THE019 \n,.:'\"-_ éß東\uD83D\uDE42";
    int[] characters = alphabet.codePoints().toArray();
    return new Random(seed * 31 + length)
        .ints(length, 0, characters.length)
        .mapToObj(i -> Character.toString(characters[i]))
        .collect(Collectors.joining());
  }

  @Test
  void toModel_unknownToken_isNamedByItsText() {
    Vocabulary vocabulary = Vocabulary.compact(IntStream.of(11));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> vocabulary.toModel(995))
        .withMessage(
            "token ' world' (GPT-2 id 995) is not among the 2 tokens of the model's vocabulary;"
                + " train with data that contains it, or with model.vocabulary=full");
  }

  @Test
  void toGpt2_unknownId_isAnError() {
    Vocabulary vocabulary = Vocabulary.compact(IntStream.of(11));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> vocabulary.toGpt2(2))
        .withMessage("token id (2) of the model must be in [0, 2)");
  }

  @Test
  void compact_idOutsideGpt2_isAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Vocabulary.compact(IntStream.of(3, 60_000)))
        .withMessage("token ids (3 to 60000) must be in [0, 50257)");
  }

  @Test
  void load_ofSaved_isEqual() throws IOException {
    Path file = directory.resolve("vocabulary.json");
    Vocabulary compact = Vocabulary.compact(IntStream.of(995, 11, 4));
    compact.save(file);
    assertThat(Vocabulary.load(file)).isEqualTo(compact).isNotEqualTo(Vocabulary.full());
    assertThat(Files.readString(file))
        .isEqualTo("{\"tokenizer\":\"gpt2\",\"size\":4,\"gpt2_ids\":[4,11,995,50256]}");
    Vocabulary.full().save(file);
    assertThat(Vocabulary.load(file)).isEqualTo(Vocabulary.full());
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"tokenizer\":\"gpt2\",\"size\":2,\"gpt2_ids\":[4,11,50256]}|its 3 gpt2_ids",
        "{\"tokenizer\":\"gpt2\",\"size\":3,\"gpt2_ids\":[11,4,50256]}|its 3 gpt2_ids",
        "{\"tokenizer\":\"gpt2\",\"size\":2,\"gpt2_ids\":[4,11]}|its 2 gpt2_ids",
        "{\"tokenizer\":\"gpt2\",\"size\":2,\"gpt2_ids\":[\"x\",50256]}|its 2 gpt2_ids",
        "{\"tokenizer\":\"gpt2\",\"size\":0,\"gpt2_ids\":[]}|its 0 gpt2_ids",
        "{\"tokenizer\":\"gpt2\",\"size\":7}|its 0 gpt2_ids",
        "{\"tokenizer\":\"llama\"}|its tokenizer ('llama') must be 'gpt2'",
        "[]|its tokenizer ('')",
        "{\"tokenizer\":\"a\\u009bb\"}|its tokenizer ('...') must be 'gpt2'",
        "{\"tokenizer\":\"gpt2\",\"size\":2,\"gpt2_ids\":[4294967796,50256]}|its 2 gpt2_ids",
        "{\"tokenizer\"|it is not JSON",
        "{\"tokenizer\":\"gpt2\",\"size\":2,\"gpt2_ids\":[4,50256]} {}|it is not JSON: Trailing token",
        "{\"size\":2,\"size\":2}|it is not JSON: Duplicate field 'size'"
      },
      quoteCharacter = '`')
  void load_notAVocabulary_isAnErrorWithTheReason(String json, String reason) throws IOException {
    Path file = directory.resolve("vocabulary.json");
    Files.writeString(file, json);
    assertThatIOException()
        .isThrownBy(() -> Vocabulary.load(file))
        .withMessageStartingWith(file + " is not a vocabulary: " + reason)
        .withMessageEndingWith("; take the file of the run that trained the model");
  }

  @Test
  void load_ofAFileThatAnEditorSaved_dropsItsMark_andNamesOtherEncodings() throws IOException {
    Path file = directory.resolve("vocabulary.json");
    String json = "{\"tokenizer\":\"gpt2\",\r\n\"size\":2,\"gpt2_ids\":[4,50256]}";
    Files.writeString(file, "\uFEFF" + json);
    assertThat(Vocabulary.load(file)).isEqualTo(Vocabulary.compact(IntStream.of(4)));
    Files.write(file, json.getBytes(StandardCharsets.UTF_16));
    assertThatIOException()
        .isThrownBy(() -> Vocabulary.load(file))
        .withMessage("'%s': the text must be UTF-8 but is UTF-16; save it as UTF-8", file);
  }
}
