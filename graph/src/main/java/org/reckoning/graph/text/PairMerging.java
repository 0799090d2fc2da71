package org.reckoning.graph.text;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import org.reckoning.graph.text.BytePairs.Merge;
import org.reckoning.graph.xla.Loop;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.ndarray.index.Indices;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint16;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * The loop {@code merge_pairs}. Each pass makes one merge in every word that has one left: the
 * merge with the smallest token, and of equal ones the first. All words are concatenated in one
 * vector, which gets shorter.
 */
final class PairMerging {
  private static final String TOKENS = "tokens";
  private static final String WORDS = "words";
  private static final String GOES_ON = "goes_on";
  private static final String PAIRS = "pairs";
  private static final String MERGED = "merged";
  private static final Shape ANY = Shape.of(Shape.UNKNOWN_SIZE);

  /** A pair as one number is {@code left * SHIFT + right}. */
  private static final long SHIFT = 1 << 16;

  private final List<Merge> sorted;
  private final Loop loop;

  PairMerging(BytePairs pairs) {
    sorted =
        pairs.merges().stream()
            .sorted(Comparator.comparingInt(Merge::left).thenComparingInt(Merge::right))
            .toList();
    Shape table = Shape.of(sorted.size());
    loop =
        Loop.define(
            "merge_pairs",
            new Specs()
                .tensor(TOKENS, TInt64.class, ANY)
                .tensor(WORDS, TInt32.class, ANY)
                .tensor(GOES_ON, TBool.class, Shape.scalar())
                .tensor(PAIRS, TInt64.class, table)
                .tensor(MERGED, TInt64.class, table),
            List.of(),
            (tf, state) -> state.get(GOES_ON, TBool.class),
            (tf, state) -> pass(TextOps.onHost(tf), state));
  }

  /**
   * Tables of the merges.
   *
   * @param pairs ascending, see {@link #SHIFT} [M]
   * @param merged token of each pair [M]
   */
  record Tables(Operand<TInt64> pairs, Operand<TInt64> merged) {}

  /**
   * Tokens in words.
   *
   * @param tokens of all words in order, int64 [n]
   * @param words number of the word of each, ascending, int32 [n]
   */
  record Tokens(Operand<TInt64> tokens, Operand<TInt32> words) {}

  /** Emits the tables, from constants of 6 bytes a merge. */
  Tables tables(Ops tf) {
    return new Tables(
        pair(tf, table(tf, Merge::left), table(tf, Merge::right)), table(tf, Merge::token));
  }

  private Operand<TInt64> table(Ops tf, ToIntFunction<Merge> column) {
    short[] numbers = new short[sorted.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (short) column.applyAsInt(sorted.get(i));
    }
    try (TUint16 tensor = TUint16.tensorOf(Shape.of(numbers.length), DataBuffers.of(numbers))) {
      return tf.dtypes.cast(tf.constantOf(tensor), TInt64.class);
    }
  }

  private static Operand<TInt64> pair(Ops tf, Operand<TInt64> left, Operand<TInt64> right) {
    return tf.math.add(tf.math.mul(left, tf.constant(SHIFT)), right);
  }

  /** Emits the loop. */
  Tokens merge(Ops tf, Tables tables, Tokens bytes) {
    if (sorted.isEmpty()) { // the loop looks pairs up in tables of at least one
      return bytes;
    }
    Tensors last =
        loop.run(
            tf,
            new Tensors()
                .put(TOKENS, bytes.tokens())
                .put(WORDS, bytes.words())
                .put(GOES_ON, tf.math.greater(tf.size(bytes.tokens()), tf.constant(0)))
                .put(PAIRS, tables.pairs())
                .put(MERGED, tables.merged()));
    return new Tokens(last.get(TOKENS, TInt64.class), last.get(WORDS, TInt32.class));
  }

  private Tensors pass(Ops tf, Tensors state) {
    Operand<TInt64> tokens = state.get(TOKENS, TInt64.class); // [n], n > 0
    Operand<TInt32> words = state.get(WORDS, TInt32.class);
    Operand<TInt64> pairs = state.get(PAIRS, TInt64.class);
    Operand<TInt32> word = allButLast(tf, words); // of each pair [n - 1]
    Operand<TInt64> pair = pair(tf, allButLast(tf, tokens), allButFirst(tf, tokens));

    Operand<TInt32> place =
        tf.math.minimum(TextOps.search(tf, pairs, pair), tf.constant(sorted.size() - 1));
    Operand<TBool> merges =
        tf.math.logicalAnd(
            tf.math.equal(taken(tf, pairs, place), pair),
            tf.math.equal(word, allButFirst(tf, words)));
    Operand<TInt64> merged =
        tf.select(
            merges, taken(tf, state.get(MERGED, TInt64.class), place), tf.constant(Long.MAX_VALUE));

    Operand<TInt64> best = least(tf, merged, word);
    Operand<TBool> isBest = tf.math.logicalAnd(merges, tf.math.equal(merged, best));
    Operand<TInt32> index = TextOps.indices(tf, pair);
    Operand<TInt32> candidate = tf.select(isBest, index, tf.constant(Integer.MAX_VALUE));
    Operand<TInt32> first = least(tf, candidate, word);
    Operand<TBool> chosen = tf.math.logicalAnd(isBest, tf.math.equal(index, first)); // [n - 1]

    Operand<TBool> no = tf.constant(new boolean[] {false});
    Operand<TInt64> replaced =
        tf.select(
            tf.concat(List.of(chosen, no), tf.constant(0)),
            tf.concat(List.of(merged, tf.constant(new long[] {0})), tf.constant(0)),
            tokens);
    Operand<TInt32> kept =
        TextOps.places(tf, tf.math.logicalNot(tf.concat(List.of(no, chosen), tf.constant(0))));
    return new Tensors()
        .put(TOKENS, taken(tf, replaced, kept))
        .put(WORDS, taken(tf, words, kept))
        .put(GOES_ON, tf.reduceAny(merges, tf.constant(new int[] {0})));
  }

  /** Emits for each pair the least value among the pairs of its word. */
  private static <T extends TNumber> Operand<T> least(
      Ops tf, Operand<T> values, Operand<TInt32> word) {
    Operand<TInt32> words = tf.math.add(tf.size(word), tf.constant(1)); // none is empty
    return taken(tf, tf.math.unsortedSegmentMin(values, word, words), word);
  }

  private static <T extends TType> Operand<T> taken(
      Ops tf, Operand<T> from, Operand<TInt32> places) {
    return tf.gather(from, places, tf.constant(0));
  }

  private static <T extends TType> Operand<T> allButLast(Ops tf, Operand<T> vector) {
    return tf.stridedSlice(vector, Indices.sliceTo(-1));
  }

  private static <T extends TType> Operand<T> allButFirst(Ops tf, Operand<T> vector) {
    return tf.stridedSlice(vector, Indices.sliceFrom(1));
  }
}
