package org.reckoning.graph.decoding;

import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Prompts with their continuations.
 *
 * @param tokens token ids, in rows of S tokens as in {@link Prompts} [N, Q, S]
 * @param lengths number of tokens of each text [N, Q]
 * @param logProbabilities log-probabilities of the new tokens, 0 elsewhere [N, Q, S]
 */
public record DecodedTexts<T extends TNumber>(
    Operand<TInt32> tokens, Operand<TInt32> lengths, Operand<T> logProbabilities) {
  static final String LOG_PROBABILITIES = "log_probabilities";

  /** Reads the results of a segment. */
  static <T extends TNumber> DecodedTexts<T> of(Tensors out, Class<T> type) {
    return new DecodedTexts<>(
        out.get(Prompts.TOKENS, TInt32.class),
        out.get(Prompts.LENGTHS, TInt32.class),
        out.get(LOG_PROBABILITIES, type));
  }

  /** Returns the texts as named results of a segment. */
  Tensors named() {
    return new Tensors()
        .put(Prompts.TOKENS, tokens)
        .put(Prompts.LENGTHS, lengths)
        .put(LOG_PROBABILITIES, logProbabilities);
  }
}
