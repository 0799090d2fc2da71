package org.reckoning.graph.serving;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * Concatenated texts of a request, checked and padded to static shapes.
 *
 * <pre>{@code
 * NAME_tokens    concatenated ids, without padding        [sum of lengths]
 * NAME_lengths   number of ids in each text               [B]
 * NAME_prompts   number of first ids that are not scored  [B]
 * }</pre>
 */
final class RequestTexts {
  private final Ops tf;
  private final String name;
  private final Limits limits;
  private final Tensors inputs = new Tensors();
  private final Operand<TInt32> count; // B
  private final Operand<TInt32> tokens; // [1, R, W]
  private final Operand<TInt32> lengths; // [1, R]
  private final @Nullable Operand<TInt32> prompts; // [1, R]

  /**
   * @param rows largest number R of texts in a request
   * @param least smallest number of tokens in a text
   * @param most largest number of tokens in a text
   * @param width padded number W of tokens in each text
   */
  record Limits(int rows, int least, int most, int width) {}

  private RequestTexts(Ops root, String name, Limits limits, boolean withPrompts, int vocabulary) {
    this.tf = root.withSubScope(name + "s");
    this.name = name;
    this.limits = limits;
    Operand<TInt32> givenTokens = vector(root, name + "_tokens");
    Operand<TInt32> givenLengths = vector(root, name + "_lengths");
    Operand<TInt32> givenPrompts = withPrompts ? vector(root, name + "_prompts") : null;

    RequestChecks sizes = new RequestChecks(tf.withSubScope("sizes"));
    Operand<TInt32> given = tf.size(givenLengths);
    sizes.requireRange(
        given, 1, limits.rows(), "%ss must be 1 to %s but are".formatted(name, limits.rows()));
    if (givenPrompts != null) {
      sizes.require(
          tf.math.equal(tf.size(givenPrompts), given),
          "%1$s_prompts must be as many as %1$s_lengths but are".formatted(name),
          tf.size(givenPrompts));
      givenPrompts = sizes.after(givenPrompts);
    }
    givenLengths = sizes.after(givenLengths);
    givenTokens = sizes.after(givenTokens);

    RequestChecks sums = new RequestChecks(tf.withSubScope("sums"));
    sums.requireRange(
        givenLengths,
        limits.least(),
        limits.most(),
        "%s_lengths must be %s to %s but there is".formatted(name, limits.least(), limits.most()));
    Operand<TInt64> sum =
        tf.sum(tf.dtypes.cast(givenLengths, TInt64.class), tf.constant(0)); // never overflows
    sums.require(
        tf.math.equal(tf.size(givenTokens, TInt64.class), sum),
        "%1$s_tokens must be as many as %1$s_lengths add up to but are".formatted(name),
        tf.size(givenTokens));
    if (givenPrompts != null) {
      sums.require(
          tf.math.logicalAnd(
              tf.math.greater(givenPrompts, tf.constant(0)),
              tf.math.less(givenPrompts, givenLengths)),
          "%1$s_prompts must be at least 1 and less than %1$s_lengths but are".formatted(name),
          givenPrompts);
    }
    givenTokens = sums.after(givenTokens);

    RequestChecks ids = new RequestChecks(tf.withSubScope("ids"));
    ids.requireRange(
        givenTokens,
        0,
        vocabulary - 1,
        "%s_tokens must be ids from 0 to %s but there is".formatted(name, vocabulary - 1));
    this.count = ids.after(sums.after(sizes.after(given)));
    this.lengths = padded(ids.after(sums.after(givenLengths)));
    this.prompts = givenPrompts == null ? null : padded(ids.after(sums.after(givenPrompts)));
    this.tokens = scattered(ids.after(givenTokens));
  }

  /**
   * Emits placeholders, checks and padding.
   *
   * @param root scope of the placeholders, whose names are those of the inputs
   * @param name name of one text, such as {@code fact}
   * @param withPrompts whether the request has prompt lengths
   * @param vocabulary number of token ids in the vocabulary
   */
  static RequestTexts of(
      Ops root, String name, Limits limits, boolean withPrompts, int vocabulary) {
    return new RequestTexts(root, name, limits, withPrompts, vocabulary);
  }

  /**
   * Emits a placeholder for a vector. A placeholder accepts a tensor of any rank, so a separate
   * check requires the rank.
   */
  private Operand<TInt32> vector(Ops root, String input) {
    Shape any = Shape.of(Shape.UNKNOWN_SIZE);
    Operand<TInt32> fed = root.withName(input).placeholder(TInt32.class, Placeholder.shape(any));
    inputs.put(input, fed);
    return tf.ensureShape(fed, any);
  }

  /** Pads a tensor [B] to [1, R]. */
  private Operand<TInt32> padded(Operand<TInt32> values) {
    Operand<TInt32> missing = tf.math.sub(tf.constant(limits.rows()), tf.size(values));
    Operand<TInt32> paddings =
        tf.reshape(tf.stack(List.of(tf.constant(0), missing)), tf.constant(new int[] {1, 2}));
    return tf.reshape(
        tf.pad(values, paddings, tf.constant(0)), tf.constant(new int[] {1, limits.rows()}));
  }

  /** Puts concatenated ids into the rows of their texts, [1, R, W]. */
  private Operand<TInt32> scattered(Operand<TInt32> ids) {
    Operand<TInt64> places = tf.where(isBefore(lengths)); // in the order of the ids, [n, 3]
    return tf.scatterNd(places, ids, tf.constant(new long[] {1, limits.rows(), limits.width()}));
  }

  /** Returns whether each position is before the given end in its text, [1, R, W]. */
  private Operand<TBool> isBefore(Operand<TInt32> ends) {
    Operand<TInt32> positions =
        tf.range(tf.constant(0), tf.constant(limits.width()), tf.constant(1));
    return tf.math.less(positions, tf.expandDims(ends, tf.constant(-1)));
  }

  /** Returns the placeholders by the names of the inputs. */
  Tensors inputs() {
    return inputs;
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
      throw new IllegalStateException("'%s' has no prompts".formatted(name));
    }
    Operand<TBool> scored =
        tf.math.logicalAnd(isBefore(lengths), tf.math.logicalNot(isBefore(prompts)));
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
