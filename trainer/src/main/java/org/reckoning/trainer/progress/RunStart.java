package org.reckoning.trainer.progress;

import java.nio.file.Path;

/**
 * What is known when a run starts.
 *
 * @param name of the run
 * @param directory where everything of the run is written
 * @param method as the configuration calls it, such as {@code reckoning}
 * @param device what computes, such as {@code CPU:0}
 * @param parameters how many numbers the model has
 * @param summary lines for people about model, data and program; may be empty
 * @param steps how many outer steps are planned, those before a resume included
 */
public record RunStart(
    String name,
    Path directory,
    String method,
    String device,
    long parameters,
    String summary,
    long steps) {}
