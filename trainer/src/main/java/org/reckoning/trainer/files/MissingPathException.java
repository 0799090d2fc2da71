package org.reckoning.trainer.files;

import java.io.IOException;

/**
 * A path that the user named does not exist, or is not a run, a model or an export. A command ends
 * with the exit code of an unusable argument, and has started nothing.
 */
public final class MissingPathException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Takes the whole message.
   *
   * @param message a sentence with the path and what is required
   */
  public MissingPathException(String message) {
    super(message);
  }
}
