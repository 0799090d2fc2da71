package org.reckoning.trainer.text;

import java.util.Locale;

/** Shares as percentages with one digit after the point. */
public final class Percent {
  private Percent() {}

  /** Returns {@code 98.3 %}. Only a whole share is 100.0 %: 2,499 of 2,500 are 99.9 %. */
  public static String ofShare(double share) {
    double shown = share < 1 ? Math.min(100 * share, 99.9) : 100 * share;
    return String.format(Locale.ROOT, "%.1f %%", shown);
  }
}
