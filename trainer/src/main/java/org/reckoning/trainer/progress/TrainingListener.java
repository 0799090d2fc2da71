package org.reckoning.trainer.progress;

import java.nio.file.Path;

/**
 * Gets reports on a training run. The training thread calls the methods one after the other; each
 * does nothing by default.
 *
 * <p>A listener that fails throws a {@link RuntimeException}. Within {@link RunListeners} this does
 * not end the training.
 */
public interface TrainingListener {
  /** Reports that the run starts or resumes; the first report. */
  default void started(RunStart start) {}

  /**
   * Reports that a compilation begins, which may take minutes.
   *
   * @param what is compiled, such as {@code the training step}
   */
  default void compiling(String what) {}

  /** Reports that the compilation has ended. */
  default void compiled(String what, double seconds) {}

  /** Reports on an outer step. */
  default void stepped(StepReport step) {}

  /** Reports on the evaluation of a split. */
  default void evaluated(EvaluationReport report) {}

  /** Announces a checkpoint: what the listener wrote must be as durable as the checkpoint. */
  default void saving() {}

  /** Reports that a checkpoint is complete: the run can resume from it. */
  default void saved(Path checkpoint, long step) {}

  /**
   * Reports that the training ends, with or without success. Only the evaluation of the test split
   * may follow.
   */
  default void finished(RunEnd end) {}

  /** Returns the name of what the listener writes, for messages. */
  default String title() {
    return "a listener";
  }
}
