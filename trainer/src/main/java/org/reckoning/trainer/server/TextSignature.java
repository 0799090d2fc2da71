package org.reckoning.trainer.server;

import java.util.Arrays;
import org.reckoning.trainer.text.EnumWord;

/** Signatures whose inputs and outputs are words. */
enum TextSignature {
  /** Generates an answer to each question. */
  ASK,
  /** Scores labels for each question. */
  CHOOSE,
  /** {@link #ASK}, without learning the facts. */
  ASK_NO_KNOWLEDGE,
  /** {@link #CHOOSE}, without learning the facts. */
  CHOOSE_NO_KNOWLEDGE;

  /** Returns the name in requests. */
  String key() {
    return EnumWord.of(this);
  }

  boolean chooses() {
    return this == CHOOSE || this == CHOOSE_NO_KNOWLEDGE;
  }

  boolean learns() {
    return this == ASK || this == CHOOSE;
  }

  static TextSignature of(String key) {
    return Arrays.stream(values()).filter(each -> each.key().equals(key)).findFirst().orElseThrow();
  }
}
