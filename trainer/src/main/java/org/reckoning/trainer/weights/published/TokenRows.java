package org.reckoning.trainer.weights.published;

import java.util.Optional;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;

/**
 * The rows of {@code wte.weight}: tokens, then padding.
 *
 * <p>nanoGPT and llm.c round GPT-2's 50,257 rows up to 50,304, other programs to other multiples;
 * an added {@code [PAD]} is one more row. No text is encoded to such a token, so padding is kept
 * for an export but not used.
 *
 * @param tokens number of rows of tokens
 * @param padding number of rows after them
 * @param vocabulary the tokens, if known
 */
record TokenRows(int tokens, int padding, Optional<Vocabulary> vocabulary) {
  /**
   * Most rows of a padded GPT-2: 50,257 rounded up to a multiple of 8,192, the largest in use. More
   * rows mean other tokens.
   */
  static final int MOST = 57_344;

  /** Returns the meaning of rows for which no vocabulary is given. */
  static TokenRows of(int rows) {
    return rows < Tokenizer.SIZE || rows > MOST
        ? new TokenRows(rows, 0, Optional.empty())
        : new TokenRows(Tokenizer.SIZE, rows - Tokenizer.SIZE, Optional.of(Vocabulary.full()));
  }
}
