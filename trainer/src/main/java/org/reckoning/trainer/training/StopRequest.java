package org.reckoning.trainer.training;

/**
 * Request to stop a run. While a run {@linkplain #hold holds} steps that no checkpoint has, it
 * saves them before it stops. Otherwise the process may end at any moment.
 */
@FunctionalInterface
public interface StopRequest {
  /** Returns whether the run should save and stop. */
  boolean requested();

  /** Returns whether this process was asked, if several share the request. */
  default boolean requestedHere() {
    return requested();
  }

  /** Announces steps that no checkpoint has. */
  default void hold() {}

  /**
   * Announces that all steps are saved.
   *
   * @return whether to continue; if not, a stop was requested before
   */
  default boolean release() {
    return !requested();
  }
}
