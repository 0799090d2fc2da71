package org.reckoning.cli.inspect;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.config.ConfigOptions;
import org.reckoning.cli.device.Device;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.cli.process.PeerCommand;
import org.reckoning.cli.program.RandomTasks;
import org.reckoning.graph.inspect.BlockGraph;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.inspect.StepTimes;
import org.reckoning.graph.inspect.XlaMemory;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.files.DurableFiles;
import org.reckoning.trainer.files.TemporaryPath;
import org.reckoning.trainer.tensorboard.EventFile;
import org.reckoning.trainer.text.ShellWord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code reckoning inspect}. XLA reads its dump settings from the environment when a process
 * starts, so the command runs itself in a child process, with {@code --dumps}.
 */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Print the segments, operations, tensors, memory and times of a program.",
      "The program is that of a configuration or a run. Its weights are random, or"
          + " published ones if the configuration names some.",
      "Of several processes it prints devices and passes of each, and measures nothing."
    },
    footer = {
      "",
      "Examples:",
      "  reckoning inspect experiment=quickstart",
      "  reckoning inspect --run outputs/quickstart/2026-11-22_10-30-00 --hlo hlo",
      "  reckoning inspect experiment=quickstart --tensorboard graph",
      "  tensorboard --logdir graph",
      "  reckoning inspect --sizes model=small k=4 mode=first_order --steps 0",
      "  mpirun -np 2 ./reckoning inspect gradient_accumulation_steps=4"
    })
public final class InspectCommand implements Callable<Integer>, PeerCommand {
  private static final long SEED = 3;

  /** Outer rates of zero: weights stay the same, so all steps compute the same. */
  private static final OuterRates NO_CHANGE = new OuterRates(0, 0);

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(
      names = "--run",
      paramLabel = "RUN",
      description = "Inspect the program of this run; overrides change its configuration.")
  private @Nullable Path run;

  @Option(
      names = "--sizes",
      description = "Inspect a program of given sizes: words are keys of 'bench step'.")
  private boolean sizes;

  @Option(
      names = "--bucket",
      paramLabel = "N",
      defaultValue = "1",
      description = "Number of the batch shape, from 1 (default: ${DEFAULT-VALUE}).")
  private int bucket;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "5",
      description = "Training steps to measure; 0 runs nothing (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--hlo",
      paramLabel = "DIR",
      description = "Write XLA's dumps to DIR and list their segments.")
  private @Nullable Path hlo;

  @Option(
      names = "--tensorboard",
      paramLabel = "DIR",
      description = "Write the graph to DIR for TensorBoard, with measured times.")
  private @Nullable Path tensorboard;

  @Option(names = "--json", description = "Print one JSON object instead of tables.")
  private boolean json;

  @Option(names = "--dumps", paramLabel = "DIR", hidden = true)
  private @Nullable Path dumps;

  private Peers peers = Peers.ALONE;

  @Override
  public void join(Peers group) {
    peers = group;
    steps = 0; // times of processes that share a machine say nothing
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (run != null || sizes) {
      String source = run != null ? "--run, which has a configuration" : "--sizes";
      options.refuse(source, "--cfg", "--resolve", "-m", "--config-dir");
    }
    if (options.printsOnly()) {
      options.print(out);
      return 0;
    }
    if (!peers.isFirst()) {
      Device.ofEach(peers);
      return 0;
    }
    InspectedProgram source = InspectedProgram.of(options, run, sizes);
    check(source);
    Map<String, String> processes = new LinkedHashMap<>();
    if (peers.size() > 1) {
      processes.put("peers", source.shares(peers).toString());
      processes.put("devices", Device.ofEach(peers));
    }
    if (dumps == null && steps > 0 && source.compiles()) {
      return runInChild(out);
    }
    try (BilevelProgram<?> program = source.build(steps > 0)) {
      inspect(program, processes, out);
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
          "--hlo (%s) needs a program that XLA compiles: use xla=segments and --steps of 1 or more"
              .formatted(hlo));
    }
    if (tensorboard != null && EventFile.isIn(tensorboard)) {
      problems.add(
          "--tensorboard (%s) already has an event file; choose another directory, or delete it"
              .formatted(tensorboard));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  private int runInChild(PrintWriter out) throws IOException {
    if (hlo != null) {
      Files.createDirectories(hlo);
      return runInChild(hlo, out);
    }
    try (TemporaryPath directory = TemporaryPath.directory("reckoning-xla")) {
      return runInChild(directory.path(), out);
    }
  }

  private int runInChild(Path directory, PrintWriter out) throws IOException {
    List<String> words = new ArrayList<>();
    words.addAll(spec.root().commandLine().getParseResult().originalArgs());
    words.add("--dumps=" + directory);
    String main = spec.root().userObject().getClass().getName();
    Map<String, String> environment = new XlaDumps(directory).environment(System.getenv());
    return ChildJvm.copyOutput(main, words, environment, out);
  }

  private void inspect(BilevelProgram<?> program, Map<String, String> processes, PrintWriter out)
      throws IOException {
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
      out.println(
          InspectionJson.of(report, processes, times, memory, hlo == null ? null : written));
    } else {
      out.print(ReportTable.print(report, processes));
      if (times != null) {
        out.print(MeasuredTable.times(report, times));
        out.print(MeasuredTable.memory(report, memory));
      }
      if (hlo != null && written != null) {
        out.printf("%nXLA's dumps of each segment in %s%n", hlo);
        written
            .modules(InspectionJson.functions(report))
            .forEach((function, files) -> out.printf("  %s.*%n", files));
      }
      if (graph != null && tensorboard != null) {
        out.printf(
            "%nwrote the graph to %s: tensorboard --logdir %s%n",
            graph, ShellWord.quoted(tensorboard));
      }
    }
    out.flush();
  }

  private TaskShape shape(BilevelProgram<?> program) {
    List<TaskShape> shapes = program.config().shapes();
    if (bucket < 1 || bucket > shapes.size()) {
      throw new ConfigException(
          List.of(
              "--bucket (%d) must be from 1 to %d, the number of batch shapes of the program"
                  .formatted(bucket, shapes.size())));
    }
    return shapes.get(bucket - 1);
  }

  private static Path writeGraph(
      BilevelProgram<?> program, TaskShape shape, @Nullable StepTimes times, Path directory)
      throws IOException {
    BlockGraph blocks = BlockGraph.of(program, shape);
    List<Path> made = DurableFiles.createDirectories(directory);
    Path path = null;
    try (EventFile events = EventFile.create(directory)) {
      path = events.path();
      events.graph(blocks.graph());
      if (times != null) {
        events.stepStats("training step", 1, blocks.stats(times.trace()));
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
