package org.reckoning.trainer.training;

import java.io.IOException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.run.TrainingState;

/**
 * The training loop: outer steps, with validations and checkpoints between them.
 *
 * <p>Each iteration begins with what is due after the last step. A run that was stopped during a
 * validation therefore validates when it resumes.
 */
final class TrainingLoop {
  private static final String STOPPED = "it was asked to stop";

  private final RunConfig config;
  private final long steps;
  private final RunState state;
  private final OuterStep step;
  private final RunEvaluation evaluation;
  private final TrainingListener listener;
  private final StopRequest stop;

  /**
   * @param steps number of planned steps
   */
  TrainingLoop(
      RunConfig config,
      long steps,
      RunState state,
      OuterStep step,
      RunEvaluation evaluation,
      TrainingListener listener,
      StopRequest stop) {
    this.config = config;
    this.steps = steps;
    this.state = state;
    this.step = step;
    this.evaluation = evaluation;
    this.listener = listener;
    this.stop = stop;
  }

  /**
   * Trains until the last step, a request to stop, or the end of patience.
   *
   * @return why it ended
   */
  String run() throws IOException {
    while (true) {
      if (validationIsDue() && !evaluation.validate(state, listener, stop)) {
        return STOPPED;
      }
      if (checkpointIsDue()) {
        state.save(listener);
      }
      if (state.now().step() == steps) {
        return "all steps are done";
      }
      if (patienceIsOver()) {
        return "%s did not improve in %d validations"
            .formatted(config.monitor(), config.patience());
      }
      if (stop.requested() || !step.make(state, listener, stop)) {
        return STOPPED;
      }
    }
  }

  private boolean validationIsDue() {
    TrainingState now = state.now();
    Integer every = config.evalSteps();
    boolean planned = (every != null && now.step() % every == 0) || now.step() == steps;
    return planned && now.validatedStep() < now.step() && evaluation.canValidate();
  }

  private boolean checkpointIsDue() {
    long made = state.now().step();
    return made > 0 && made % config.saveSteps() == 0;
  }

  private boolean patienceIsOver() {
    Integer patience = config.patience();
    return patience != null && state.now().validationsSinceBest() >= patience;
  }
}
