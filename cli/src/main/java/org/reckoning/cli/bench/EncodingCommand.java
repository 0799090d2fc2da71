package org.reckoning.cli.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.reckoning.graph.bilevel.BilevelConfig;
import org.reckoning.graph.bilevel.Decoding;
import org.reckoning.graph.bilevel.InnerRates;
import org.reckoning.graph.bilevel.KnowledgeProgram;
import org.reckoning.graph.bilevel.TaskBatch;
import org.reckoning.graph.bilevel.TaskShape;
import org.reckoning.graph.inspect.ProgramSettings;
import org.tensorflow.types.TFloat32;

/**
 * Measures encoding facts once and asking questions about them next to reading the facts in front
 * of every question, and prints a Markdown table: {@code EncodingMain model=small k=1,4}. Answers
 * are one token, as the run-time protocol of the paper has it.
 *
 * <p>Of the keys of {@link ProgramSettings} it takes {@code model}, {@code facts}, {@code
 * fact_tokens}, {@code questions}, {@code question_tokens} (without the answer) and {@code xla};
 * besides
 *
 * <pre>{@code
 * steps=1,4       inner steps K, a row each
 * batch=true      whether reading in context is also measured for all questions as one batch
 * runs=5          what is timed, after the first
 * }</pre>
 */
public final class EncodingMain {
  private static final int USER_ERROR = 2;
  private static final long SEED = 3;
  private static final Decoding ONE_TOKEN = Decoding.greedy(1, -1);

  private static final Map<String, String> DEFAULTS =
      Map.of(
          "facts", "8", "fact_tokens", "127", "questions", "18", "question_tokens", "7", "k", "0");
  private static final Map<String, String> MORE =
      Map.of("steps", "1,4", "batch", "true", "runs", "5");

  private EncodingMain() {}

  /** Prints the table and ends the process, with exit code 2 if the arguments cannot be used. */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int code = run(List.of(args), out, System.err);
    out.flush();
    System.exit(code);
  }

  static int run(List<String> args, PrintStream out, PrintStream err) {
    ProgramSettings settings;
    int[] steps;
    try {
      List<String> words = new ArrayList<>();
      DEFAULTS.forEach((key, value) -> words.add(key + "=" + value));
      words.addAll(args);
      settings = ProgramSettings.parse(words, MORE);
      inContext(settings, 1); // fits the model
      steps = steps(settings.value("steps"));
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      return USER_ERROR;
    }
    List<Map<String, String>> rows = new ArrayList<>();
    rows.add(readEachTime(settings));
    for (int k : steps) {
      rows.add(encodeOnce(settings, k));
    }
    MarkdownTable.print(rows, out);
    return 0;
  }

  private static int[] steps(String words) {
    try {
      return Arrays.stream(words.split(",", -1)).mapToInt(Integer::parseInt).toArray();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "steps (%s) must be whole numbers, such as 1,4".formatted(words), e);
    }
  }

  /** Questions with all facts in front of them, and room for the answer. */
  private static TaskShape inContext(ProgramSettings settings, int questions) {
    TaskShape shape = settings.shape();
    TaskShape texts =
        new TaskShape(
            1, 1, 2, questions, shape.facts() * shape.factTokens() + shape.questionTokens() + 1);
    settings.config().withShapes(texts); // which checks them
    return texts;
  }

  private static Map<String, String> readEachTime(ProgramSettings settings) {
    TaskShape one = inContext(settings, 1);
    int questions = settings.shape().questions();
    try (Asked asked = new Asked(settings, 0)) {
      double each = asked.answer(one, questions);
      String batch =
          settings.value("batch").equals("true")
              ? rounded(asked.answer(many(one, questions), 1))
              : "not measured";
      return row(settings, "read in context", asked.compiled, "", each, questions, 0, batch);
    }
  }

  private static Map<String, String> encodeOnce(ProgramSettings settings, int k) {
    TaskShape shape = settings.shape();
    int questions = shape.questions();
    TaskShape one = new TaskShape(1, 1, 2, 1, shape.questionTokens() + 1);
    try (Asked asked = new Asked(settings, k)) {
      double encode = asked.encode(shape);
      double each = asked.answer(one, questions);
      double batch = asked.answer(many(one, questions), 1);
      String way = "encoded once, K = %d".formatted(k);
      return row(
          settings,
          way,
          asked.compiled,
          rounded(encode),
          each,
          questions,
          encode,
          rounded(encode + batch));
    }
  }

  private static TaskShape many(TaskShape one, int questions) {
    return new TaskShape(1, 1, 2, questions, one.questionTokens());
  }

  private static Map<String, String> row(
      ProgramSettings settings,
      String way,
      double compiled,
      String encode,
      double each,
      int questions,
      double once,
      String batch) {
    Map<String, String> row = new LinkedHashMap<>();
    row.put("model", settings.value("model"));
    row.put("facts", way);
    row.put("compile, s", String.format(Locale.ROOT, "%.1f", compiled));
    row.put("encode, s", encode);
    row.put("a question, s", rounded(each));
    row.put("1 question in all, s", rounded(once + each));
    row.put("%d in all, one by one, s".formatted(questions), rounded(once + questions * each));
    row.put("%d in all, a batch, s".formatted(questions), batch);
    return row;
  }

  private static String rounded(double seconds) {
    return String.format(Locale.ROOT, "%.4f", seconds);
  }

  /** A program and what it took to compile its parts. */
  private static final class Asked implements AutoCloseable {
    private final BilevelConfig config;
    private final int runs;
    private final KnowledgeProgram<TFloat32> program;
    private double compiled;

    Asked(ProgramSettings settings, int k) {
      config =
          settings
              .config()
              .withInnerSteps(k)
              .withInnerRates(InnerRates.fixed(1e-5)); // what they are does not matter
      runs = settings.integer("runs");
      program = KnowledgeProgram.build(config, TFloat32.class);
      try {
        program.initialize(name -> null, SEED);
      } catch (IOException e) {
        throw new UncheckedIOException(e); // nothing is read
      }
    }

    /** Returns the seconds of the inner steps. */
    double encode(TaskShape shape) {
      TaskBatch batch = RandomTasks.batch(shape, config.model(), SEED);
      return median(() -> program.encode(batch), 1);
    }

    /**
     * Returns the seconds of an answer to the questions of a shape, of which all but the last token
     * are given.
     *
     * @param times how many are asked, one after the other
     */
    double answer(TaskShape shape, int times) {
      int prompt = shape.questionTokens() - 1;
      TaskBatch batch = RandomTasks.prompts(shape, prompt, config.model(), SEED);
      return median(() -> program.generate(batch, ONE_TOKEN), times);
    }

    private double median(Runnable work, int times) {
      Stopwatch start = new Stopwatch();
      work.run();
      double first = start.lap();
      Stopwatch watch = new Stopwatch();
      for (int i = 0; i < Math.max(runs, 1); i++) {
        for (int j = 0; j < times; j++) {
          work.run();
        }
        watch.lap();
      }
      double median = watch.median() / times;
      compiled += Math.max(0, first - median);
      return median;
    }

    @Override
    public void close() {
      program.close();
    }
  }
}
