package org.reckoning.graph.serving;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Texts around facts and questions, with placeholders in {@code {braces}}.
 *
 * @param factPrompt prompt of a fact, with {@code {index}} unless it is the same for all
 * @param factName name of a fact in the list {@code {facts}}, with {@code {index}} unless all facts
 *     share it; blanks separate the names
 * @param questionPrompt prompt of an answer, with {@code {question}}, and {@code {facts}} if it
 *     lists their names
 * @param candidateEnd text appended to a scored label; empty to append the end-of-text token
 * @param ofFacts treatment of full stops in facts
 * @param ofQuestions treatment of full stops in questions
 */
public record TextTemplates(
    String factPrompt,
    String factName,
    String questionPrompt,
    String candidateEnd,
    FullStops ofFacts,
    FullStops ofQuestions) {

  /** A placeholder in braces; its name is group 1. */
  static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

  /**
   * Checks the placeholders.
   *
   * @throws IllegalArgumentException if a template has an unknown one
   */
  public TextTemplates {
    requireKnown("prompt of a fact", factPrompt, "index");
    requireKnown("name of a fact", factName, "index");
    requireKnown("prompt of an answer", questionPrompt, "facts", "question");
  }

  private static void requireKnown(String what, String template, String... known) {
    Set<String> unknown = new TreeSet<>();
    PLACEHOLDER.matcher(template).results().map(MatchResult::group).forEach(unknown::add);
    List<String> allowed = Stream.of(known).map("{%s}"::formatted).toList();
    allowed.forEach(unknown::remove);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown placeholders %s in the %s ('%s'); known: %s"
              .formatted(unknown, what, template, allowed));
    }
  }

  /** Which full stops of a text are removed. */
  public enum FullStops {
    /** None. */
    KEPT(""),
    /** The last character, if it is one. */
    LAST_REMOVED("\\.$"),
    /** All. */
    ALL_REMOVED("\\.");

    private final String pattern;

    FullStops(String pattern) {
      this.pattern = pattern;
    }

    /** Returns the regular expression of what is removed; empty for nothing. */
    String pattern() {
      return pattern;
    }
  }
}
