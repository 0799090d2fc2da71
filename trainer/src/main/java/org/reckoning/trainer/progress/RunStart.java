package org.reckoning.trainer.progress;

import java.nio.file.Path;

/**
 * Report on the start of a run.
 *
 * @param name of the run
 * @param directory of the run
 * @param method name in the configuration, such as {@code reckoning}
 * @param device that computes, such as {@code CPU:0}
 * @param parameters number of parameters of the model
 * @param summary lines about model, data and program; may be empty
 * @param steps number of planned outer steps, including those before resuming
 */
public record RunStart(
    String name,
    Path directory,
    String method,
    String device,
    long parameters,
    String summary,
    long steps) {}
