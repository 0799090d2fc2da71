package org.reckoning.trainer.config;

/**
 * The properties of a key's type that decide how its value is parsed.
 *
 * @param text whether the value, or each element of a list, is text or an enum constant
 * @param list whether the value is a list
 */
public record KeyType(boolean text, boolean list) {
  /** Numbers, truth values, keys with nested keys, and words that are not keys. */
  static final KeyType OTHER = new KeyType(false, false);
}
