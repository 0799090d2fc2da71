package org.reckoning.graph.decoding;

import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** Settings of a {@link Decoding} as tensors of the graph; all are scalars. */
public record DecodingInputs<T extends TNumber>(
    Operand<TInt32> newTokens,
    Operand<TInt32> endOfText,
    Operand<T> temperature,
    Operand<TInt32> topK,
    Operand<T> topP,
    Operand<TInt64> seed) {
  private static final String NEW_TOKENS = "new_tokens";
  private static final String END_OF_TEXT = "end_of_text";
  static final String TEMPERATURE = "temperature";
  static final String TOP_K = "top_k";
  static final String TOP_P = "top_p";
  static final String SEED = "seed";

  /** Returns the arguments of a segment that decodes. */
  static <T extends TNumber> Specs specs(Class<T> type) {
    Shape scalar = Shape.scalar();
    return new Specs()
        .tensor(NEW_TOKENS, TInt32.class, scalar)
        .tensor(END_OF_TEXT, TInt32.class, scalar)
        .tensor(TEMPERATURE, type, scalar)
        .tensor(TOP_K, TInt32.class, scalar)
        .tensor(TOP_P, type, scalar)
        .tensor(SEED, TInt64.class, scalar);
  }

  /** Reads the settings from the arguments of a segment. */
  static <T extends TNumber> DecodingInputs<T> of(Tensors in, Class<T> type) {
    return new DecodingInputs<>(
        in.get(NEW_TOKENS, TInt32.class),
        in.get(END_OF_TEXT, TInt32.class),
        in.get(TEMPERATURE, type),
        in.get(TOP_K, TInt32.class),
        in.get(TOP_P, type),
        in.get(SEED, TInt64.class));
  }

  /** Emits placeholders for {@link DecodingFeeds}. */
  static <T extends TNumber> DecodingInputs<T> placeholders(Ops tf, Class<T> type) {
    return of(specs(type).placeholders(tf), type);
  }

  /** Returns the settings as named arguments of a segment. */
  Tensors named() {
    return new Tensors()
        .put(NEW_TOKENS, newTokens)
        .put(END_OF_TEXT, endOfText)
        .put(TEMPERATURE, temperature)
        .put(TOP_K, topK)
        .put(TOP_P, topP)
        .put(SEED, seed);
  }
}
