package org.reckoning.trainer.text;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The words of enum constants in configurations, files and messages: names in lower case. */
public final class EnumWord {
  private EnumWord() {}

  /** Returns the word of a constant: {@code first_order} for {@code FIRST_ORDER}. */
  public static String of(Enum<?> constant) {
    return of(constant.name());
  }

  /** Returns the word of a constant with this name in Java. */
  public static String of(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Returns the words of all constants, in their order. */
  public static List<String> all(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants()).map(constant -> of(constant)).toList();
  }
}
