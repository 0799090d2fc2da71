package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.text.EncodedTexts;
import org.reckoning.graph.text.TextDecoder;
import org.reckoning.graph.text.TextEncoder;
import org.reckoning.graph.text.Words;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * Byte pairs in a graph against those of jtokkit. {@code -Dtokenizer.texts=20000} compares that
 * many texts.
 */
class GraphTokenizerTest {
  private static final int TEXTS = Integer.getInteger("tokenizer.texts", 400);
  private static final int AT_ONCE = 200;
  private static final String BLANKS =
      "   \t\n\u000b\f\r\u0085\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\u001c\u200b";
  private static final String[] WORDS =
      ("The mother of Tom Tom's we'll don't I'm they've 're ' ''s related to each other ? x=y+z;"
              + " ... grandmother-in-law internationalization fact_12: 3.14159 2026 1,000,000 007 !?"
              + " ----- http://example.org/a?b=c na\u00efve stra\u00dfe \u65e5\u672c\u8a9e"
              + " \u0440\u0443\u0441\u0441\u043a\u0438\u0439 \ud83d\ude00 e\u0301 \u00bd \u0664\u0662"
              + " \ufeff \uffff \u0000 <|endoftext|> aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
          .split(" ", -1);

  private static final Graph GRAPH = new Graph();
  private static final Ops TF = GraphScope.root(GRAPH);
  private static final Operand<TString> GIVEN =
      TF.placeholder(TString.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));

  private static final Operand<TInt32> IDS =
      TF.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1, -1)));

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Session session;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static EncodedTexts full;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static EncodedTexts compact;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Operand<TString> decoded;

  private static final Vocabulary KNOWN =
      Vocabulary.compact(
          Arrays.stream(Tokenizer.gpt2().encode("The mother of Tom is Alice and the")).distinct());

  @BeforeAll
  static void build() {
    full = encoded(Vocabulary.full());
    compact = encoded(KNOWN);
    decoded = TextDecoder.of(TF, Vocabulary.full().texts()).decode(TF, IDS);
    session = GraphSession.open(GRAPH);
  }

  private static EncodedTexts encoded(Vocabulary vocabulary) {
    TextEncoder encoder = TextEncoder.of(TF, vocabulary.texts());
    Words words = encoder.words(TF, GIVEN);
    return encoder.encode(TF, words);
  }

  @AfterAll
  static void close() {
    session.close();
    GRAPH.close();
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int parts = random.nextInt(12);
    for (int i = 0; i < parts; i++) {
      switch (random.nextInt(6)) {
        case 0 ->
            random
                .ints(1 + random.nextInt(3), 0, BLANKS.length())
                .forEach(blank -> text.append(BLANKS.charAt(blank)));
        case 1 -> text.appendCodePoint(codePoint(random, 1 << (1 + random.nextInt(20))));
        case 2 -> text.append(random.nextInt(1 << random.nextInt(31)));
        case 3 ->
            random
                .ints(1 + random.nextInt(8), 'a', 'z' + 1)
                .forEach(letter -> text.append((char) letter));
        default -> text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
      }
    }
    return text.toString();
  }

  private static int codePoint(Random random, int bound) {
    int drawn = random.nextInt(Math.min(2 * bound, Character.MAX_CODE_POINT + 1));
    return drawn >= Character.MIN_SURROGATE && drawn <= Character.MAX_SURROGATE ? 'x' : drawn;
  }

  private static List<int[]> encode(EncodedTexts encoded, List<String> texts) {
    try (TString given = TString.vectorOf(texts.toArray(String[]::new));
        Result result =
            session
                .runner()
                .feed(GIVEN, given)
                .fetch(encoded.tokens())
                .fetch(encoded.lengths())
                .run()) {
      int[] tokens = ints((TInt32) result.get(0));
      int[] lengths = ints((TInt32) result.get(1));
      List<int[]> rows = new ArrayList<>();
      int from = 0;
      for (int length : lengths) {
        rows.add(Arrays.copyOfRange(tokens, from, from + length));
        from += length;
      }
      assertThat(from).isEqualTo(tokens.length);
      return rows;
    }
  }

  private static int[] ints(TInt32 tensor) {
    return tensor.streamOfObjects().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void encode_textsOfAllPlanesOfUnicode_givesTheIdsOfTheTokenizer() {
    List<String> texts = new ArrayList<>(List.of(""));
    Random random = new Random(17);
    while (texts.size() < TEXTS) {
      texts.add(text(random));
    }
    long tokens = 0;
    for (int from = 0; from < texts.size(); from += AT_ONCE) {
      List<String> some = texts.subList(from, Math.min(from + AT_ONCE, texts.size()));
      List<int[]> given = encode(full, some);
      assertThat(given).hasSameSizeAs(some);
      for (int i = 0; i < some.size(); i++) {
        assertThat(given.get(i)).as(some.get(i)).isEqualTo(Tokenizer.gpt2().encode(some.get(i)));
        tokens += given.get(i).length;
      }
    }
    assertThat(tokens).isGreaterThan(10L * texts.size());
  }

  @Test
  void encode_nothing_isNothing() {
    assertThat(encode(full, List.of("", ""))).hasSize(2).allMatch(row -> row.length == 0);
  }

  @Test
  void encode_withACompactVocabulary_givesItsIds_andNamesUnknownWords() {
    String text = "The mother of Alice is Tom";
    assertThat(encode(compact, List.of(text)).get(0))
        .isEqualTo(KNOWN.toModel(Tokenizer.gpt2().encode(text)));
    try (TString given = TString.vectorOf("The mother of Zelda", "Zelda and Tom is \u00e9");
        Result result = session.runner().feed(GIVEN, given).fetch(compact.unknown()).run()) {
      assertThat(((TString) result.get(0)).streamOfObjects())
          .containsExactly(" Zelda", "Zelda", " \u00e9");
    }
  }

  @Test
  void decode_anyTokens_givesTheTextOfTheTokenizer() {
    int rows = 400;
    int columns = 5;
    int[] ids = new Random(3).ints((long) rows * columns, 0, Tokenizer.SIZE - 1).toArray();
    try (Tensor given = HostTensors.of(Shape.of(rows, columns), ids);
        Result result = session.runner().feed(IDS, given).fetch(decoded).run()) {
      for (int row = 0; row < rows; row++) {
        int[] tokens = Arrays.copyOfRange(ids, row * columns, (row + 1) * columns);
        assertThat(((TString) result.get(0)).getObject(row))
            .as(Arrays.toString(tokens))
            .isEqualTo(Tokenizer.gpt2().decode(tokens));
      }
    }
  }
}
