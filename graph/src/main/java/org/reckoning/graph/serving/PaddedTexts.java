package org.reckoning.graph.serving;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** B texts of a request, padded to static shapes: R texts of W tokens. */
final class PaddedTexts {
  private final Ops tf;
  private final Operand<TInt32> count;
  private final Operand<TInt32> tokens;
  private final Operand<TInt32> lengths;
  private final @Nullable Operand<TInt32> prompts;

  /**
   * Takes padded texts.
   *
   * @param count number of texts in the request B, a scalar
   * @param tokens ids [1, R, W]
   * @param lengths number of tokens of each text, 0 for padding [1, R]
   * @param prompts number of first tokens of each that are not scored [1, R]; null if none is
   */
  PaddedTexts(
      Ops tf,
      Operand<TInt32> count,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths,
      @Nullable Operand<TInt32> prompts) {
    this.tf = tf;
    this.count = count;
    this.tokens = tokens;
    this.lengths = lengths;
    this.prompts = prompts;
  }

  /**
   * Emits the padding of concatenated texts.
   *
   * @param rows largest number R of texts in a request
   * @param width padded number W of tokens in each text
   * @param tokens concatenated ids [sum of lengths]
   * @param lengths number of tokens of each text [B]
   * @param prompts number of first tokens of each that are not scored [B]; null if none is
   */
  static PaddedTexts of(
      Ops tf,
      int rows,
      int width,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths,
      @Nullable Operand<TInt32> prompts) {
    Operand<TInt32> ends = padded(tf, rows, lengths);
    Operand<TInt32> scattered =
        tf.scatterNd(
            tf.where(isBefore(tf, width, ends)), // in the order of the ids [n, 3]
            tokens,
            tf.constant(new long[] {1, rows, width}));
    return new PaddedTexts(
        tf, tf.size(lengths), scattered, ends, prompts == null ? null : padded(tf, rows, prompts));
  }

  /** Pads a tensor [B] to [1, R]. */
  private static Operand<TInt32> padded(Ops tf, int rows, Operand<TInt32> values) {
    Operand<TInt32> missing = tf.math.sub(tf.constant(rows), tf.size(values));
    Operand<TInt32> paddings =
        tf.reshape(tf.stack(List.of(tf.constant(0), missing)), tf.constant(new int[] {1, 2}));
    return tf.reshape(tf.pad(values, paddings, tf.constant(0)), tf.constant(new int[] {1, rows}));
  }

  /** Returns whether each of W positions is before the given end in its text, [1, R, W]. */
  static Operand<TBool> isBefore(Ops tf, int width, Operand<TInt32> ends) {
    Operand<TInt32> positions = tf.range(tf.constant(0), tf.constant(width), tf.constant(1));
    return tf.math.less(positions, tf.expandDims(ends, tf.constant(-1)));
  }

  /** Returns the number of texts in the request, B. */
  Operand<TInt32> count() {
    return count;
  }

  /** Returns the ids, [1, R, W], 0 for padding. */
  Operand<TInt32> tokens() {
    return tokens;
  }

  /** Returns the lengths, [1, R], 0 for padding. */
  Operand<TInt32> lengths() {
    return lengths;
  }

  /** Emits 1 for each scored token, else 0, [1, R, W]. Prompt tokens and padding are not scored. */
  <U extends TNumber> Operand<U> targets(Class<U> type) {
    if (prompts == null) {
      throw new IllegalStateException("these texts have no prompts");
    }
    int width = (int) tokens.shape().get(2);
    Operand<TBool> scored =
        tf.math.logicalAnd(
            isBefore(tf, width, lengths), tf.math.logicalNot(isBefore(tf, width, prompts)));
    return tf.dtypes.cast(scored, type);
  }

  /** Extracts the rows of the request's texts from all rows, [1, R, ...] to [B, ...]. */
  <U extends TNumber> Operand<U> real(Operand<U> rows) {
    Shape tail = rows.shape().tail();
    Operand<U> all = tf.reshape(rows, tf.constant(tail.asArray()));
    int[] lastSizes = new int[tail.numDimensions() - 1];
    Arrays.fill(lastSizes, -1);
    Operand<TInt32> sizes =
        tf.concat(
            List.of(tf.reshape(count, tf.constant(new int[] {1})), tf.constant(lastSizes)),
            tf.constant(0));
    Operand<U> cut = tf.slice(all, tf.constant(new int[tail.numDimensions()]), sizes);
    return tf.ensureShape(cut, tail.tail().prepend(Shape.UNKNOWN_SIZE));
  }
}
