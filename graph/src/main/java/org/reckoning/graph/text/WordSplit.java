package org.reckoning.graph.text;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntPredicate;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;
import org.tensorflow.op.strings.StaticRegexReplace;
import org.tensorflow.op.strings.StringSplit;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/**
 * The segment {@code split_words}, which cuts texts into the words that no merge crosses: {@code
 * "Tom's 2 cats!"} is {@code "Tom"}, {@code "'s"}, {@code " "}, {@code " 2"}, {@code " cats"},
 * {@code "!"}.
 *
 * <p>GPT-2's pattern, here with B for a blank, L for a letter and N for a digit, is
 *
 * <pre>{@code
 * 's|'t|'re|'ve|'m|'ll|'d| ?L+| ?N+| ?[^BLN]+|B+(?!\S)|B+
 * }</pre>
 *
 * <p>TensorFlow's regular expressions have no look-ahead. So a first replacement cuts a row of
 * blanks before its last one, if more text follows. The second ends each word with a mark. The mark
 * is the byte 0xff, which is in no UTF-8 text and which no pattern matches.
 *
 * <p>Classes of characters are written out as this Java knows them, like those of training: another
 * version of Unicode in a server changes no token.
 */
final class WordSplit {
  private static final String BLANK =
      "\\t\\n"
          + "\\x0b\\f\\r"
          + " \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}";

  private static final byte MARK = (byte) 0xff;
  private static final String TEXTS = "texts";
  private static final String WORDS = "words";
  private static final String ROWS = "rows";
  private static final Shape ANY = Shape.of(Shape.UNKNOWN_SIZE);

  private final Segment segment =
      Segment.define(
          "split_words",
          new Specs().tensor(TEXTS, TString.class, ANY),
          List.of(),
          (tf, in) -> body(TextOps.onHost(tf), in.get(TEXTS, TString.class)));

  /** Emits the words of texts. */
  Words split(Ops tf, Operand<TString> texts) {
    Tensors split = segment.call(tf, new Tensors().put(TEXTS, texts), false);
    return new Words(
        split.get(WORDS, TString.class), split.get(ROWS, TInt32.class), tf.size(texts));
  }

  private static Tensors body(Ops tf, Operand<TString> texts) {
    String letter = ranges(Character::isLetter);
    String digit = ranges(WordSplit::isDigit);
    Operand<TString> cut =
        replaced(tf, texts, "([%1$s])([%1$s][^%1$s])".formatted(BLANK), "\\1", "\\2");
    Operand<TString> marked =
        replaced(
            tf,
            cut,
            "'s|'t|'re|'ve|'m|'ll|'d| ?[%2$s]+| ?[%3$s]+| ?[^%1$s%2$s%3$s]+|[%1$s]+"
                .formatted(BLANK, letter, digit),
            "\\0",
            "");
    StringSplit parts = tf.strings.stringSplit(marked, mark(tf));
    Operand<TInt32> full =
        TextOps.places(
            tf, tf.math.greater(tf.strings.stringLength(parts.values()), tf.constant(0)));
    Operand<TInt32> rows =
        tf.dtypes.cast(tf.gather(parts.indices(), tf.constant(0), tf.constant(1)), TInt32.class);
    return new Tensors()
        .put(WORDS, tf.gather(parts.values(), full, tf.constant(0)))
        .put(ROWS, tf.gather(rows, full, tf.constant(0)));
  }

  /** Replaces all matches of a pattern; the mark is between the two halves of the replacement. */
  private static Operand<TString> replaced(
      Ops tf, Operand<TString> texts, String pattern, String before, String after) {
    byte[] mark = {MARK};
    byte[] rewrite = TextOps.concat(bytes(before), mark, bytes(after));
    Scope scope = tf.scope();
    return scope
        .env()
        .opBuilder(StaticRegexReplace.OP_NAME, scope.makeOpName(StaticRegexReplace.OP_NAME), scope)
        .addInput(texts.asOutput())
        .setAttr("pattern", pattern)
        .setAttr("rewrite", rewrite) // as bytes: the mark is no text
        .setAttr("replace_global", true)
        .build()
        .output(0);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Operand<TString> mark(Ops tf) {
    byte[] mark = {MARK};
    try (TString tensor = TString.tensorOfBytes(NdArrays.scalarOfObject(mark))) {
      return tf.constantOf(tensor);
    }
  }

  private static boolean isDigit(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> false;
    };
  }

  /** Returns the ranges of the code points that meet a condition, as a class without brackets. */
  private static String ranges(IntPredicate condition) {
    StringBuilder ranges = new StringBuilder();
    int from = -1;
    for (int each = 0; each <= Character.MAX_CODE_POINT + 1; each++) {
      boolean in = each <= Character.MAX_CODE_POINT && condition.test(each);
      if (in && from < 0) {
        from = each;
      } else if (!in && from >= 0) {
        ranges.append("\\x{%x}".formatted(from));
        if (each - 1 > from) {
          ranges.append("-\\x{%x}".formatted(each - 1));
        }
        from = -1;
      }
    }
    return ranges.toString();
  }
}
