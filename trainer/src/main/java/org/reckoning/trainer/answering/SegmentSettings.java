package org.reckoning.trainer.answering;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.tokens.FactSegments;

/**
 * The user's choice of the length of pieces of long facts. A run has such a length of its own,
 * {@code data.segment_tokens}, or none.
 *
 * @param tokens largest number of tokens of a fact; null for that of the run
 * @param overlap number of tokens that a piece repeats; null for that of the run, or 0
 * @param always whether facts are cut if neither the user nor the run gives a length: at 256
 *     tokens, or the positions of the model if these are fewer
 */
public record SegmentSettings(@Nullable Integer tokens, @Nullable Integer overlap, boolean always) {
  /** Cuts facts as in the training of the model. */
  public static final SegmentSettings OF_MODEL = new SegmentSettings(null, null, false);

  private static final int TOKENS = 256;

  /**
   * Returns the cut for a model.
   *
   * @param own the cut in the training of the model
   * @param positions largest number of tokens of a fact
   * @throws IllegalArgumentException if a length is out of range, or only the overlap is given
   */
  FactSegments of(FactSegments own, int positions) {
    Integer length = tokens == null ? own.tokens() : tokens;
    if (length == null && always) {
      length = Math.min(TOKENS, positions);
    }
    if (length == null && overlap != null) {
      throw new IllegalArgumentException(
          "segment_overlap (%d) needs a length of the pieces: give segment_tokens"
              .formatted(overlap));
    }
    int repeated = tokens == null ? own.overlap() : 0;
    FactSegments cut = new FactSegments(length, Objects.requireNonNullElse(overlap, repeated));
    cut.requireWithin(positions);
    return cut;
  }
}
