package org.reckoning.cli.inspect;

import java.util.Locale;

/** Formats amounts for people. */
final class Quantity {
  private static final String PREFIXES = " kMGTPE";

  private Quantity() {}

  /** Returns four digits with a decimal prefix, {@code 124.4 M}; below 1000 all digits. */
  static String rounded(long value) {
    double scaled = value;
    int prefix = 0;
    while (Math.abs(scaled) >= 999.95 && prefix < PREFIXES.length() - 1) {
      scaled /= 1000;
      prefix++;
    }
    if (prefix == 0) {
      return Long.toString(value);
    }
    int decimals = Math.abs(scaled) < 9.9995 ? 3 : Math.abs(scaled) < 99.995 ? 2 : 1;
    return String.format(Locale.ROOT, "%." + decimals + "f %c", scaled, PREFIXES.charAt(prefix));
  }

  /** Returns bytes with a decimal prefix: {@code 497.8 MB}. */
  static String bytes(long value) {
    String rounded = rounded(value);
    return Character.isDigit(rounded.charAt(rounded.length() - 1)) ? rounded + " B" : rounded + "B";
  }

  /** Returns all digits in groups: {@code 124,439,808}. */
  static String exact(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
