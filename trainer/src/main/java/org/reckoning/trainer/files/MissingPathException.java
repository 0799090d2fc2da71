package org.reckoning.trainer.files;

import java.io.IOException;

/**
 * A path from the user does not exist, or is not a run, a model or an export. The command ends with
 * the exit code for wrong arguments before any work starts.
 */
public final class MissingPathException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Takes the message.
   *
   * @param message one sentence with the path and the requirement
   */
  public MissingPathException(String message) {
    super(message);
  }
}
