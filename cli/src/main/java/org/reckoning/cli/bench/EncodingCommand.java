package org.reckoning.cli.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.graph.task.TaskShape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code reckoning bench encoding}. Compares encoding facts once with reading them before every
 * question; answers are one token, as in the run-time protocol of the paper.
 */
@Command(
    name = "encoding",
    mixinStandardHelpOptions = true,
    description = {
      "Measure questions about encoded facts, and about facts read in context.",
      "Prints the times of each way: in context, in context with the keys and values of the",
      "facts kept (prefix cache), and encoded by each number of inner steps. Then prints the time",
      "of some numbers of questions, and the number from which a way pays."
    },
    footer = {
      "",
      "Keys and their defaults:",
      "  model=small xla=segments",
      "  micro_facts=all     facts in memory at a time: all, auto (1 GiB), 1, 2, ..",
      "  facts=8 fact_tokens=127 questions=18",
      "  question_tokens=7   tokens of a question, without the answer",
      "  steps=1,4           numbers of inner steps",
      "  counts=1,2,5,18,100 numbers of questions, one by one, of the second table",
      "  batch=true          false skips the batch of all questions in context",
      "  runs=5              runs to time, after the first",
      "",
      "Example:",
      "  reckoning bench encoding model=small steps=1,4"
    })
final class EncodingCommand implements Callable<Integer> {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "facts", "8", "fact_tokens", "127", "questions", "18", "question_tokens", "7", "k", "0");
  private static final Map<String, String> MORE =
      Map.of("steps", "1,4", "counts", "1,2,5,18,100", "batch", "true", "runs", "5");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "KEY=VALUE", arity = "0..*", description = "Keys to change.")
  private List<String> words = new ArrayList<>();

  @Override
  public Integer call() {
    ProgramSettings settings;
    int[] steps;
    int[] counts;
    try {
      List<String> all = new ArrayList<>();
      DEFAULTS.forEach((key, value) -> all.add(key + "=" + value));
      all.addAll(words);
      settings = ProgramSettings.parse(all, MORE);
      settings.atLeast("runs", 1);
      settings.config().withShapes(inContext(settings)); // checks the lengths
      steps = numbers("steps", settings);
      counts = numbers("counts", settings);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    EncodingComparison comparison = new EncodingComparison();
    comparison.add("read in context", readEachTime(settings));
    comparison.add("in context, prefix cache", readOnce(settings));
    for (int k : steps) {
      comparison.add("encoded once, K = " + k, encodeOnce(settings, k));
    }
    PrintWriter out = spec.commandLine().getOut();
    comparison.parts(settings.value("model"), settings.shape().questions()).forEach(out::println);
    out.println();
    comparison.totals(counts).forEach(out::println);
    out.println();
    comparison.gains().forEach(out::println);
    out.flush();
    return 0;
  }

  private static int[] numbers(String key, ProgramSettings settings) {
    String words = settings.value(key);
    String example = Objects.requireNonNull(MORE.get(key));
    try {
      int[] numbers = Arrays.stream(words.split(",", -1)).mapToInt(Integer::parseInt).toArray();
      if (Arrays.stream(numbers).allMatch(number -> number >= 1)) {
        return numbers;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(notNumbers(key, words, example), e);
    }
    throw new IllegalArgumentException(notNumbers(key, words, example));
  }

  private static String notNumbers(String key, String words, String example) {
    return "%s (%s) must be whole numbers of at least 1, such as %s".formatted(key, words, example);
  }

  /** Returns the shape of one question with all facts before it, and room for the answer. */
  private static TaskShape inContext(ProgramSettings settings) {
    TaskShape shape = settings.shape();
    return question(shape.facts() * shape.factTokens() + shape.questionTokens() + 1);
  }

  private static TaskShape question(int tokens) {
    return new TaskShape(1, 1, 2, 1, tokens);
  }

  private static TaskShape batch(TaskShape question, int questions) {
    return new TaskShape(1, 1, 2, questions, question.questionTokens(), question.prefixTokens());
  }

  private static EncodingTimes readEachTime(ProgramSettings settings) {
    TaskShape question = inContext(settings);
    int questions = settings.shape().questions();
    boolean measuresBatch = settings.value("batch").equals("true");
    try (TimedKnowledge timed = new TimedKnowledge(settings, 0)) {
      double each = timed.answer(question, questions);
      OptionalDouble batch =
          measuresBatch
              ? OptionalDouble.of(timed.answer(batch(question, questions), 1))
              : OptionalDouble.empty();
      return new EncodingTimes(timed.compilation(), OptionalDouble.empty(), each, batch);
    }
  }

  private static EncodingTimes readOnce(ProgramSettings settings) {
    TaskShape shape = settings.shape();
    TaskShape question =
        question(shape.questionTokens() + 1).withPrefixTokens(shape.facts() * shape.factTokens());
    try (TimedKnowledge timed = new TimedKnowledge(settings, 0)) {
      double reading = timed.read(question);
      return answered(timed, reading, question, shape.questions());
    }
  }

  private static EncodingTimes encodeOnce(ProgramSettings settings, int k) {
    TaskShape shape = settings.shape();
    TaskShape question = question(shape.questionTokens() + 1);
    try (TimedKnowledge timed = new TimedKnowledge(settings, k)) {
      double encoding = timed.encode(shape);
      return answered(timed, encoding, question, shape.questions());
    }
  }

  private static EncodingTimes answered(
      TimedKnowledge timed, double encoding, TaskShape question, int questions) {
    double each = timed.answer(question, questions);
    double batch = timed.answer(batch(question, questions), 1);
    return new EncodingTimes(
        timed.compilation(), OptionalDouble.of(encoding), each, OptionalDouble.of(batch));
  }
}
