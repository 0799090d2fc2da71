package org.reckoning.cli.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.cli.program.RandomTasks;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.inspect.Stopwatch;
import org.reckoning.graph.program.KnowledgeProgram;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.tensorflow.types.TFloat32;

/** A {@link KnowledgeProgram} with random weights that times encoding and answering. */
final class TimedKnowledge implements AutoCloseable {
  private static final long SEED = 3;
  private static final int NO_TOKEN = -1; // no end of text
  private static final Decoding ONE_TOKEN = Decoding.greedy(1, NO_TOKEN);

  private final BilevelConfig config;
  private final int runs;
  private final KnowledgeProgram<TFloat32> program;
  private double compilation;

  /**
   * Builds the program.
   *
   * @param innerSteps number of inner steps K
   */
  TimedKnowledge(ProgramSettings settings, int innerSteps) {
    config =
        settings
            .config()
            .withInnerSteps(innerSteps)
            .withInnerRates(InnerRates.fixed(1e-5)); // their values do not matter
    runs = settings.integer("runs");
    program = KnowledgeProgram.build(config, TFloat32.class);
    try {
      program.initialize(name -> null, SEED);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // no file is read
    }
  }

  /** Returns the seconds of compilation so far: first runs less a median run. */
  double compilation() {
    return compilation;
  }

  /** Returns the seconds of the inner steps on facts of a shape. */
  double encode(TaskShape shape) {
    TaskBatch batch = RandomTasks.batch(shape, config.model(), SEED);
    return median(() -> program.encode(batch), 1);
  }

  /** Returns the seconds of reading the prefix of a shape. */
  double read(TaskShape shape) {
    TaskBatch batch = RandomTasks.prompts(shape, 1, config.model(), SEED);
    return median(() -> program.read(batch), 1);
  }

  /**
   * Returns the seconds of one answer to the questions of a shape; the answer is their last token.
   * The prefix of the shape, if any, must have been read.
   *
   * @param times answers in sequence that a run takes
   */
  double answer(TaskShape shape, int times) {
    int prompt = shape.questionTokens() - 1;
    TaskBatch batch = RandomTasks.prompts(shape, prompt, config.model(), SEED);
    return median(() -> program.generate(batch, ONE_TOKEN), times);
  }

  private double median(Runnable work, int times) {
    double first = Stopwatch.time(0, 1, work).median();
    Runnable sequence =
        () -> {
          for (int i = 0; i < times; i++) {
            work.run();
          }
        };
    double median = Stopwatch.time(0, runs, sequence).median() / times;
    compilation += Math.max(0, first - median);
    return median;
  }

  @Override
  public void close() {
    program.close();
  }
}
