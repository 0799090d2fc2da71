package org.reckoning.graph.gpt2;

import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * Scores the tokens of sequences with a model: position t is predicted by the logits at t - 1, so
 * that the first token is never scored.
 */
public final class LanguageModelLoss<T extends TNumber> {
  private final Operand<T> tokenLosses;
  private final Operand<T> logits;
  private final Operand<TInt32> targets;
  private final Class<T> type;

  private LanguageModelLoss(Operand<T> tokenLosses, Operand<T> logits, Operand<TInt32> targets) {
    this.tokenLosses = tokenLosses;
    this.logits = logits;
    this.targets = targets;
    this.type = tokenLosses.type();
  }

  /**
   * Runs the model.
   *
   * @param tokens ids [N, B, T], padded on the right, {@code T >= 2}
   * @param lengths how many of them are real [N, B]
   * @param nudge see {@link Gpt2#hidden}
   * @throws IllegalArgumentException if the sequences have no second token, or more than the model
   *     has positions
   */
  public static <T extends TNumber> LanguageModelLoss<T> of(
      Ops tf,
      Gpt2<T> model,
      Parameters<T> p,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths,
      @Nullable Operand<T> nudge) {
    Shape ids = tokens.shape();
    long n = ids.get(0);
    long b = ids.get(1);
    long scored = ids.get(2) - 1;
    if (scored < 1) {
      throw new IllegalArgumentException(
          "tokens a sequence (%d) must be at least 2, as the first is not scored"
              .formatted(ids.get(2)));
    }
    Operand<T> words = model.words(tf, p, tokens); // [N, B, T, C]
    Operand<T> hidden =
        model.hiddenOf(
            tf, p, words, lengths, nudge, (layerScope, layer, own) -> own); // [N, B, T, C]
    Ops scope = tf.withSubScope("loss");
    long c = hidden.shape().get(3);
    // The last position predicts nothing: it is dropped before the head, the largest product of
    // all.
    hidden =
        scope.slice(
            hidden, scope.constant(new long[4]), scope.constant(new long[] {n, b, scored, c}));
    hidden = scope.reshape(hidden, scope.constant(new long[] {n, b * scored, c}));
    Operand<T> logits = model.logits(scope, p, hidden); // [N, B*(T-1), V]
    long v = logits.shape().get(2);
    logits = scope.reshape(logits, scope.constant(new long[] {n * b * scored, v}));
    Operand<TInt32> targets =
        scope.slice(
            tokens,
            scope.constant(new long[] {0, 0, 1}),
            scope.constant(new long[] {n, b, scored}));
    Operand<TInt32> labels = scope.reshape(targets, scope.constant(new long[] {n * b * scored}));
    Operand<T> wanted =
        scope.slice(
            words,
            scope.constant(new long[] {0, 0, 1, 0}),
            scope.constant(new long[] {n, b, scored, c}));
    wanted = scope.reshape(wanted, scope.constant(new long[] {n, b * scored, c}));
    Operand<T> targetLogits = scope.sum(scope.math.mul(hidden, wanted), scope.constant(-1));
    Operand<T> losses =
        scope
            .nn
            .sparseSoftmaxCrossEntropyWithLogits(
                withTargets(scope, logits, labels, targetLogits), labels)
            .loss();
    return new LanguageModelLoss<>(
        scope.reshape(losses, scope.constant(new long[] {n, b, scored})), logits, targets);
  }

  /**
   * Puts the logits of the targets, computed by themselves, into their places [M, V].
   *
   * <p>This is for the derivative in the hidden state, {@code sum_v (p_v - [v = target]) wte_v}:
   * the term of the target is far larger than the others, and a product that meets it midway rounds
   * each later sum at its size. So the product sums the others alone, and the target's row is added
   * once. Rows of the embedding that are looked up already serve for it.
   */
  private static <T extends TNumber> Operand<T> withTargets(
      Ops tf, Operand<T> logits, Operand<TInt32> labels, Operand<T> targetLogits) {
    long rows = logits.shape().get(0);
    int v = (int) logits.shape().get(1);
    Operand<TInt32> ids = tf.range(tf.constant(0), tf.constant(v), tf.constant(1));
    Operand<TBool> isTarget =
        tf.math.equal(ids, tf.reshape(labels, tf.constant(new long[] {rows, 1})));
    return tf.select(isTarget, tf.reshape(targetLogits, tf.constant(new long[] {rows, 1})), logits);
  }

  /**
   * Returns {@code -log p} of every token but the first of each sequence [N, B, T-1], targets or
   * not.
   */
  public Operand<T> tokenLosses() {
    return tokenLosses;
  }

  /**
   * Returns the mean loss of the target tokens of each sequence [N, B]; 0 for a sequence that has
   * none.
   *
   * @param mask 1 for target tokens, else 0 [N, B, T]
   */
  public Operand<T> sequenceLosses(Ops tf, Operand<T> mask) {
    Operand<T> scored = scored(tf, mask);
    Operand<T> sum = tf.sum(tf.math.mul(tokenLosses, scored), tf.constant(-1));
    return tf.math.div(sum, atLeastOne(tf, tf.sum(scored, tf.constant(-1))));
  }

  /**
   * Returns the loss of each task [N]: the mean over its sequences that have a target token of
   * their mean losses.
   *
   * @param mask 1 for target tokens, else 0 [N, B, T]
   */
  public Operand<T> taskLosses(Ops tf, Operand<T> mask) {
    Operand<T> targets = tf.sum(scored(tf, mask), tf.constant(-1)); // [N, B]
    Operand<T> counts = tf.math.minimum(targets, one(tf));
    Operand<T> sum = tf.sum(sequenceLosses(tf, mask), tf.constant(-1));
    return tf.math.div(sum, atLeastOne(tf, tf.sum(counts, tf.constant(-1))));
  }

  /**
   * Returns how many target tokens of each sequence have the largest logit of all [N, B].
   *
   * @param mask 1 for target tokens, else 0 [N, B, T]
   */
  public Operand<T> correctTokens(Ops tf, Operand<T> mask) {
    Operand<TInt64> best = tf.math.argMax(logits, tf.constant(-1));
    Operand<TInt64> wanted =
        tf.reshape(tf.dtypes.cast(targets, TInt64.class), tf.constant(best.shape().asArray()));
    Operand<T> hits = tf.dtypes.cast(tf.math.equal(best, wanted), type);
    hits = tf.reshape(hits, tf.constant(tokenLosses.shape().asArray()));
    return tf.sum(tf.math.mul(hits, scored(tf, mask)), tf.constant(-1));
  }

  /** Drops the first position of a mask: [N, B, T] to [N, B, T-1]. */
  private Operand<T> scored(Ops tf, Operand<T> mask) {
    return tf.slice(
        mask, tf.constant(new long[] {0, 0, 1}), tf.constant(tokenLosses.shape().asArray()));
  }

  private Operand<T> atLeastOne(Ops tf, Operand<T> count) {
    return tf.math.maximum(count, one(tf));
  }

  private Operand<T> one(Ops tf) {
    return Scalars.of(tf, type, 1);
  }
}
