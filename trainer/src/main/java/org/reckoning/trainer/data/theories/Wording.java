package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Statements and rules as sentences, in the words of ProofWriter:
 *
 * <pre>
 * Bob is not cold.                          The bear does not chase the lion.
 * If someone is kind and not big then they are red.
 * If something chases the lion and it is kind then the lion eats the bear.
 * Kind, big things are red.                 All kind, big things are red.
 * </pre>
 */
enum Wording {
  /** About people: someone, they, people. */
  PEOPLE("someone", "they", "people"),
  /** About things: something, it, things. */
  THINGS("something", "it", "things");

  private final String variable;
  private final String pronoun;
  private final String all;

  Wording(String variable, String pronoun, String all) {
    this.variable = variable;
    this.pronoun = pronoun;
    this.all = all;
  }

  /** The form of a rule. */
  enum Form {
    /** If something is kind then it is red. */
    IF,
    /** Kind things are red. */
    PLAIN,
    /** All kind things are red. */
    ALL
  }

  /** Returns the first word for the variable of a rule. */
  String variable() {
    return variable;
  }

  /** Returns a statement as a sentence. */
  static String sentence(Literal statement) {
    return sentence(clause(noun(statement.subject()), false, statement));
  }

  /** Returns whether a rule can have the forms other than {@link Form#IF}. */
  static boolean hasAllForms(Rule rule) {
    return rule.head().isAttribute()
        && rule.head().subject().equals(Literal.VARIABLE)
        && rule.conditions().stream()
            .allMatch(
                condition ->
                    condition.isAttribute()
                        && condition.positive()
                        && condition.subject().equals(Literal.VARIABLE));
  }

  /**
   * Returns a rule as a sentence.
   *
   * @param form {@link Form#IF} unless the rule {@link #hasAllForms has all forms}
   */
  String sentence(Rule rule, Form form) {
    if (form == Form.IF) {
      String head = clause(rule.head(), true);
      return sentence("if " + String.join(" and ", conditions(rule)) + " then " + head);
    }
    String attributes = String.join(", ", rule.conditions().stream().map(Literal::object).toList());
    String verb = rule.head().positive() ? " are " : " are not ";
    return sentence(
        (form == Form.ALL ? "all " : "") + attributes + " " + all + verb + rule.head().object());
  }

  private List<String> conditions(Rule rule) {
    List<String> clauses = new ArrayList<>();
    boolean mentioned = false;
    boolean afterAttribute = false; // of the variable
    for (Literal condition : rule.conditions()) {
      boolean ofVariable = condition.subject().equals(Literal.VARIABLE);
      boolean isAttribute = ofVariable && condition.isAttribute();
      clauses.add(
          isAttribute && afterAttribute ? attribute(condition) : clause(condition, mentioned));
      mentioned |= ofVariable;
      afterAttribute = isAttribute;
    }
    return clauses;
  }

  /** Returns a clause of a rule, without a capital letter. */
  private String clause(Literal literal, boolean mentioned) {
    if (!literal.subject().equals(Literal.VARIABLE)) {
      return clause(noun(literal.subject()), false, literal);
    }
    return mentioned ? clause(pronoun, this == PEOPLE, literal) : clause(variable, false, literal);
  }

  private static String clause(String subject, boolean plural, Literal literal) {
    if (literal.isAttribute()) {
      return subject + (plural ? " are " : " is ") + attribute(literal);
    }
    String object = " " + noun(literal.object());
    String verb = literal.relation();
    String stem = verb.substring(0, verb.length() - 1);
    if (literal.positive()) {
      return subject + " " + (plural ? stem : verb) + object;
    }
    return subject + (plural ? " do not " : " does not ") + stem + object;
  }

  private static String attribute(Literal literal) {
    return (literal.positive() ? "" : "not ") + literal.object();
  }

  /** Returns the name of a person, or a noun with its article. */
  private static String noun(String entity) {
    return Character.isUpperCase(entity.charAt(0)) ? entity : "the " + entity;
  }

  private static String sentence(String clause) {
    return clause.substring(0, 1).toUpperCase(Locale.ROOT) + clause.substring(1) + ".";
  }
}
