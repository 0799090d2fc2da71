package org.reckoning.trainer.progress;

/**
 * How a run ended.
 *
 * @param steps made in all, those before a resume included
 * @param seconds since it was started or resumed
 * @param why for people, such as {@code all steps are done}
 */
public record RunEnd(long steps, double seconds, String why) {}
