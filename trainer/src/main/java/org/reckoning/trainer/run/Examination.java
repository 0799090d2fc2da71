package org.reckoning.trainer.run;

import java.util.List;
import org.reckoning.trainer.files.PlainName;

/**
 * Results of the best checkpoint of a run on problems of other data than its own.
 *
 * @param words overrides that choose the problems
 * @param leftOut number of tasks that are too long for the model, and in no row
 * @param rows a row for each number of hops, at least one
 */
public record Examination(List<String> words, int leftOut, List<Results.Row> rows) {
  /** Name of the predictions for the test problems of the run itself. */
  public static final String TEST = "test";

  /** Name of the predictions of an evaluation without a name. */
  public static final String UNNAMED = "eval";

  /** What a name must do, as part of a sentence. */
  public static final String NAME_RULE =
      "%s, and must not be %s or %s: it names a file".formatted(PlainName.RULE, TEST, UNNAMED);

  /** Returns whether an examination can have a name: it names files, and two names are taken. */
  public static boolean isName(String name) {
    return PlainName.isPlain(name) && !name.equals(TEST) && !name.equals(UNNAMED);
  }

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  public Examination {
    words = List.copyOf(words);
    rows = List.copyOf(rows);
    if (leftOut < 0 || rows.isEmpty()) {
      throw new IllegalArgumentException(
          "left_out (%d) must be 0 or more, and rows (%d) at least 1"
              .formatted(leftOut, rows.size()));
    }
  }
}
