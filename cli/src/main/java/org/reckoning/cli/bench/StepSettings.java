package org.reckoning.cli.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.reckoning.cli.program.ProgramSettings;

/**
 * The programs of {@code bench step}, read from {@code key=value} words. The keys are those of
 * {@link ProgramSettings}, each but {@code adapt} with one value or a list, and
 *
 * <pre>{@code
 * steps=5               training steps to time, after the first
 * peak_size=2048        rows and columns of the matrices of the peak
 * limit_seconds=1800    time limit of a row
 * }</pre>
 *
 * <p>The programs are all combinations of the values; {@code k} changes first, then {@code xla},
 * then {@code mode}.
 */
final class StepSettings {
  private static final Map<String, String> MORE =
      Map.of("steps", "5", "peak_size", "2048", "limit_seconds", "1800");

  /** Keys with a column of their own, the fastest changing last. */
  private static final List<String> COLUMNS = List.of("mode", "xla", "k");

  /** Keys without a column. */
  private static final List<String> OTHERS =
      List.of(
          "model",
          "tasks",
          "facts",
          "fact_tokens",
          "questions",
          "question_tokens",
          "optimizer",
          "adapt",
          "products",
          "matmul_dtype",
          "micro_facts",
          "task_groups",
          "steps");

  private final List<List<String>> words;
  private final List<ProgramSettings> programs;
  private final List<String> swept;

  private StepSettings(
      List<List<String>> words, List<ProgramSettings> programs, List<String> swept) {
    this.words = words;
    this.programs = programs;
    this.swept = swept;
  }

  /**
   * Reads the words of the command line.
   *
   * @throws IllegalArgumentException if a word or a combination is invalid
   */
  static StepSettings parse(List<String> given) {
    Map<String, List<String>> choices = new LinkedHashMap<>();
    for (String word : given) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      List<String> values =
          key.equals("adapt") // its value is a list of patterns
              ? List.of(word)
              : Arrays.stream(word.substring(equals + 1).split(",", -1))
                  .map(value -> equals < 0 ? value : key + "=" + value)
                  .toList();
      choices.remove(key);
      choices.put(key, values);
    }
    for (String column : COLUMNS) {
      List<String> values = choices.remove(column);
      if (values != null) {
        choices.put(column, values);
      }
    }
    List<List<String>> words = List.of(List.of());
    for (List<String> values : choices.values()) {
      words = combined(words, values);
    }
    List<ProgramSettings> programs = new ArrayList<>();
    for (List<String> each : words) {
      ProgramSettings program = ProgramSettings.parse(each, MORE);
      MORE.keySet().forEach(key -> program.atLeast(key, 1));
      programs.add(program);
    }
    List<String> swept = new ArrayList<>();
    choices.forEach(
        (key, values) -> {
          if (values.size() > 1 && MORE.containsKey(key)) {
            throw new IllegalArgumentException(
                "%s (%s) must be one number".formatted(key, String.join(", ", values)));
          }
          if (values.size() > 1 && !COLUMNS.contains(key)) {
            swept.add(key);
          }
        });
    return new StepSettings(words, programs, swept);
  }

  private static List<List<String>> combined(List<List<String>> words, List<String> values) {
    List<List<String>> longer = new ArrayList<>();
    for (List<String> before : words) {
      for (String value : values) {
        List<String> each = new ArrayList<>(before);
        each.add(value);
        longer.add(List.copyOf(each));
      }
    }
    return longer;
  }

  /** Reads the words of one row. */
  static ProgramSettings row(List<String> words) {
    return ProgramSettings.parse(words, MORE);
  }

  /** Returns the programs, one per row of the table. */
  List<ProgramSettings> programs() {
    return programs;
  }

  /** Returns the words of one program. */
  List<String> words(int program) {
    return words.get(program);
  }

  /** Returns the keys with several values that need an additional column. */
  List<String> swept() {
    return swept;
  }

  /**
   * Returns the words that all programs share, without those in columns; of the model's sizes only
   * those that differ from the model.
   */
  List<String> common() {
    ProgramSettings first = programs.get(0);
    return Stream.concat(OTHERS.stream(), first.changedSizes().stream())
        .filter(key -> !swept.contains(key))
        .map(key -> key + "=" + first.value(key))
        .toList();
  }

  /** Returns the rows and columns of the matrices of the peak. */
  int peakSize() {
    return programs.get(0).integer("peak_size");
  }

  /** Returns the time limit of a row. */
  int limitSeconds() {
    return programs.get(0).integer("limit_seconds");
  }
}
