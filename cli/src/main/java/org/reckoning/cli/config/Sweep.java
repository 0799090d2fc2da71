package org.reckoning.cli.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reckoning.trainer.config.ConfigException;

/**
 * Expands overrides with lists of values to all combinations: {@code seed=1,2
 * n_inner_iter=range(1,3)} gives four. The last override changes fastest.
 */
final class Sweep {
  private static final Pattern FUNCTION = Pattern.compile("(range|choice)\\((.*)\\)");

  /** Limit of combinations; more are probably a mistake. */
  private static final int MOST = 10_000;

  /** Limit of digits; those of 1e999999999 would fill the memory. */
  private static final int MOST_DIGITS = 40;

  private Sweep() {}

  /**
   * Returns the combinations, at least one.
   *
   * @throws ConfigException if a list is invalid, or combinations are too many
   */
  static List<List<String>> combinations(List<String> words) {
    List<List<String>> combinations = List.of(List.of());
    for (String word : words) {
      int equals = word.indexOf('=');
      List<List<String>> longer = new ArrayList<>();
      List<String> values =
          equals < 0 ? List.of("") : values(word.substring(0, equals), word.substring(equals + 1));
      String start = equals < 0 ? word : word.substring(0, equals + 1);
      if ((long) values.size() * combinations.size() > MOST) {
        throw new ConfigException(
            List.of("%s makes more than %d runs; give fewer values".formatted(word, MOST)));
      }
      for (List<String> before : combinations) {
        for (String value : values) {
          List<String> each = new ArrayList<>(before);
          each.add(start + value);
          longer.add(List.copyOf(each));
        }
      }
      combinations = longer;
    }
    return combinations;
  }

  /** Returns whether a value is a list for several runs. */
  static boolean isList(String value) {
    return FUNCTION.matcher(value).matches() || split(value).size() > 1;
  }

  private static List<String> values(String key, String value) {
    Matcher matcher = FUNCTION.matcher(value);
    if (!matcher.matches()) {
      List<String> parts = split(value);
      return parts.size() == 1 ? parts : parts.stream().map(String::strip).toList();
    }
    List<String> arguments = split(matcher.group(2)).stream().map(String::strip).toList();
    return matcher.group(1).equals("range") ? range(key, value, arguments) : arguments;
  }

  /** Returns the numbers of {@code range(stop)} or {@code range(start,stop,step)}. */
  private static List<String> range(String key, String value, List<String> arguments) {
    List<BigDecimal> numbers;
    try {
      numbers = arguments.stream().map(BigDecimal::new).toList();
      if (numbers.stream()
          .anyMatch(number -> number.precision() + Math.abs(number.scale()) > MOST_DIGITS)) {
        numbers = List.of();
      }
    } catch (NumberFormatException e) {
      numbers = List.of();
    }
    BigDecimal step = numbers.size() == 3 ? numbers.get(2) : BigDecimal.ONE;
    if (numbers.isEmpty() || numbers.size() > 3 || step.signum() == 0) {
      throw new ConfigException(
          List.of(
              "%s (%s) must be range(stop), range(start,stop) or range(start,stop,step) of numbers"
                  .formatted(key, value)));
    }
    BigDecimal start = numbers.size() == 1 ? BigDecimal.ZERO : numbers.get(0);
    BigDecimal stop = numbers.get(numbers.size() == 1 ? 0 : 1);
    List<String> values = new ArrayList<>();
    for (BigDecimal each = start;
        each.compareTo(stop) * step.signum() < 0 && values.size() <= MOST;
        each = each.add(step)) {
      values.add(each.toPlainString());
    }
    if (values.isEmpty()) {
      throw new ConfigException(
          List.of("%s (%s) must have at least one number".formatted(key, value)));
    }
    return values;
  }

  /** Splits at commas outside brackets and quotes. */
  static List<String> split(String value) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    char quote = 0;
    int start = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if ((c == '\'' || c == '"') && (i == start || depth > 0)) { // not that of don't
        quote = c;
      } else if ("[{(".indexOf(c) >= 0) {
        depth++;
      } else if ("]})".indexOf(c) >= 0) {
        depth--;
      } else if (c == ',' && depth == 0) {
        parts.add(value.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(value.substring(start));
    return parts;
  }
}
