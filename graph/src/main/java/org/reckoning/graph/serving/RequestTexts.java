package org.reckoning.graph.serving;

import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

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
  private final Tensors inputs = new Tensors();
  private final PaddedTexts padded;

  /**
   * @param rows largest number R of texts in a request
   * @param least smallest number of tokens in a text
   * @param most largest number of tokens in a text
   * @param width padded number W of tokens in each text
   */
  record Limits(int rows, int least, int most, int width) {}

  private RequestTexts(Ops root, String name, Limits limits, boolean withPrompts, int vocabulary) {
    this.tf = root.withSubScope(name + "s");
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
    this.padded =
        PaddedTexts.of(
            tf,
            limits.rows(),
            limits.width(),
            ids.after(givenTokens),
            ids.after(sums.after(givenLengths)),
            givenPrompts == null ? null : ids.after(sums.after(givenPrompts)));
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

  /** Returns the placeholders by the names of the inputs. */
  Tensors inputs() {
    return inputs;
  }

  /** Returns the texts, padded. */
  PaddedTexts padded() {
    return padded;
  }
}
