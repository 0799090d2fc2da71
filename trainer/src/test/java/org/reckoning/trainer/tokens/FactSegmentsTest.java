package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

class FactSegmentsTest {
  private static final String STORY =
      "The fox ran. The dog slept under an old tree near the river! \"Who is it?\" she asked."
          + " It was a very long night in the deep and dark and endless wood where nobody had ever"
          + " been before and nobody ever went again. The end.";

  private static List<String> cut(FactSegments segments, DatasetType type, String... texts) {
    List<Fact> facts = Stream.of(texts).map(text -> new Fact(text, true)).toList();
    return segments.cut(type, facts).stream().map(Fact::text).toList();
  }

  private static List<String> cut(int tokens, int overlap, String text) {
    return cut(new FactSegments(tokens, overlap), DatasetType.CLUTRR, text);
  }

  private static int length(int number, DatasetType type, String text) {
    Tokenizer tokenizer = Tokenizer.gpt2();
    return tokenizer.encode(FactNames.NUMBERED.prompt(number)).length
        + tokenizer.encode(Templates.fact(type, text)).length;
  }

  @Test
  void longFact_endsAtSentences_elseAtBlanks() {
    assertThat(cut(24, 0, STORY))
        .containsExactly(
            "The fox ran. The dog slept under an old tree near the river!",
            "\"Who is it?\" she asked.",
            "It was a very long night in the deep and dark and endless wood where nobody had ever"
                + " been",
            "before and nobody ever went again. The end.");
  }

  @Test
  void overlap_repeatsSentences_elseWords() {
    assertThat(cut(24, 8, STORY))
        .containsExactly(
            "The fox ran. The dog slept under an old tree near the river!",
            "under an old tree near the river! \"Who is it?\" she asked.",
            "\"Who is it?\" she asked. It was a very long night in the deep and dark",
            "very long night in the deep and dark and endless wood where nobody had ever been"
                + " before and nobody",
            "where nobody had ever been before and nobody ever went again. The end.");
  }

  static Stream<Arguments> sentenceEnds() {
    return Stream.of(
        Arguments.of("He said (twice!). Then ", "He said (twice!)."),
        Arguments.of("Is it 3.5 metres long? Then ", "Is it 3.5 metres long?"),
        Arguments.of("“Come in.” Then ", "“Come in.”"),
        Arguments.of("What?!.. Then ", "What?!.."),
        Arguments.of("A heading\n\nThen ", "A heading"),
        Arguments.of("他走了。然后", "他走了。"));
  }

  @ParameterizedTest
  @MethodSource("sentenceEnds")
  void sentence_endsAtItsMarks(String text, String sentence) {
    assertThat(cut(24, 0, text + "then ".repeat(30))).startsWith(sentence);
  }

  @Test
  void fullStopsOfProofwriter_endSentencesAndAreNotCounted() {
    FactSegments segments = new FactSegments(24, 0);
    assertThat(cut(segments, DatasetType.PROOFWRITER, STORY))
        .startsWith("The fox ran. The dog slept under an old tree near the river! \"Who is it?\"");
    String stops = ". . . . ".repeat(100);
    assertThat(cut(segments, DatasetType.PROOFWRITER, stops + "Dave is kind. " + stops))
        .singleElement()
        .asString()
        .startsWith("Dave is kind. .");
    assertThat(cut(segments, DatasetType.PROOFWRITER, stops)).containsExactly(stops);
  }

  @Test
  void textWithoutBlanks_isCutBetweenTokens() {
    String text = "Donaudampfschifffahrtsgesellschaft".repeat(4);
    List<String> tokens =
        IntStream.of(Tokenizer.gpt2().encode(text)).mapToObj(Tokenizer.gpt2()::decode).toList();
    assertThat(tokens).hasSize(56);
    assertThat(cut(16, 0, text)) // the prompt has 5 tokens
        .containsExactly(
            String.join("", tokens.subList(0, 11)),
            String.join("", tokens.subList(11, 22)),
            String.join("", tokens.subList(22, 33)),
            String.join("", tokens.subList(33, 44)),
            String.join("", tokens.subList(44, 55)),
            tokens.get(55));
    assertThat(cut(16, 3, text).get(1)).isEqualTo(String.join("", tokens.subList(8, 19)));
  }

  @Test
  void charactersOfSeveralTokens_stayWhole() {
    String text = "👩‍👩‍👧😀😀😀🇩🇪😀😀😀😀彼は昨日東京へ行きました".repeat(3);
    List<String> pieces = cut(16, 0, text);
    assertThat(String.join("", pieces)).isEqualTo(text);
    assertThat(pieces)
        .hasSizeGreaterThan(3)
        .allSatisfy(
            piece -> {
              assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
              assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isFalse();
            });
  }

