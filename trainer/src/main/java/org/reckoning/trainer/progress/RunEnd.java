package org.reckoning.trainer.progress;

/**
 * Report on the end of a run.
 *
 * @param steps number of steps made, including those before resuming
 * @param seconds since the run started or resumed
 * @param why reason, such as {@code all steps are done}
 * @param outcome whether it is done
 */
public record RunEnd(long steps, double seconds, String why, Outcome outcome) {

  /** The state in which a training leaves its run. */
  public enum Outcome {
    /** No step is left, or patience ended. */
    DONE,
    /** It was asked to stop and can continue. */
    STOPPED,
    /** It ended with an exception. */
    FAILED
  }
}
