package org.reckoning.graph.serving;

import java.util.List;
import org.reckoning.graph.serving.TextTemplates.FullStops;
import org.reckoning.graph.text.EncodedTexts;
import org.reckoning.graph.text.TextDecoder;
import org.reckoning.graph.text.TextEncoder;
import org.reckoning.graph.text.TextVocabulary;
import org.reckoning.graph.text.Words;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Stack;
import org.tensorflow.op.strings.StaticRegexReplace;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

/** Reads, checks and encodes the texts of a request. */
final class TextReader {
  /** The bytes of the longest word: the time of encoding grows with its square. */
  private static final int MOST_WORD_BYTES = 1024;

  /** What {@link String#strip} takes for white space. */
  private static final String BLANK =
      "[\\t-\\r"
          + "\\x1c-"
          + " \\x{1680}\\x{2000}-\\x{2006}\\x{2008}-\\x{200a}\\x{2028}\\x{2029}\\x{205f}\\x{3000}]";

  private static final Shape ANY = Shape.of(Shape.UNKNOWN_SIZE);

  private final TextEncoder encoder;
  private final TextVocabulary vocabulary;

  /** Emits the tables of the encoder. */
  TextReader(Ops tf, TextVocabulary vocabulary) {
    this.encoder = TextEncoder.of(tf, vocabulary);
    this.vocabulary = vocabulary;
  }

  /** Emits a placeholder for texts [B]. */
  static Operand<TString> input(Ops tf, String name) {
    return tf.withName(name).placeholder(TString.class, Placeholder.shape(ANY));
  }

  /**
   * Emits the checks of texts that need no tokens.
   *
   * @param given texts of the request
   * @param name name of one text, such as {@code fact}
   * @param most largest number of texts
   * @param tokens largest number of tokens in a text; a text with more bytes than so many tokens
   *     can have is refused
   * @param stops full stops that do not count as text
   */
  Operand<TString> checked(
      Ops tf, Operand<TString> given, String name, int most, int tokens, FullStops stops) {
    Operand<TString> texts = tf.ensureShape(given, ANY);
    RequestChecks number = new RequestChecks(tf);
    number.requireRange(
        tf.size(texts), 1, most, "%ss must be 1 to %s but are".formatted(name, most));
    texts = number.after(texts);
    RequestChecks content = new RequestChecks(tf);
    Operand<TBool> valid = tf.math.equal(TextDecoder.valid(tf, texts), texts);
    content.require(
        valid,
        "%ss must be UTF-8 but there are other bytes at index".formatted(name),
        falseOnes(tf, valid));
    Operand<TBool> full = tf.math.notEqual(stripped(tf, texts, stops), tf.constant(""));
    content.require(
        full, "%ss must have text but there is none at index".formatted(name), falseOnes(tf, full));
    long bytes = Math.min((long) tokens * vocabulary.longestToken(), Integer.MAX_VALUE);
    content.requireRange(
        tf.strings.stringLength(texts),
        0,
        (int) bytes,
        "%ss must have at most %s bytes but there is one of".formatted(name, bytes));
    return content.after(texts);
  }

  private static Operand<TInt32> falseOnes(Ops tf, Operand<TBool> values) {
    return tf.dtypes.cast(
        tf.reshape(tf.where(tf.math.logicalNot(values)), tf.constant(new int[] {-1})),
        TInt32.class);
  }

  /** Emits texts without white space at both ends, and then without full stops. */
  static Operand<TString> stripped(Ops tf, Operand<TString> texts, FullStops stops) {
    Operand<TString> stripped = removed(tf, texts, "^%1$s+|%1$s+$".formatted(BLANK));
    return stops.pattern().isEmpty() ? stripped : removed(tf, stripped, stops.pattern());
  }

  private static Operand<TString> removed(Ops tf, Operand<TString> texts, String pattern) {
    return tf.strings.staticRegexReplace(
        texts, pattern, "", StaticRegexReplace.replaceGlobal(true));
  }

  /** Emits two lists as one: the first of both, the second of both, .. */
  static Operand<TString> interleaved(Ops tf, Operand<TString> a, Operand<TString> b) {
    return tf.reshape(tf.stack(List.of(a, b), Stack.axis(1L)), tf.constant(new int[] {-1}));
  }

  /** Emits the tokens of texts, with the checks of their words. */
  EncodedTexts encode(Ops tf, Operand<TString> texts) {
    Words words = encoder.words(tf, texts);
    RequestChecks sizes = new RequestChecks(tf);
    sizes.requireRange(
        tf.strings.stringLength(words.values()),
        0,
        MOST_WORD_BYTES,
        "words must have at most %s bytes but there is one of".formatted(MOST_WORD_BYTES));
    EncodedTexts encoded =
        encoder.encode(tf, new Words(sizes.after(words.values()), words.rows(), words.texts()));
    RequestChecks known = new RequestChecks(tf);
    known.require(
        tf.math.equal(tf.size(encoded.unknown()), tf.constant(0)),
        "words must be in the vocabulary of the model, %s tokens, but there is"
            .formatted(vocabulary.size()),
        encoded.unknown());
    return new EncodedTexts(
        known.after(encoded.tokens()), known.after(encoded.lengths()), encoded.unknown());
  }
}
