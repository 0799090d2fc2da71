package org.reckoning.graph.peers;

/** Processes cannot be joined, or can no longer be reached. */
public final class PeersException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message sentence for the user
   */
  public PeersException(String message) {
    super(message);
  }
}
