package org.reckoning.trainer.text;

/** A word of a printed command, as a user pastes it into a shell. */
public final class ShellWord {
  private ShellWord() {}

  /** Returns the word, in quotes if the shell would read it otherwise. */
  public static String quoted(Object word) {
    String text = word.toString();
    return text.matches("[A-Za-z0-9_.,=/+-]*") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
