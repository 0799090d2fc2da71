package org.reckoning.trainer.data;

import java.util.Locale;
import org.reckoning.trainer.text.EnumWord;

/** A part of a data set. */
public enum Split {
  /** Tasks to train on. */
  TRAIN,
  /** Tasks that select the best checkpoint. */
  VAL,
  /** Tasks for the reported results. */
  TEST;

  /**
   * Returns the split of a name.
   *
   * @param name {@code train}, {@code val}, its alias {@code dev}, or {@code test}, in any case
   * @throws IllegalArgumentException if no split has this name
   */
  public static Split of(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "train" -> TRAIN;
      case "val", "dev" -> VAL;
      case "test" -> TEST;
      default ->
          throw new IllegalArgumentException(
              "split (%s) must be train, val (or dev) or test".formatted(name));
    };
  }

  /** Returns the name in lower case, as in file names. */
  @Override
  public String toString() {
    return EnumWord.of(this);
  }
}
