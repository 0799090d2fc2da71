package org.reckoning.cli.ask;

import org.reckoning.trainer.answering.ExportLimitException;

/** Names the option of {@code reckoning export} that raises a limit. */
final class ExportLimits {
  private ExportLimits() {}

  /** Returns the message of an exception, with the option if a request exceeds a limit. */
  static String message(Exception e) {
    return e instanceof ExportLimitException exceeded
        ? "%s (reckoning export %s)".formatted(e.getMessage(), option(exceeded.limit()))
        : String.valueOf(e.getMessage());
  }

  private static String option(ExportLimitException.Limit limit) {
    return switch (limit) {
      case FACTS -> "--facts";
      case FACT_TOKENS -> "--fact-tokens";
      case QUESTION_TOKENS -> "--question-tokens";
      case CANDIDATES -> "--candidates";
      case CANDIDATE_TOKENS -> "--candidate-tokens";
      case NEW_TOKENS -> "--max-new-tokens";
    };
  }
}
