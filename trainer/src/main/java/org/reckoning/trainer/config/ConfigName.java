package org.reckoning.trainer.config;

import java.util.Locale;

/** Names of enum constants as configuration files write them. */
public final class ConfigName {
  private ConfigName() {}

  /** Returns the name in lower case: {@code RANDOM_FACTS} is {@code random_facts}. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
