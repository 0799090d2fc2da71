package org.reckoning.graph.gpt2;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.autodiff.Scalars;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * Losses of the tokens of sequences. The logits at position t - 1 predict the token at t; the first
 * token has no loss.
 *
 * <p>Logits are the largest tensor of a pass. Without a derivative they can be computed in parts of
 * a few positions: only one part is in memory at a time.
 */
public final class LanguageModelLoss<T extends TNumber> {
  private final Operand<T> tokenLosses;
  private final List<Part<T>> parts;
  private final Class<T> type;

  /**
   * P positions of every task.
   *
   * @param logits [N*P, V]
   * @param labels the next tokens [N*P]
   * @param losses [N, P]
   */
  private record Part<T extends TNumber>(
      Operand<T> logits, Operand<TInt32> labels, Operand<T> losses) {}

  private LanguageModelLoss(Operand<T> tokenLosses, List<Part<T>> parts) {
    this.tokenLosses = tokenLosses;
    this.parts = parts;
    this.type = tokenLosses.type();
  }

  /**
   * Emits the model and the losses of its tokens.
   *
   * @param tokens ids [N, B, T], padded on the right, {@code T >= 2}
   * @param lengths number of real tokens of each sequence [N, B]
   * @param nudge see {@link Gpt2#hidden}
   * @throws IllegalArgumentException if T is less than 2 or more than the positions of the model
   */
  public static <T extends TNumber> LanguageModelLoss<T> of(
      Ops tf,
      Gpt2<T> model,
      Parameters<T> p,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths,
      @Nullable Operand<T> nudge) {
    return of(tf, model, p, tokens, lengths, nudge, Long.MAX_VALUE);
  }

  /**
   * Emits the same as {@link #of} with the logits in parts. The numbers differ by rounding only.
   *
   * @param mostLogits largest number of elements of a part; a part has at least one position of
   *     each task
   */
  public static <T extends TNumber> LanguageModelLoss<T> inParts(
      Ops tf,
      Gpt2<T> model,
      Parameters<T> p,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths,
      long mostLogits) {
    return of(tf, model, p, tokens, lengths, null, mostLogits);
  }

  private static <T extends TNumber> LanguageModelLoss<T> of(
      Ops tf,
      Gpt2<T> model,
      Parameters<T> p,
      Operand<TInt32> tokens,
      Operand<TInt32> lengths,
      @Nullable Operand<T> nudge,
      long mostLogits) {
    Shape ids = tokens.shape();
    long n = ids.get(0);
    long b = ids.get(1);
    long scored = ids.get(2) - 1;
    if (scored < 1) {
      throw new IllegalArgumentException(
          "tokens a sequence (%d) must be at least 2: the first token has no loss"
              .formatted(ids.get(2)));
    }
    Operand<T> words = model.words(tf, p, tokens); // [N, B, T, C]
    Operand<T> hidden = model.hiddenOf(tf, p, words, lengths, nudge, null); // [N, B, T, C]
    Ops scope = tf.withSubScope("loss");
    long c = hidden.shape().get(3);
    // The last position predicts nothing: dropped before the head, the largest product.
    hidden =
        scope.slice(
            hidden, scope.constant(new long[4]), scope.constant(new long[] {n, b, scored, c}));
    hidden = scope.reshape(hidden, scope.constant(new long[] {n, b * scored, c}));
    Operand<TInt32> targets =
        scope.slice(
            tokens,
            scope.constant(new long[] {0, 0, 1}),
            scope.constant(new long[] {n, b, scored}));
    targets = scope.reshape(targets, scope.constant(new long[] {n, b * scored}));
    Operand<T> wanted =
        scope.slice(
            words,
            scope.constant(new long[] {0, 0, 1, 0}),
            scope.constant(new long[] {n, b, scored, c}));
    wanted = scope.reshape(wanted, scope.constant(new long[] {n, b * scored, c}));

    long v = p.get("wte.weight").shape().get(1);
    long size = Math.max(1, Math.min(b * scored, mostLogits / (n * v)));
    List<Part<T>> parts = new ArrayList<>();
    for (long from = 0; from < b * scored; from += size) {
      long to = Math.min(from + size, b * scored);
      parts.add(
          part(
              scope,
              model,
              p,
              positions(scope, hidden, from, to),
              positions(scope, wanted, from, to),
              positions(scope, targets, from, to)));
    }
    Operand<T> all = joined(scope, parts.stream().map(Part::losses).toList());
    return new LanguageModelLoss<>(
        scope.reshape(all, scope.constant(new long[] {n, b, scored})), parts);
  }

  /**
   * Emits the positions from {@code from}, inclusive, to {@code to}, exclusive, of x [N, M, ...].
   */
  private static <U extends TType> Operand<U> positions(Ops tf, Operand<U> x, long from, long to) {
    Shape shape = x.shape();
    if (from == 0 && to == shape.get(1)) {
      return x;
    }
    long[] begin = new long[shape.numDimensions()];
    long[] size = shape.asArray();
    begin[1] = from;
    size[1] = to - from;
    return tf.slice(x, tf.constant(begin), tf.constant(size));
  }

