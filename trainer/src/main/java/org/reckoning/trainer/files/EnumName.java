package org.reckoning.trainer.files;

import java.util.Locale;

/** Names of enum constants in configurations and JSON files: lower case, {@code first_order}. */
public final class EnumName {
  private EnumName() {}

  /** Returns the name of a constant in files. */
  public static String of(Enum<?> constant) {
    return of(constant.name());
  }

  /** Returns the name in files of a constant with this name in Java. */
  public static String of(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
