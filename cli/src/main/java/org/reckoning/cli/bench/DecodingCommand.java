package org.reckoning.cli.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.cli.program.RandomTasks;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.inspect.MemoryBandwidth;
import org.reckoning.graph.inspect.PlainPass;
import org.reckoning.graph.inspect.Stopwatch;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.trainer.text.TextTable;
import org.tensorflow.types.TFloat32;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reckoning bench decoding}. Compares decoding with passes without a cache. */
@Command(
    name = "decoding",
    mixinStandardHelpOptions = true,
    description = {
      "Measure decoding, and passes without a cache for comparison.",
      "Prints a Markdown table with one row."
    },
    footer = {
      "",
      "Keys and their defaults:",
      "  model=small questions=1 xla=segments",
      "  prompt=32        tokens of each question",
      "  new_tokens=64    tokens of each answer",
      "  temperature=0    0 takes the most likely token; else tokens are sampled",
      "  runs=5           answers to time, after the first",
      "",
      "Example:",
      "  reckoning bench decoding model=small questions=18"
    })
final class DecodingCommand implements Callable<Integer> {
  private static final long SEED = 3;
  private static final long BANDWIDTH_BYTES = 1L << 28;
  private static final int NO_TOKEN = -1; // no end of text: every answer has full length

  private static final Map<String, String> MORE =
      Map.of("prompt", "32", "new_tokens", "64", "temperature", "0", "runs", "5");

  /** Keys of programs that change nothing here: no inner step is made, and no derivative. */
  private static final Map<String, String> WITHOUT_EFFECT =
      Map.of(
          "k", "omit it",
          "facts", "omit it",
          "fact_tokens", "omit it",
          "question_tokens", "use prompt and new_tokens",
          "optimizer", "omit it",
          "mode", "omit it",
          "products", "omit it",
          "micro_facts", "omit it",
          "task_groups", "omit it");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "KEY=VALUE", arity = "0..*", description = "Keys to change.")
  private List<String> words = new ArrayList<>();

  @Override
  public Integer call() {
    ProgramSettings settings;
    Decoding decoding;
    try {
      settings = settings(words);
      decoding =
          Decoding.greedy(settings.atLeast("new_tokens", 2), NO_TOKEN)
              .withTemperature(settings.number("temperature"));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    Map<String, String> row = new LinkedHashMap<>();
    row.put("model", settings.value("model"));
    row.put("questions", settings.value("questions"));
    row.put("temperature", settings.value("temperature"));
    row.putAll(measure(settings, decoding).cells());
    PrintWriter out = spec.commandLine().getOut();
    new TextTable()
        .row(List.copyOf(row.keySet()))
        .row(List.copyOf(row.values()))
        .markdown()
        .forEach(out::println);
    out.flush();
    return 0;
  }

  /** Returns settings without inner steps, and with room for prompt and answer. */
  private static ProgramSettings settings(List<String> words) {
    ProgramSettings.refuse(words, WITHOUT_EFFECT);
    ProgramSettings given = ProgramSettings.parse(words, MORE);
    given.requireOneTask();
    given.atLeast("runs", 1);
    int prompt = given.atLeast("prompt", 1);
    int answer = given.atLeast("new_tokens", 2);
    long length = (long) prompt + answer;
    given.requirePositions("prompt (%d) + new_tokens (%d)".formatted(prompt, answer), length);
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("k=0", "facts=1", "fact_tokens=2", "question_tokens=" + length));
    return ProgramSettings.parse(all, MORE);
  }

  private static DecodingTimes measure(ProgramSettings settings, Decoding decoding) {
    BilevelConfig config = settings.config();
    int questions = settings.shape().questions();
    int runs = settings.integer("runs");
    TaskBatch batch =
        RandomTasks.prompts(settings.shape(), settings.integer("prompt"), config.model(), SEED);
    double firstAnswer;
    double answer;
    double oneToken;
    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      program.initialize(SEED);
      Stopwatch start = new Stopwatch();
      program.generate(batch, decoding);
      firstAnswer = start.lap();
      answer = median(program, batch, decoding, runs);
      oneToken = median(program, batch, decoding.withNewTokens(1), runs);
    }
    int tokens = settings.shape().questionTokens();
    PlainPass plain = new PlainPass(config.model(), questions, tokens, config.xla().compiles());
    return new DecodingTimes(
        questions,
        decoding.newTokens(),
        config.model().parameterCount() * (double) Float.BYTES,
        firstAnswer,
        answer,
        oneToken,
        plain.measure(runs),
        new MemoryBandwidth(BANDWIDTH_BYTES).measure());
  }

  private static double median(
      BilevelProgram<TFloat32> program, TaskBatch batch, Decoding decoding, int runs) {
    int compilation = 1;
    return Stopwatch.time(compilation, runs, () -> program.generate(batch, decoding)).median();
  }
}
