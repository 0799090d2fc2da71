package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.reckoning.trainer.data.theories.NumberedTheory.NumberedRule;
import org.reckoning.trainer.data.theories.TheoryKind.Family;

/**
 * The words of a theory, in the order of their numbers.
 *
 * @param entities people or things, objects of relations included
 */
record Words(List<String> entities, List<String> attributes, List<String> relations) {
  /** The number of a literal with a word that the theory does not have. */
  static final int UNKNOWN = -1;

  private static final List<String> PEOPLE =
      List.of("Anne", "Bob", "Charlie", "Dave", "Erin", "Fiona", "Gary", "Harry");
  private static final List<String> ANIMALS =
      List.of(
          "cat",
          "dog",
          "bald eagle",
          "rabbit",
          "mouse",
          "tiger",
          "lion",
          "bear",
          "squirrel",
          "cow");

  /** Attributes; the first ten also occur beside relations. */
  private static final List<String> ATTRIBUTES =
      List.of(
          "red", "blue", "green", "kind", "nice", "big", "cold", "young", "round", "rough", "white",
          "smart", "quiet", "furry");

  private static final List<String> RELATIONS =
      List.of("likes", "chases", "eats", "sees", "visits", "needs");

  /** The order of facts in ProofWriter. */
  private static final Comparator<Literal> BY_SUBJECT =
      Comparator.comparing(Literal::subject)
          .thenComparing(Literal::relation)
          .thenComparing(Literal::object);

  Words {
    entities = List.copyOf(entities);
    attributes = List.copyOf(attributes);
    relations = List.copyOf(relations);
  }

  /** Draws words of ProofWriter. */
  static Words draw(Family family, Numbering numbers, Random random) {
    boolean relations = family.hasRelations();
    return new Words(
        draw(relations ? ANIMALS : PEOPLE, numbers.entities(), random),
        draw(relations ? ATTRIBUTES.subList(0, 10) : ATTRIBUTES, numbers.attributes(), random),
        draw(RELATIONS, numbers.relations(), random));
  }

  private static List<String> draw(List<String> words, int count, Random random) {
    List<String> shuffled = new ArrayList<>(words);
    Collections.shuffle(shuffled, random);
    return shuffled.subList(0, count);
  }

  /** Returns the words of a theory. */
  static Words of(Theory theory) {
    Set<String> entities = new LinkedHashSet<>();
    Set<String> attributes = new LinkedHashSet<>();
    Set<String> relations = new LinkedHashSet<>();
    Stream.concat(theory.facts().stream(), theory.rules().stream().flatMap(rule -> rule.literals()))
        .forEach(
            literal -> {
              entities.add(literal.subject());
              if (literal.isAttribute()) {
                attributes.add(literal.object());
              } else {
                entities.add(literal.object());
                relations.add(literal.relation());
              }
            });
    entities.remove(Literal.VARIABLE);
    return new Words(List.copyOf(entities), List.copyOf(attributes), List.copyOf(relations));
  }

  Numbering numbering() {
    return new Numbering(entities.size(), attributes.size(), relations.size());
  }

  /** Returns a theory in numbers. */
  NumberedTheory numbers(Theory theory) {
    return new NumberedTheory(
        numbering(),
        theory.facts().stream().mapToInt(this::number).toArray(),
        theory.rules().stream().map(this::numbers).toList());
  }

  private NumberedRule numbers(Rule rule) {
    return new NumberedRule(
        rule.literals().mapToInt(this::number).toArray(),
        rule.literals().mapToInt(this::step).toArray(),
        entities.size());
  }

  /**
   * Returns the number of a literal, with the first entity for the variable; {@link #UNKNOWN} if it
   * has another word.
   */
  int number(Literal literal) {
    int subject = entity(literal.subject());
    int object =
        literal.isAttribute() ? attributes.indexOf(literal.object()) : entity(literal.object());
    int relation = literal.isAttribute() ? 0 : relations.indexOf(literal.relation());
    if (Math.min(subject, Math.min(object, relation)) == UNKNOWN) {
      return UNKNOWN;
    }
    int number =
        literal.isAttribute()
            ? numbering().attribute(subject, object)
            : numbering().relation(subject, relation, object);
    return literal.positive() ? number : number + 1;
  }

  private int entity(String term) {
    return term.equals(Literal.VARIABLE) ? 0 : entities.indexOf(term);
  }

  private int step(Literal literal) {
    return (literal.subject().equals(Literal.VARIABLE) ? Numbering.SUBJECT_STEP : 0)
        + (literal.object().equals(Literal.VARIABLE) ? numbering().objectStep() : 0);
  }

  /** Returns a theory whose variables are subjects, in words; facts in the order of ProofWriter. */
  Theory theory(NumberedTheory theory) {
    List<Literal> facts =
        IntStream.range(0, theory.facts())
            .mapToObj(i -> literal(theory.fact(i), false))
            .sorted(BY_SUBJECT)
            .toList();
    return new Theory(facts, theory.rules().stream().map(this::rule).toList());
  }

  private Rule rule(NumberedRule rule) {
    List<Literal> conditions =
        IntStream.range(0, rule.conditions())
            .mapToObj(i -> literal(rule.literal(i, 0), rule.hasVariable(i)))
            .toList();
    return new Rule(conditions, literal(rule.head(0), rule.hasVariable(rule.conditions())));
  }

  private Literal literal(int number, boolean ofVariable) {
    int atom = number / 2;
    String subject = ofVariable ? Literal.VARIABLE : entities.get(atom % entities.size());
    int predicate = atom / entities.size();
    boolean positive = !Numbering.isNegation(number);
    if (predicate < attributes.size()) {
      return new Literal(subject, Literal.IS, attributes.get(predicate), positive);
    }
    int pair = predicate - attributes.size();
    return new Literal(
        subject,
        relations.get(pair / entities.size()),
        entities.get(pair % entities.size()),
        positive);
  }

  /** Returns all statements in these words, neither negated nor reflexive. */
  List<Literal> statements() {
    List<Literal> statements = new ArrayList<>();
    for (String subject : entities) {
      for (String attribute : attributes) {
        statements.add(new Literal(subject, Literal.IS, attribute, true));
      }
      for (String relation : relations) {
        for (String object : entities) {
          if (!object.equals(subject)) {
            statements.add(new Literal(subject, relation, object, true));
          }
        }
      }
    }
    return statements;
  }
}
