package org.reckoning.graph.text;

import java.util.Arrays;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * Encodes texts as tokens, inside a graph, in two steps:
 *
 * <pre>{@code
 * words    "Hello world"           -> "Hello", " world"
 * encode   "Hello", " world"       -> 15496, 995
 * }</pre>
 *
 * <p>{@link WordSplit} makes the words and {@link PairMerging} the tokens. The time of the second
 * step grows with the number of merges in the longest word: bound its length between the steps.
 */
public final class TextEncoder {
  private final Ops tf;
  private final TextVocabulary vocabulary;
  private final WordSplit split = new WordSplit();
  private final PairMerging merging;
  private final PairMerging.Tables tables;
  private final Operand<TInt64> ofBytes; // [256]
  private final Operand<TInt64> known; // [V]

  private TextEncoder(Ops scope, TextVocabulary vocabulary) {
    this.tf = TextOps.onHost(scope);
    this.vocabulary = vocabulary;
    merging = new PairMerging(vocabulary.pairs());
    tables = merging.tables(tf);
    ofBytes = tf.constant(Arrays.stream(vocabulary.pairs().ofBytes()).asLongStream().toArray());
    known = tf.constant(vocabulary.known());
  }

  /**
   * Emits the tables of an encoder.
   *
   * @param scope of the tables, in the graph of the texts
   */
  public static TextEncoder of(Ops scope, TextVocabulary vocabulary) {
    return new TextEncoder(scope, vocabulary);
  }

  /**
   * Emits the words of texts.
   *
   * @param texts texts in UTF-8 [B]; in another encoding the cuts are arbitrary
   */
  public Words words(Ops scope, Operand<TString> texts) {
    return split.split(TextOps.onHost(scope), texts);
  }

  /** Emits the tokens of words. */
  public EncodedTexts encode(Ops scope, Words words) {
    Ops ops = TextOps.onHost(scope);
    PairMerging.Tokens tokens = merging.merge(ops, tables, bytes(ops, words.values()));
    Operand<TInt32> rows = ops.gather(words.rows(), tokens.words(), ops.constant(0));
    Operand<TInt32> lengths = ops.math.unsortedSegmentSum(ops.onesLike(rows), rows, words.texts());

    Operand<TInt32> ids =
        ops.math.minimum(
            TextOps.search(ops, known, tokens.tokens()), ops.constant(vocabulary.size() - 1));
    Operand<TBool> isKnown =
        ops.math.equal(ops.gather(known, ids, ops.constant(0)), tokens.tokens());
    Operand<TInt32> unknown =
        ops.gather(
            tokens.words(), TextOps.places(ops, ops.math.logicalNot(isKnown)), ops.constant(0));
    Operand<TString> unknownWords = ops.gather(words.values(), unknown, ops.constant(0));
    return new EncodedTexts(
        ids, lengths, ops.unique(unknownWords, ops.constant(new int[] {0})).y());
  }

  /** Emits the tokens of the bytes of words. */
  private PairMerging.Tokens bytes(Ops ops, Operand<TString> words) {
    Operand<TString> joined = ops.strings.reduceJoin(words, ops.constant(0));
    Operand<TInt32> bytes = ops.dtypes.cast(ops.io.decodeRaw(joined, TUint8.class), TInt32.class);
    Operand<TInt32> word = TextOps.parts(ops, ops.strings.stringLength(words), ops.size(bytes));
    return new PairMerging.Tokens(ops.gather(ofBytes, bytes, ops.constant(0)), word);
  }
}
