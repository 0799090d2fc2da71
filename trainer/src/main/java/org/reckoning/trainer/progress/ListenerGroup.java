package org.reckoning.trainer.progress;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Forwards reports to several listeners. A listener that fails, as on a full disk, gets no further
 * reports; training and the other listeners continue.
 */
final class ListenerGroup implements TrainingListener {
  private final List<TrainingListener> working;
  private final Consumer<String> report;

  /**
   * @param listeners in the order in which they get reports
   * @param report takes one sentence about a listener that fails
   */
  ListenerGroup(List<? extends TrainingListener> listeners, Consumer<String> report) {
    this.working = new ArrayList<>(listeners);
    this.report = report;
  }

  @Override
  public void started(RunStart start) {
    tell(listener -> listener.started(start));
  }

  @Override
  public void compiling(String what) {
    tell(listener -> listener.compiling(what));
  }

  @Override
  public void compiled(String what, double seconds) {
    tell(listener -> listener.compiled(what, seconds));
  }

  @Override
  public void stepped(StepReport step) {
    tell(listener -> listener.stepped(step));
  }

  @Override
  public void evaluated(EvaluationReport evaluation) {
    tell(listener -> listener.evaluated(evaluation));
  }

  @Override
  public void saving() {
    tell(TrainingListener::saving);
  }

  @Override
  public void saved(Path checkpoint, long step) {
    tell(listener -> listener.saved(checkpoint, step));
  }

  @Override
  public void finished(RunEnd end) {
    tell(listener -> listener.finished(end));
  }

  private void tell(Consumer<TrainingListener> news) {
    List<String> failures = new ArrayList<>();
    for (Iterator<TrainingListener> each = working.iterator(); each.hasNext(); ) {
      TrainingListener listener = each.next();
      try {
        news.accept(listener);
      } catch (RuntimeException e) {
        each.remove();
        failures.add(
            "%s is off for the rest of this run, training continues: %s"
                .formatted(listener.title(), reason(e)));
      }
    }
    failures.forEach(report);
  }

  private static String reason(RuntimeException e) {
    return e.getMessage() == null ? "it failed without a message" : e.getMessage();
  }
}
