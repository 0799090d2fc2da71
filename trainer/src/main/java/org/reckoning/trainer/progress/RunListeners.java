package org.reckoning.trainer.progress;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.run.TrainingState;
import org.tensorflow.proto.GraphDef;

/**
 * The listeners of a run: console, {@code metrics.jsonl} and TensorBoard. One that fails is
 * reported and gets no further reports.
 */
public final class RunListeners implements Closeable {
  private final @Nullable TensorBoardListener tensorBoard;
  private final TrainingListener training;
  private final TrainingListener test;
  private final Consumer<String> report;

  private RunListeners() {
    report = line -> {};
    tensorBoard = null;
    training = new TrainingListener() {};
    test = training;
  }

  /** Returns listeners that write nothing. */
  public static RunListeners none() {
    return new RunListeners();
  }

  /**
   * @param resumedAt state from which the run resumes
   * @param graph the static graph for TensorBoard
   * @param rates the learned inner rates
   */
  public RunListeners(
      ConsoleProgress console,
      RunConfig config,
      TrainingState resumedAt,
      Supplier<GraphDef> graph,
      Supplier<LearnedRates> rates) {
    int ratesSteps = Objects.requireNonNullElse(config.evalSteps(), config.saveSteps());
    TensorBoardListener events =
        new TensorBoardListener(resumedAt.step(), config.tree(), graph, rates, ratesSteps);
    tensorBoard = events;
    report = console::message;
    List<TrainingListener> listeners = new ArrayList<>();
    listeners.add(console);
    if (config.tensorboard()) {
      listeners.add(events);
    }
    test = new ListenerGroup(listeners, console::message);
    training = new ListenerGroup(List.of(test, new MetricsFile(resumedAt)), console::message);
  }

  /** Returns the listener of the training. */
  public TrainingListener training() {
    return training;
  }

  /** Returns the listener of the evaluation on the test split. */
  public TrainingListener test() {
    return test;
  }

  /** Closes the TensorBoard file. A failure is reported and does not affect the run. */
  @Override
  public void close() {
    try {
      if (tensorBoard != null) {
        tensorBoard.close();
      }
    } catch (IOException e) {
      report.accept("the TensorBoard file lacks its last events: " + e.getMessage());
    }
  }
}
