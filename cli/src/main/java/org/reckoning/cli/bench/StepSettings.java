package org.reckoning.cli.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.graph.inspect.ProgramSettings;

/**
 * What is to be measured, as {@code key=value} words: those of {@link ProgramSettings}, of which
 * each but {@code adapt} may be a list, and
 *
 * <pre>{@code
 * steps=5               training steps that are timed, after the first
 * peak_size=2048        rows and columns of the matrices that the peak is measured with
 * limit_seconds=1800    a row that takes longer is given up
 * }</pre>
 *
 * <p>The programs are all combinations of the lists; {@code k} changes first, then {@code xla},
 * then {@code mode}.
 */
final class BenchmarkSettings {
  private static final Map<String, String> MORE =
      Map.of("steps", "5", "peak_size", "2048", "limit_seconds", "1800");

  /** The keys that a row has a column for, those that change first at the end. */
  private static final List<String> COLUMNS = List.of("mode", "xla", "k");

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
          "steps");

  private final List<List<String>> words;
  private final List<ProgramSettings> programs;
  private final List<String> swept;

  private BenchmarkSettings(
      List<List<String>> words, List<ProgramSettings> programs, List<String> swept) {
    this.words = words;
    this.programs = programs;
    this.swept = swept;
  }

  /**
   * Reads words.
   *
   * @throws IllegalArgumentException if one cannot be used, or a combination cannot work
   */
  static BenchmarkSettings parse(List<String> given) {
    Map<String, List<String>> choices = new LinkedHashMap<>();
    for (String word : given) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      List<String> values =
          key.equals("adapt") // whose value is a list of patterns
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
      MORE.keySet().forEach(key -> requirePositive(program, key));
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
    return new BenchmarkSettings(words, programs, swept);
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

  private static void requirePositive(ProgramSettings program, String key) {
    if (program.integer(key) < 1) {
      throw new IllegalArgumentException(
          "%s (%s) must be at least 1".formatted(key, program.value(key)));
    }
  }

  /** Reads the words of one row. */
  static ProgramSettings row(List<String> words) {
    return ProgramSettings.parse(words, MORE);
  }

  /** Returns the programs, one for each row of the table. */
  List<ProgramSettings> programs() {
    return programs;
  }

  /** Returns the words that describe a program. */
  List<String> words(int program) {
    return words.get(program);
  }

  /** Returns the keys that have several values and no column of their own anyway. */
  List<String> swept() {
    return swept;
  }

  /** Returns the words that all programs share and that have no column. */
  List<String> common() {
    return OTHERS.stream()
        .filter(key -> !swept.contains(key))
        .map(key -> key + "=" + programs.get(0).value(key))
        .toList();
  }

  int peakSize() {
    return programs.get(0).integer("peak_size");
  }

  int limitSeconds() {
    return programs.get(0).integer("limit_seconds");
  }
}
