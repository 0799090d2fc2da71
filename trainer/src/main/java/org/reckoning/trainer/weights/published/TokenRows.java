package org.reckoning.trainer.weights.published;

import java.util.Optional;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;

/**
 * The rows of {@code wte.weight}: first those of the tokens, then padding.
 *
 * <p>nanoGPT and llm.c round GPT-2's 50,257 rows up to 50,304, other programs to other multiples,
 * and a {@code [PAD]} that was added is one row more. No text of ours has such a token, so these
 * rows are kept for an export but never computed with.
 *
 * @param tokens how many rows are tokens
 * @param padding how many rows follow
 * @param vocabulary which tokens they are, where that is known
 */
record TokenRows(int tokens, int padding, Optional<Vocabulary> vocabulary) {
  /** 50,257 rounded up to a multiple of 8,192, the coarsest in use; more are other tokens. */
  static final int MOST = 57_344;

  /** Returns what so many rows are if nothing beside them says it. */
  static TokenRows of(int rows) {
    return rows < Tokenizer.SIZE || rows > MOST
        ? new TokenRows(rows, 0, Optional.empty())
        : new TokenRows(Tokenizer.SIZE, rows - Tokenizer.SIZE, Optional.of(Vocabulary.full()));
  }
}
