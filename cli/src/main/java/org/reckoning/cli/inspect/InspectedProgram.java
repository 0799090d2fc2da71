package org.reckoning.cli.inspect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.config.ConfigOptions;
import org.reckoning.cli.config.RunOverrides;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.cli.program.RandomTasks;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.training.Experiment;
import org.reckoning.trainer.training.PassShares;
import org.reckoning.trainer.training.TrainingRun;
import org.tensorflow.types.TFloat32;

/** The program that {@code reckoning inspect} reports on. */
sealed interface InspectedProgram {

  /** Returns whether XLA compiles the program. */
  boolean compiles();

  /**
   * Returns the passes of an update by process.
   *
   * @throws ConfigException if there are more processes than passes
   */
  PassShares shares(Peers peers);

  /**
   * Builds the program.
   *
   * @param runs whether it will run and needs weights
   */
  BilevelProgram<?> build(boolean runs) throws IOException;

  /**
   * Reads the words of the command line.
   *
   * @throws ConfigException with all problems
   */
  static InspectedProgram of(ConfigOptions options, @Nullable Path run, boolean sizes)
      throws IOException {
    if (sizes && run != null) {
      throw new ConfigException(List.of("--run and --sizes exclude each other; omit one"));
    }
    if (sizes) {
      try {
        return new Sizes(ProgramSettings.parse(options.words()).config());
      } catch (IllegalArgumentException e) {
        throw new ConfigException(List.of(String.valueOf(e.getMessage())));
      }
    }
    if (run != null) {
      return new Run(RunOverrides.apply(Experiment.configOf("--run", run), options.words()), run);
    }
    List<ConfigOptions.Job> jobs = options.jobs();
    if (jobs.size() > 1) {
      throw new ConfigException(List.of("inspect takes one program; omit -m and lists of values"));
    }
    return new Run(jobs.get(0).config(), null);
  }

  /** A program of given sizes. */
  record Sizes(BilevelConfig config) implements InspectedProgram {
    private static final long SEED = 3;

    @Override
    public boolean compiles() {
      return config.xla().compiles();
    }

    @Override
    public PassShares shares(Peers peers) {
      throw new ConfigException(
          List.of(
              "--sizes (true) is a program of one pass, for one process, but %d were started; inspect a configuration"
                  .formatted(peers.size())));
    }

    @Override
    public BilevelProgram<?> build(boolean runs) {
      BilevelProgram<TFloat32> program;
      try {
        program =
            BilevelProgram.build(config.withInnerRates(RandomTasks.INNER_RATES), TFloat32.class);
      } catch (IllegalArgumentException e) {
        throw new ConfigException(List.of(String.valueOf(e.getMessage())));
      }
      if (runs) {
        program.initialize(SEED);
      }
      return program;
    }
  }

  /**
   * A program of a configuration, with the shapes of its data.
   *
   * @param config the configuration
   * @param directory directory of the run; null for a configuration without a run
   */
  record Run(RunConfig config, @Nullable Path directory) implements InspectedProgram {
    @Override
    public boolean compiles() {
      return config.xla().compiles();
    }

    @Override
    public PassShares shares(Peers peers) {
      return PassShares.of(config, peers);
    }

    @Override
    public BilevelProgram<?> build(boolean runs) throws IOException {
      return TrainingRun.programOf(
          config, new SplitLoader(config.data(), config.seed(), line -> {}).load(), directory);
    }
  }
}
