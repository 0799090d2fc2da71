package org.reckoning.graph.settings;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Selects weights by name; {@code *} matches any text. */
final class NamePatterns {
  private static final int NAMES_SHOWN = 8;

  private NamePatterns() {}

  /**
   * Returns the names that match a pattern, in the order of {@code names}.
   *
   * @throws IllegalArgumentException if a pattern matches no name
   */
  static Set<String> select(String what, Collection<String> names, List<String> patterns) {
    Set<String> selected = new LinkedHashSet<>();
    List<Pattern> compiled = patterns.stream().map(NamePatterns::compile).toList();
    for (int i = 0; i < patterns.size(); i++) {
      Pattern pattern = compiled.get(i);
      if (names.stream().noneMatch(name -> pattern.matcher(name).matches())) {
        throw new IllegalArgumentException(
            "%s pattern (%s) matches no tensor; known: %s%s"
                .formatted(
                    what,
                    patterns.get(i),
                    String.join(", ", names.stream().limit(NAMES_SHOWN).toList()),
                    names.size() > NAMES_SHOWN ? ", ... (" + names.size() + " in all)" : ""));
      }
    }
    for (String name : names) {
      if (compiled.stream().anyMatch(pattern -> pattern.matcher(name).matches())) {
        selected.add(name);
      }
    }
    return selected;
  }

  private static Pattern compile(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (String literal : pattern.split("\\*", -1)) {
      regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
    }
    return Pattern.compile(regex.toString());
  }
}
