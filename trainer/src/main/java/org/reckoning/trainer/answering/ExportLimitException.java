package org.reckoning.trainer.answering;

import org.reckoning.trainer.text.EnumWord;

/** A request exceeds a limit that was chosen when the model was exported. */
public final class ExportLimitException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final Limit limit;

  /** Limits of an export. */
  public enum Limit {
    /** Number of facts. */
    FACTS,
    /** Tokens of a fact. */
    FACT_TOKENS,
    /** Tokens of a question. */
    QUESTION_TOKENS,
    /** Number of labels of a question. */
    CANDIDATES,
    /** Tokens of a question with a label. */
    CANDIDATE_TOKENS,
    /** Tokens of a generated answer. */
    NEW_TOKENS;

    /** Returns the name in messages: {@code FACT_TOKENS} is {@code fact tokens}. */
    @Override
    public String toString() {
      return EnumWord.of(this).replace('_', ' ');
    }
  }

  ExportLimitException(Limit limit, String what, int given, int most) {
    super(
        "%s (%d) must be at most %d, the export's limit; give less, or export again with more %s"
            .formatted(what, given, most, limit));
    this.limit = limit;
  }

  /** Returns the limit. */
  public Limit limit() {
    return limit;
  }
}
