package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.reckoning.trainer.data.theories.TheoryKind.World;

/**
 * The notation of the official files for statements and rules:
 *
 * <pre>
 * ("Bob" "is" "cold" "+")
 * ((("someone" "is" "kind" "+") ("someone" "is" "big" "~")) -&gt; ("someone" "is" "red" "-"))
 * </pre>
 *
 * <p>Polarity {@code -} is "not". In the conditions of a closed world {@code ~} replaces it: the
 * statement cannot be derived.
 */
final class Representation {
  private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");
  private static final String LITERAL = "\\((?:\"[^\"]+\" ){3}\"[-+~]\"\\)";
  private static final Pattern STATEMENT = Pattern.compile(LITERAL);
  private static final Pattern RULE =
      Pattern.compile("\\(\\(%1$s(?: %1$s)*\\) -> %1$s\\)".formatted(LITERAL));

  /** Quoted words of a statement. */
  private static final int WORDS = 4;

  private static final List<String> VARIABLES = List.of("someone", "something");

  private Representation() {}

  /**
   * Reads a statement.
   *
   * @throws IllegalArgumentException if the text is no statement
   */
  static Literal literal(String text) {
    if (!STATEMENT.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "statement (%s) must have the form (\"Bob\" \"is\" \"cold\" \"+\")".formatted(text));
    }
    return literals(text).get(0);
  }

  /**
   * Reads a rule.
   *
   * @throws IllegalArgumentException if the text is no rule
   */
  static Rule rule(String text) {
    if (!RULE.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "rule (%s) must have the form ((CONDITION CONDITION) -> STATEMENT)".formatted(text));
    }
    List<Literal> literals = literals(text);
    int conditions = literals.size() - 1;
    return new Rule(literals.subList(0, conditions), literals.get(conditions));
  }

  private static List<Literal> literals(String text) {
    List<String> words =
        QUOTED.matcher(text).results().map((MatchResult match) -> match.group(1)).toList();
    List<Literal> literals = new ArrayList<>();
    for (int at = 0; at < words.size(); at += WORDS) {
      literals.add(
          new Literal(
              term(words.get(at)),
              words.get(at + 1),
              term(words.get(at + 2)),
              words.get(at + 3).equals("+")));
    }
    return literals;
  }

  private static String term(String word) {
    return VARIABLES.contains(word) ? Literal.VARIABLE : word;
  }

  /** Writes a statement. */
  static String of(Literal literal) {
    return text(literal, "-", Literal.VARIABLE);
  }

  /**
   * Writes a rule.
   *
   * @param variable the word for the variable, such as {@code someone}
   */
  static String of(Rule rule, World world, String variable) {
    String no = world == World.OPEN ? "-" : "~";
    return rule.conditions().stream()
        .map(condition -> text(condition, no, variable))
        .collect(Collectors.joining(" ", "((", ") -> " + text(rule.head(), "-", variable) + ")"));
  }

  private static String text(Literal literal, String no, String variable) {
    String subject = literal.subject().equals(Literal.VARIABLE) ? variable : literal.subject();
    String object = literal.object().equals(Literal.VARIABLE) ? variable : literal.object();
    String polarity = literal.positive() ? "+" : no;
    return "(\""
        + subject
        + "\" \""
        + literal.relation()
        + "\" \""
        + object
        + "\" \""
        + polarity
        + "\")";
  }
}
