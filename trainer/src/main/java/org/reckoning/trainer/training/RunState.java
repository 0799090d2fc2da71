package org.reckoning.trainer.training;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.run.Checkpoints;
import org.reckoning.trainer.run.TrainingState;

/** The current state of a run, and its last saved state. Rank 0 saves for all processes. */
final class RunState {
  private final BilevelProgram<?> program;
  private final Checkpoints checkpoints;
  private final Peers peers;
  private TrainingState now = TrainingState.START;
  private @Nullable TrainingState saved;

  RunState(BilevelProgram<?> program, Checkpoints checkpoints, Peers peers) {
    this.program = program;
    this.checkpoints = checkpoints;
    this.peers = peers;
  }

  TrainingState now() {
    return now;
  }

  void set(TrainingState next) {
    now = next;
  }

  /** Sets the state of a checkpoint. */
  void setRestored(TrainingState restored) {
    now = restored;
    saved = restored;
  }

  /** Writes a checkpoint, unless the state is already saved. */
  void save(TrainingListener listener) throws IOException {
    if (!now.equals(saved)) {
      if (peers.isFirst()) {
        listener.saving();
        listener.saved(checkpoints.save(program, now), now.step());
      }
      saved = now;
    }
  }

  /** Writes the checkpoint of the best weights. */
  void saveBest() throws IOException {
    if (peers.isFirst()) {
      checkpoints.saveBest(program, now, saved == null ? 0 : saved.bestStep());
    }
  }

  /**
   * Saves all steps before a compilation, which no request can stop: ending the process then loses
   * nothing.
   *
   * @return whether to continue; if not, a stop was requested
   */
  boolean saveBeforeCompiling(TrainingListener listener, StopRequest stop) throws IOException {
    if (now.step() > 0) {
      save(listener);
    }
    return stop.release();
  }

  /** Returns the step of the newest checkpoint, for messages. */
  String savedStep() {
    return saved == null ? "none" : Long.toString(saved.step());
  }
}
