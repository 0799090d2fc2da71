package org.reckoning.cli.inspect;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.config.ConfigOptions;
import org.reckoning.graph.bilevel.BilevelProgram;
import org.reckoning.graph.bilevel.OuterRates;
import org.reckoning.graph.bilevel.TaskShape;
import org.reckoning.graph.inspect.BlockGraph;
import org.reckoning.graph.inspect.MeasuredTable;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.inspect.ReportTable;
import org.reckoning.graph.inspect.StepTimes;
import org.reckoning.graph.inspect.XlaMemory;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.tensorboard.EventFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code reckoning inspect}. XLA writes its dumps only if the environment says so when the process
 * starts: the command starts itself once more, with {@code --dumps}.
 */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Print what is in a program: segments, operations, tensors, memory, and where the time goes.",
      "It is the program of a configuration or of a run; its weights are random or published ones."
    },
    footer = {
      "",
      "Examples:",
      "  reckoning inspect experiment=quickstart",
      "  reckoning inspect --run outputs/quickstart/2026-11-22_10-30-00 --hlo hlo",
      "  reckoning inspect experiment=quickstart --tensorboard graph   # tensorboard --logdir graph",
      "  reckoning inspect --sizes model=small k=4 mode=first_order --steps 0"
    })
final class InspectCommand implements Callable<Integer> {
  private static final long SEED = 3;

  /** Weights and rates stay as they are, so that all steps compute the same. */
  private static final OuterRates NO_CHANGE = new OuterRates(0, 0);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(
      names = "--run",
      paramLabel = "RUN",
      description = "the configuration of this run; words may change it")
  private @Nullable Path run;

  @Option(
      names = "--sizes",
      description = "words are those of 'bench': sizes in place of data and configuration")
  private boolean sizes;

  @Option(
      names = "--bucket",
      paramLabel = "N",
      defaultValue = "1",
      description = "which shape of batches, counted from 1; the first by default")
  private int bucket;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "5",
      description = "training steps to measure, 5 by default; 0: nothing is compiled nor run")
  private int steps;

  @Option(
      names = "--hlo",
      paramLabel = "DIR",
      description = "keep XLA's dumps there, and say which file is which segment")
  private @Nullable Path hlo;

  @Option(
      names = "--tensorboard",
      paramLabel = "DIR",
      description = "write the static graph for TensorBoard there, with the times if measured")
  private @Nullable Path tensorboard;

  @Option(names = "--json", description = "print one JSON object instead of tables")
  private boolean json;

  @Option(names = "--dumps", paramLabel = "DIR", hidden = true)
  private @Nullable Path dumps;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (options.printsOnly()) {
      options.print(out);
      return 0;
    }
    InspectedProgram source = InspectedProgram.of(options, run, sizes);
    check(source);
    if (dumps == null && steps > 0 && source.compiles()) {
      return startAgain(out);
    }
    try (InspectedProgram.Built built = source.build(steps > 0)) {
      inspect(built.program(), out);
    }
    return 0;
  }

  private void check(InspectedProgram source) throws IOException {
    List<String> problems = new ArrayList<>();
    if (steps < 0) {
      problems.add("--steps (%d) must be 0 or more".formatted(steps));
    }
    if (hlo != null && (steps == 0 || !source.compiles())) {
      problems.add(
          "--hlo (%s) needs a program that XLA compiles: xla=segments and --steps of 1 or more"
              .formatted(hlo));
    }
    if (tensorboard != null && EventFile.isIn(tensorboard)) {
      problems.add(
          "--tensorboard (%s) has an event file already; choose another directory, or delete it"
              .formatted(tensorboard));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private int startAgain(PrintWriter out) throws IOException {
    Path directory = hlo;
    if (directory == null) {
      directory = Files.createTempDirectory("reckoning-xla");
    } else {
      Files.createDirectories(directory);
    }
    XlaDumps written = new XlaDumps(directory);
    try {
      List<String> words = new ArrayList<>();
      words.addAll(spec.root().commandLine().getParseResult().originalArgs());
      words.add("--dumps=" + directory);
      return ChildJvm.passOn(
          Reckoning.class.getName(), words, written.environment(System.getenv()), out);
    } finally {
      if (hlo == null) {
        written.delete();
      }
    }
  }

  private void inspect(BilevelProgram<?> program, PrintWriter out) throws IOException {
    TaskShape shape = shape(program);
    ProgramReport report = ProgramReport.of(program, shape);
    StepTimes times = null;
    if (steps > 0) {
      times =
          StepTimes.measure(
              program, RandomTasks.batch(shape, program.config().model(), SEED), NO_CHANGE, steps);
    }
    XlaDumps written = dumps == null ? null : new XlaDumps(dumps);
    List<XlaMemory> memory = written == null ? List.of() : written.memory();
    Path graph = tensorboard == null ? null : writeGraph(program, shape, times, tensorboard);
    if (json) {
      out.println(InspectionJson.of(report, times, memory, hlo == null ? null : written));
    } else {
      out.print(ReportTable.print(report));
      if (times != null) {
        out.print(MeasuredTable.times(report, times));
        out.print(MeasuredTable.memory(report, memory));
      }
      if (hlo != null && written != null) {
        out.printf("%nXLA's dumps in %s, by segment%n", hlo);
        written
            .modules(InspectionJson.functions(report))
            .forEach((function, files) -> out.printf("  %s.*%n", files));
      }
      if (graph != null) {
        out.printf("%nthe graph is in %s: tensorboard --logdir %s%n", graph, tensorboard);
      }
    }
    out.flush();
  }

  private TaskShape shape(BilevelProgram<?> program) {
    List<TaskShape> shapes = program.config().shapes();
    if (bucket < 1 || bucket > shapes.size()) {
      throw new ConfigException(
          List.of(
              "--bucket (%d) must be one of the program's, 1 to %d"
                  .formatted(bucket, shapes.size())));
    }
    return shapes.get(bucket - 1);
  }

  private static Path writeGraph(
      BilevelProgram<?> program, TaskShape shape, @Nullable StepTimes times, Path directory)
      throws IOException {
    BlockGraph picture = BlockGraph.of(program, shape);
    List<Path> made = DurableFiles.createDirectories(directory);
    Path path = null;
    try (EventFile events = EventFile.create(directory)) {
      path = events.path();
      events.graph(picture.graph());
      if (times != null) {
        events.stepStats("training step", 1, picture.stats(times.trace()));
      }
      events.flush();
    } catch (IOException e) {
      if (path != null) {
        Files.deleteIfExists(path);
      }
      DurableFiles.removeEmpty(made);
      throw e;
    }
    return path;
  }
}
