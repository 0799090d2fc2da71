package org.reckoning.trainer.training;

/**
 * Whether a run is asked to stop, and whether that would lose something. A run {@linkplain #hold
 * holds} while there are steps that no checkpoint has: then a stop is a request, and the run saves
 * first. Otherwise the process may end at any moment.
 */
@FunctionalInterface
public interface StopRequest {
  /** Returns whether to save and stop. */
  boolean requested();

  /** Says that there are steps which no checkpoint has. */
  default void hold() {}

  /**
   * Says that all steps are saved.
   *
   * @return whether to go on; if not, a stop was requested before
   */
  default boolean release() {
    return !requested();
  }
}
