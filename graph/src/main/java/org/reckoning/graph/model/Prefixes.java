package org.reckoning.graph.model;

import java.util.List;
import java.util.Map;
import org.reckoning.graph.gpt2.Parameters;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Padded prefixes of the questions of the tasks of a pass.
 *
 * @param tokens token ids [N, 1, P]
 * @param lengths number of tokens of each prefix [N, 1]
 */
public record Prefixes(Operand<TInt32> tokens, Operand<TInt32> lengths) {
  private static final String TOKENS = "prefix/tokens";
  private static final String LENGTHS = "prefix/lengths";
  private static final String CACHE = "prefix/cache";
  private static final String CACHE_LENGTHS = "prefix/cache_lengths";

  /** Returns the arguments of a segment that reads prefixes; none for a shape without them. */
  public static Specs specs(TaskShape shape) {
    Shape tokens = Shape.of(shape.tasks(), 1, shape.prefixTokens());
    return shape.prefixTokens() == 0
        ? new Specs()
        : new Specs()
            .tensor(TOKENS, TInt32.class, tokens)
            .tensor(LENGTHS, TInt32.class, tokens.take(2));
  }

  /** Returns whether the arguments of a segment include prefixes. */
  static boolean areIn(Tensors in) {
    return in.contains(TOKENS);
  }

  /** Reads the prefixes from the arguments of a segment. */
  public static Prefixes of(Tensors in) {
    return new Prefixes(in.get(TOKENS, TInt32.class), in.get(LENGTHS, TInt32.class));
  }

  /** Returns the prefixes as named arguments of a segment. */
  public Tensors named() {
    return new Tensors().put(TOKENS, tokens).put(LENGTHS, lengths);
  }

  /** Defines the segment {@code read_prefix}, which computes keys and values of prefixes. */
  public static <T extends TNumber> Segment reader(TaskModel<T> model) {
    return Segment.define(
        "read_prefix",
        new Specs().all(Weights.specs(model)).all(specs(model.shape())),
        List.of(),
        (tf, in) -> {
          Parameters<T> p = Weights.of(in, model.type()).parameters();
          Prefixes read = of(in);
          return new Tensors()
              .putAll(CACHE, model.cachedGpt2().read(tf, p, read.tokens(), read.lengths()));
        });
  }

  /** Emits a call of a {@link #reader}. */
  public <T extends TNumber> PrefixCache<T> read(
      Ops tf, TaskModel<T> model, Segment reader, Weights<T> weights) {
    Tensors out = model.call(tf, reader, weights.named().putAll(named()));
    return new PrefixCache<>(out.under(CACHE, model.type()), lengths);
  }

  /** Returns the shapes of the keys and values of the prefixes. */
  public static Map<String, Shape> cacheShapes(TaskModel<?> model) {
    return model.cachedGpt2().shapes(model.shape().tasks(), 1, model.shape().prefixTokens());
  }

  /** Returns the arguments of a segment whose texts continue prefixes; none without prefixes. */
  public static Specs cacheSpecs(TaskModel<?> model) {
    return model.shape().prefixTokens() == 0
        ? new Specs()
        : new Specs()
            .tensors(CACHE, model.type(), cacheShapes(model))
            .tensor(CACHE_LENGTHS, TInt32.class, Shape.of(model.shape().tasks(), 1));
  }

  /** Reads keys and values from the arguments of a segment. */
  public static <T extends TNumber> PrefixCache<T> cacheOf(Tensors in, Class<T> type) {
    return in.contains(CACHE_LENGTHS)
        ? new PrefixCache<>(in.under(CACHE, type), in.get(CACHE_LENGTHS, TInt32.class))
        : PrefixCache.none();
  }

  /** Returns keys and values as named arguments of a segment. */
  public static Tensors named(PrefixCache<?> prefix) {
    Tensors named = new Tensors().putAll(CACHE, prefix.cache());
    Operand<TInt32> lengths = prefix.lengths();
    return lengths == null ? named : named.put(CACHE_LENGTHS, lengths);
  }
}