  /** Concatenates parts [N, P] along the positions. */
  private static <T extends TNumber> Operand<T> joined(Ops tf, List<Operand<T>> parts) {
    return parts.size() == 1 ? parts.get(0) : tf.concat(parts, tf.constant(1));
  }

  private static <T extends TNumber> Part<T> part(
      Ops tf,
      Gpt2<T> model,
      Parameters<T> p,
      Operand<T> hidden,
      Operand<T> wanted,
      Operand<TInt32> targets) {
    Operand<T> logits = model.logits(tf, p, hidden); // [N, P, V]
    long n = logits.shape().get(0);
    long rows = logits.shape().get(1);
    long v = logits.shape().get(2);
    logits = tf.reshape(logits, tf.constant(new long[] {n * rows, v}));
    Operand<TInt32> labels = tf.reshape(targets, tf.constant(new long[] {n * rows}));
    Operand<T> targetLogits = tf.sum(tf.math.mul(hidden, wanted), tf.constant(-1));
    Operand<T> losses =
        tf.nn
            .sparseSoftmaxCrossEntropyWithLogits(
                withTargets(tf, logits, labels, targetLogits), labels)
            .loss();
    return new Part<>(logits, labels, tf.reshape(losses, tf.constant(new long[] {n, rows})));
  }

  /**
   * Replaces the logits of the targets [M, V] by separately computed ones.
   *
   * <p>The derivative in the hidden state is {@code sum_v (p_v - [v = target]) wte_v}. The term of
   * the target is far larger than the others, and a matrix product rounds each later sum at its
   * size. So the matrix product has only the other terms, and the target's term is added once. It
   * needs the embedding of the target, which was looked up already.
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
   * Returns {@code -log p} of every token but the first of each sequence [N, B, T-1]. It includes
   * tokens that are no targets.
   */
  public Operand<T> tokenLosses() {
    return tokenLosses;
  }

  /**
   * Emits the mean loss of the target tokens of each sequence [N, B]; 0 for a sequence without
   * targets.
   *
   * @param mask 1 for target tokens, else 0 [N, B, T]
   */
  public Operand<T> sequenceLosses(Ops tf, Operand<T> mask) {
    Operand<T> scored = scored(tf, mask);
    Operand<T> sum = tf.sum(tf.math.mul(tokenLosses, scored), tf.constant(-1));
    return tf.math.div(sum, atLeastOne(tf, tf.sum(scored, tf.constant(-1))));
  }

  /**
   * Emits the loss of each task [N]: the mean of {@link #sequenceLosses} over the sequences with a
   * target token.
   *
   * @param mask 1 for target tokens, else 0 [N, B, T]
   */
  public Operand<T> taskLosses(Ops tf, Operand<T> mask) {
    return taskLosses(tf, mask, scoredSequences(tf, mask));
  }

  /**
   * Emits the sum of {@link #sequenceLosses} of each task over a divisor [N]. With {@link
   * #scoredSequences} of the whole task it is the part of some sequences in the mean of all.
   *
   * @param mask 1 for target tokens, else 0 [N, B, T]
   * @param divisor [N]
   */
  public Operand<T> taskLosses(Ops tf, Operand<T> mask, Operand<T> divisor) {
    return tf.math.div(tf.sum(sequenceLosses(tf, mask), tf.constant(-1)), divisor);
  }

  /**
   * Emits the number of sequences of each task with a target token, at least 1 [N].
   *
   * @param mask 1 for target tokens, else 0 [N, B, T]
   */
  public static <T extends TNumber> Operand<T> scoredSequences(Ops tf, Operand<T> mask) {
    Shape shape = mask.shape();
    Operand<T> scored =
        tf.slice(
            mask,
            tf.constant(new long[] {0, 0, 1}),
            tf.constant(new long[] {shape.get(0), shape.get(1), shape.get(2) - 1}));
    Operand<T> one = Scalars.of(tf, mask.type(), 1);
    Operand<T> counts = tf.math.minimum(tf.sum(scored, tf.constant(-1)), one);
    return tf.math.maximum(tf.sum(counts, tf.constant(-1)), one);
  }

  /**
   * Emits the number of target tokens of each sequence that have the largest logit [N, B].
   *
   * @param mask 1 for target tokens, else 0 [N, B, T]
   */
  public Operand<T> correctTokens(Ops tf, Operand<T> mask) {
    List<Operand<T>> hits = new ArrayList<>();
    for (Part<T> part : parts) {
      Operand<TInt64> best = tf.math.argMax(part.logits(), tf.constant(-1));
      Operand<TInt64> wanted = tf.dtypes.cast(part.labels(), TInt64.class);
      Operand<T> hit = tf.dtypes.cast(tf.math.equal(best, wanted), type);
      hits.add(tf.reshape(hit, tf.constant(part.losses().shape().asArray())));
    }
    Operand<T> all = tf.reshape(joined(tf, hits), tf.constant(tokenLosses.shape().asArray()));
    return tf.sum(tf.math.mul(all, scored(tf, mask)), tf.constant(-1));
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