  @Test
  void shortFacts_staySame() {
    FactSegments segments = new FactSegments(16, 4);
    List<Fact> facts = List.of(new Fact(" One two. Three four.  ", true), new Fact("...", false));
    assertThat(segments.cut(DatasetType.CLUTRR, facts)).isEqualTo(facts);
    List<Fact> story = List.of(new Fact(STORY, true));
    assertThat(FactSegments.NONE.cut(DatasetType.CLUTRR, story)).isEqualTo(story);
  }

  @Test
  void pieces_areNotCutAgain() {
    FactSegments segments = new FactSegments(20, 6);
    String[] once = cut(segments, DatasetType.FOLIO, STORY, "Short.", STORY).toArray(String[]::new);
    assertThat(once).hasSize(11);
    assertThat(cut(segments, DatasetType.FOLIO, once)).containsExactly(once);
  }

  @Test
  void randomTexts_loseNothingAndKeepTheLimit() {
    int[] alphabet = "ab .?!\nあ😀é,'\"x   y。 \uD800".codePoints().toArray();
    Random random = new Random(1);
    for (int k = 0; k < 400; k++) {
      String text =
          "x"
              + random
                  .ints(1 + random.nextInt(400), 0, alphabet.length)
                  .mapToObj(i -> Character.toString(alphabet[i]))
                  .collect(Collectors.joining());
      int tokens = 16 + random.nextInt(30);
      int overlap = random.nextBoolean() ? 0 : random.nextInt(tokens / 2 + 1);
      for (DatasetType type : DatasetType.values()) {
        List<String> pieces = cut(new FactSegments(tokens, overlap), type, text);
        for (int i = 0; i < pieces.size(); i++) {
          assertThat(length(i, type, pieces.get(i))).as(text).isLessThanOrEqualTo(tokens);
        }
        if (overlap == 0) {
          assertThat(withoutBlanks(type, String.join("", pieces)))
              .isEqualTo(withoutBlanks(type, text));
        }
      }
    }
  }

  private static String withoutBlanks(DatasetType type, String text) {
    return Templates.fact(type, text).replaceAll("\\s", "");
  }

  @Test
  void task_refersToAllPiecesOfItsFacts() {
    ReasoningTask task =
        new ReasoningTask(
            "t",
            DatasetType.FOLIO,
            List.of(
                new Fact("A cat sleeps.", false),
                new Fact(STORY, true),
                new Fact("A dog barks.", true)),
            List.of(
                new Question("The end.", "true", List.of(2, 1)),
                new Question("No end.", "false", List.of())),
            3,
            List.of("true", "false"));
    ReasoningTask cut = new FactSegments(24, 0).apply(task);

    assertThat(cut.facts()).hasSize(6);
    assertThat(cut.facts())
        .extracting(Fact::relevant)
        .containsExactly(false, true, true, true, true, true);
    assertThat(cut.questions())
        .containsExactly(
            new Question("The end.", "true", List.of(5, 1, 2, 3, 4)),
            new Question("No end.", "false", List.of()));
    assertThat(cut.distractors()).isEqualTo(1);
    assertThat(cut.hops()).isEqualTo(3);
    assertThat(FactSegments.NONE.apply(task)).isSameAs(task);
  }

  @Test
  void encodedTask_numbersThePieces() {
    ReasoningTask task =
        new ReasoningTask(
            "t",
            DatasetType.CLUTRR,
            List.of(new Fact("One two three four. Five six seven eight nine ten.", true)),
            List.of(new Question("Who?", "aunt", List.of(0))),
            2,
            List.of("aunt"));
    EncodedTask encoded =
        new TaskEncoder(Tokenizer.gpt2(), Vocabulary.full(), Method.RECKONING, true)
            .encode(new FactSegments(16, 0).apply(task));

    assertThat(Problems.read(encoded.task().facts()))
        .containsExactly("fact_0: [One two three four.", "fact_1: [Five six seven eight nine ten.");
    assertThat(encoded.task().relevant()).containsExactly(true, true);
    assertThat(Problems.read(encoded.task().questions()))
        .containsExactly(
            "Based on fact_0 fact_1, Who?[aunt( because One two three four.,Five six seven eight"
                + " nine ten.[<E>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "15|0|segment_tokens (15) must be at least 16",
        "16|9|segment_overlap (9) must be from 0 to half of segment_tokens (16)",
        "16|-1|segment_overlap (-1) must be from 0 to half of segment_tokens (16)",
        "|1|segment_overlap (1) must be 0 without segment_tokens"
      })
  void numbersOutOfRange_areRefused(@Nullable Integer tokens, int overlap, String problem) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FactSegments(tokens, overlap))
        .withMessage(problem);
  }

  @Test
  void limitAboveThePositionsOfTheModel_isRefused() {
    new FactSegments(64, 0).requireWithin(64);
    FactSegments.NONE.requireWithin(8);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FactSegments(65, 0).requireWithin(64))
        .withMessage("segment_tokens (65) must be at most 64, the positions of the model");
  }
}
