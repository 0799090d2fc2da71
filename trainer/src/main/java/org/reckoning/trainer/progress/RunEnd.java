package org.reckoning.trainer.progress;

/**
 * Report on the end of a run.
 *
 * @param steps number of steps made, including those before resuming
 * @param seconds since the run started or resumed
 * @param why reason, such as {@code all steps are done}
 */
public record RunEnd(long steps, double seconds, String why) {}
