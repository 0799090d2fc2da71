package org.reckoning.cli.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.graph.task.TaskShape;

/**
 * The words of {@code reckoning bench encoding}.
 *
 * @param program model and sizes; its shape has the facts and the tokens of a question
 * @param steps numbers of inner steps K
 * @param counts numbers of questions of the table of totals
 */
public record EncodingSettings(ProgramSettings program, List<Integer> steps, List<Integer> counts) {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "facts", "8", "fact_tokens", "127", "questions", "18", "question_tokens", "7", "k", "0");
  private static final Map<String, String> MORE =
      Map.of("steps", "1,4", "counts", "1,2,5,18,100", "batch", "true", "runs", "5");

  /** Keys of programs that change nothing here: no derivative of the inner steps is made. */
  private static final Map<String, String> WITHOUT_EFFECT =
      Map.of(
          "k", "use steps",
          "mode", "omit it",
          "products", "omit it",
          "task_groups", "omit it");

  /** Copies the lists. */
  public EncodingSettings {
    steps = List.copyOf(steps);
    counts = List.copyOf(counts);
  }

  /**
   * Reads the words.
   *
   * @throws IllegalArgumentException with what is wrong, if a key is unknown or a value invalid
   */
  public static EncodingSettings parse(List<String> words) {
    ProgramSettings.refuse(words, WITHOUT_EFFECT);
    List<String> all = new ArrayList<>();
    DEFAULTS.forEach((key, value) -> all.add(key + "=" + value));
    all.addAll(words);
    ProgramSettings program = ProgramSettings.parse(all, MORE);
    program.requireOneTask();
    program.atLeast("runs", 1);
    program.flag("batch");
    EncodingSettings settings =
        new EncodingSettings(program, numbers("steps", program), numbers("counts", program));
    TaskShape shape = program.shape();
    program.requirePositions(
        "facts (%d) x fact_tokens (%d) + question_tokens (%d) + 1"
            .formatted(shape.facts(), shape.factTokens(), shape.questionTokens()),
        (long) shape.facts() * shape.factTokens() + shape.questionTokens() + 1);
    return settings;
  }

  private static List<Integer> numbers(String key, ProgramSettings program) {
    String words = program.value(key);
    String example = Objects.requireNonNull(MORE.get(key));
    try {
      List<Integer> numbers = Arrays.stream(words.split(",", -1)).map(Integer::valueOf).toList();
      if (numbers.stream().allMatch(number -> number >= 1)) {
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

  /** Returns whether the batch of all questions in context is measured. */
  boolean measuresBatch() {
    return program.flag("batch");
  }

  /** Returns the shape of one question with all facts before it, and room for the answer. */
  TaskShape inContext() {
    TaskShape shape = program.shape();
    return question(shape.facts() * shape.factTokens() + shape.questionTokens() + 1);
  }

  /** Returns the shape of one question without facts, and room for the answer. */
  TaskShape alone() {
    return question(program.shape().questionTokens() + 1);
  }

  /** Returns the shape of one question that attends to a prefix of all facts. */
  TaskShape afterPrefix() {
    TaskShape shape = program.shape();
    return alone().withPrefixTokens(shape.facts() * shape.factTokens());
  }

  private static TaskShape question(int tokens) {
    return new TaskShape(1, 1, 2, 1, tokens);
  }
}
