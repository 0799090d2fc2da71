package org.reckoning.trainer.progress;

import java.nio.file.Path;

/**
 * Is told what happens in a training run. The thread that trains calls the methods, one after the
 * other; each does nothing by default.
 *
 * <p>A listener that fails throws a {@link RuntimeException}; {@link ListenerGroup} keeps it from
 * ending the training.
 */
public interface TrainingListener {
  /** The run starts or goes on: nothing else was told before. */
  default void started(RunStart start) {}

  /**
   * Something is being compiled, which may take minutes.
   *
   * @param what for people, such as {@code training step}
   */
  default void compiling(String what) {}

  /** What was last said to be {@link #compiling} is ready. */
  default void compiled(String what, double seconds) {}

  /** An outer step was made. */
  default void stepped(StepReport step) {}

  /** A split was evaluated. */
  default void evaluated(EvaluationReport report) {}

  /** A checkpoint is about to be written: what was told so far must last as long as it. */
  default void saving() {}

  /** A checkpoint is complete: the run can go on from it. */
  default void saved(Path checkpoint, long step) {}

  /**
   * The training ends, well or not: nothing but the evaluation of the test split is told
   * afterwards.
   */
  default void finished(RunEnd end) {}

  /** Returns what it writes, for the message that this failed. */
  default String title() {
    return "a listener";
  }
}
