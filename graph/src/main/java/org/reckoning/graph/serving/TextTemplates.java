package org.reckoning.graph.serving;

/**
 * Texts around facts and questions, with placeholders in {@code {braces}}.
 *
 * @param factPrompt prompt of a fact, with {@code {index}} unless it is the same for all
 * @param factName name of a fact in {@code {facts}}, likewise; a blank separates two names
 * @param questionPrompt prompt of an answer, with {@code {question}}, and {@code {facts}} if it
 *     lists their names
 * @param candidateEnd text after a scored label; empty for the end of text
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
