package org.reckoning.cli.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.reckoning.graph.bilevel.BilevelConfig;
import org.reckoning.graph.bilevel.BilevelProgram;
import org.reckoning.graph.bilevel.Decoding;
import org.reckoning.graph.bilevel.TaskBatch;
import org.reckoning.graph.inspect.ProgramSettings;
import org.tensorflow.types.TFloat32;

/**
 * Measures decoding next to passes without a cache, and prints a row of a Markdown table: {@code
 * DecodingMain model=small questions=18}. Of the keys of {@link ProgramSettings} it takes {@code
 * model}, {@code questions} and {@code xla}, and besides
 *
 * <pre>{@code
 * prompt=32 new_tokens=64   tokens of each question and of its answer
 * temperature=0             0 takes the likeliest token; else one is drawn
 * runs=5                    answers that are timed, after the first
 * }</pre>
 */
public final class DecodingMain {
  private static final int USER_ERROR = 2;
  private static final long SEED = 3;
  private static final long BANDWIDTH_BYTES = 1L << 28;
  private static final double GIGA = 1e9;
  private static final int NO_TOKEN = -1; // every answer is as long as it may be

  private static final Map<String, String> MORE =
      Map.of("prompt", "32", "new_tokens", "64", "temperature", "0", "runs", "5");

  private DecodingMain() {}

  /** Prints the row and ends the process, with exit code 2 if the arguments cannot be used. */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int code = run(List.of(args), out, System.err);
    out.flush();
    System.exit(code);
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    ProgramSettings settings;
    Decoding decoding;
    try {
      settings = settings(args);
      decoding =
          Decoding.greedy(settings.integer("new_tokens"), NO_TOKEN)
              .withTemperature(Double.parseDouble(settings.value("temperature")));
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      return USER_ERROR;
    }
    MarkdownTable.print(List.of(measure(settings, decoding)), out);
    return 0;
  }

  /** With no inner step, and texts as long as prompt and answer. */
  private static ProgramSettings settings(List<String> args) {
    ProgramSettings given = ProgramSettings.parse(args, MORE);
    int length = given.integer("prompt") + given.integer("new_tokens");
    List<String> words = new ArrayList<>(args);
    words.addAll(List.of("k=0", "facts=1", "fact_tokens=2", "question_tokens=" + length));
    return ProgramSettings.parse(words, MORE);
  }

  private static Map<String, String> measure(ProgramSettings settings, Decoding decoding) {
    BilevelConfig config = settings.config();
    int questions = settings.shape().questions();
    int runs = settings.integer("runs");
    TaskBatch batch =
        RandomTasks.prompts(settings.shape(), settings.integer("prompt"), config.model(), SEED);
    double answer;
    double first;
    double build;
    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      program.initialize(SEED);
      Stopwatch start = new Stopwatch();
      program.generate(batch, decoding);
      build = start.lap();
      answer = median(program, batch, decoding, runs);
      first = median(program, batch, decoding.withNewTokens(1), runs);
    }
    double plain =
        new PlainPass(
                config.model(),
                questions,
                settings.shape().questionTokens(),
                config.xla().compiles())
            .measure(runs);
    double step = (answer - first) / (decoding.newTokens() - 1);
    double bandwidth = new MemoryBandwidth(BANDWIDTH_BYTES).measure();
    double weights = config.model().parameterCount() * (double) Float.BYTES;
    Map<String, String> row = new LinkedHashMap<>();
    row.put("model", settings.value("model"));
    row.put("questions", Integer.toString(questions));
    row.put("temperature", settings.value("temperature"));
    row.put("first answer, s", rounded(build, 1));
    row.put("answer, s", rounded(answer, 4));
    row.put("1 token, s", rounded(first, 4));
    row.put("each further, ms", rounded(1e3 * step, 2));
    row.put("tokens/s", rounded(questions * decoding.newTokens() / answer, 0));
    row.put("plain pass, ms", rounded(1e3 * plain, 2));
    row.put("tokens/s of plain passes", rounded(questions / plain, 1));
    row.put("weights read, GB/s", rounded(weights / step / GIGA, 1));
    row.put("memory, GB/s", rounded(bandwidth / GIGA, 1));
    return row;
  }

  private static double median(
      BilevelProgram<TFloat32> program, TaskBatch batch, Decoding decoding, int runs) {
    program.generate(batch, decoding);
    Stopwatch watch = new Stopwatch();
    for (int i = 0; i < runs; i++) {
      program.generate(batch, decoding);
      watch.lap();
    }
    return watch.median();
  }

  private static String rounded(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
