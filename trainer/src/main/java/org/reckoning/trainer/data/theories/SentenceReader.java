package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the sentences that {@link Wording} writes. */
final class SentenceReader {
  private static final Pattern IF = Pattern.compile("If (.+) then (.+)");
  private static final Pattern GROUP =
      Pattern.compile("(?:All )?(\\S+(?:, \\S+)*) (?:people|things) are (not )?(\\S+)");
  private static final Pattern ATTRIBUTE = Pattern.compile("(.+?) (?:is|are) (not )?(\\S+)");
  private static final Pattern NEGATED =
      Pattern.compile("(.+?) (?:does|do) not (\\S+) (the .+|[A-Z]\\S*)");
  private static final Pattern RELATION = Pattern.compile("(.+?) (\\S+) (the .+|[A-Z]\\S*)");

  /** A condition that gives another attribute to the same subject. */
  private static final Pattern FURTHER = Pattern.compile("(not )?(\\S+)");

  private static final Pattern AND = Pattern.compile(" and ");
  private static final Pattern COMMA = Pattern.compile(", ");
  private static final List<String> VARIABLES = List.of("someone", "something", "they", "it");

  private SentenceReader() {}

  /**
   * Reads facts and rules in any order.
   *
   * @throws IllegalArgumentException if a sentence is neither a statement nor a rule
   */
  static Theory theory(List<String> sentences) {
    List<Literal> facts = new ArrayList<>();
    List<Rule> rules = new ArrayList<>();
    for (String sentence : sentences) {
      Rule rule = rule(sentence);
      if (rule == null) {
        facts.add(statement(sentence));
      } else {
        rules.add(rule);
      }
    }
    return new Theory(facts, rules);
  }

  /** Reads a rule; returns null if the sentence does not have the form of a rule. */
  static @Nullable Rule rule(String sentence) {
    String text = withoutPeriod(sentence);
    Matcher conditional = IF.matcher(text);
    if (conditional.matches()) {
      return new Rule(conditions(conditional.group(1)), clause(conditional.group(2)));
    }
    Matcher group = GROUP.matcher(text);
    if (!group.matches()) {
      return null;
    }
    List<Literal> conditions =
        COMMA
            .splitAsStream(group.group(1).toLowerCase(Locale.ROOT))
            .map(attribute -> new Literal(Literal.VARIABLE, Literal.IS, attribute, true))
            .toList();
    return new Rule(
        conditions,
        new Literal(Literal.VARIABLE, Literal.IS, group.group(3), group.group(2) == null));
  }

  /**
   * Reads a statement.
   *
   * @throws IllegalArgumentException if the sentence is no statement
   */
  static Literal statement(String sentence) {
    return clause(withoutPeriod(sentence).replaceFirst("^The ", "the "));
  }

  private static String withoutPeriod(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private static List<Literal> conditions(String text) {
    List<Literal> conditions = new ArrayList<>();
    for (String part : AND.splitAsStream(text).toList()) {
      Matcher further = FURTHER.matcher(part);
      if (!conditions.isEmpty() && further.matches()) {
        Literal before = conditions.get(conditions.size() - 1);
        conditions.add(
            new Literal(before.subject(), Literal.IS, further.group(2), further.group(1) == null));
      } else {
        conditions.add(clause(part));
      }
    }
    return conditions;
  }

  private static Literal clause(String text) {
    Matcher attribute = ATTRIBUTE.matcher(text);
    if (attribute.matches()) {
      return new Literal(
          term(attribute.group(1)), Literal.IS, attribute.group(3), attribute.group(2) == null);
    }
    Matcher negated = NEGATED.matcher(text);
    if (negated.matches()) {
      return new Literal(
          term(negated.group(1)), negated.group(2) + "s", term(negated.group(3)), false);
    }
    Matcher relation = RELATION.matcher(text);
    if (relation.matches()) {
      String subject = relation.group(1);
      String verb = relation.group(2) + (subject.equals("they") ? "s" : "");
      return new Literal(term(subject), verb, term(relation.group(3)), true);
    }
    throw new IllegalArgumentException(
        "sentence (%s) must be a statement such as 'Bob is cold.' or 'The bear chases the lion.'"
            .formatted(text));
  }

  private static String term(String noun) {
    if (VARIABLES.contains(noun)) {
      return Literal.VARIABLE;
    }
    return noun.startsWith("the ") ? noun.substring("the ".length()) : noun;
  }
}
