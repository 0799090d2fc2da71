package org.reckoning.trainer.files;

import java.util.regex.Pattern;

/** Names that users give to runs, examinations and pictures, and that become names of files. */
public final class PlainName {
  /** What a name must do, as part of a sentence. */
  public static final String RULE =
      "have only letters, digits, '.', '_' and '-', and not begin with '.'";

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

  private PlainName() {}

  /** Returns whether a name follows the {@linkplain #RULE rule}. */
  public static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches();
  }
}
