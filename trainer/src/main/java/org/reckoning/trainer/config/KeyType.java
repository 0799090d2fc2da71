package org.reckoning.trainer.config;

/**
 * What a key takes, as far as it decides how its value is read.
 *
 * @param text whether it, or each element of it, is text or a word of a choice
 * @param list whether it takes a list
 */
public record KeyType(boolean text, boolean list) {
  /** Numbers, truth values, keys with others below, and what is no key. */
  static final KeyType OTHER = new KeyType(false, false);
}
