package org.reckoning.trainer.data.theories;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.trainer.data.theories.Explanation.Attempt;
import org.reckoning.trainer.data.theories.TheoryKind.World;

/** The semantics on theories written by hand. */
class ClosureTest {
  private static final String NONE = "none";

  private static Closure closure(World world, String... sentences) {
    return Objects.requireNonNull(Closure.of(SentenceReader.theory(List.of(sentences)), world));
  }

  private static Literal statement(String sentence) {
    return SentenceReader.statement(sentence);
  }

  static Stream<Arguments> statements() {
    String[] chain = {
      "Bob is kind.",
      "Erin is kind.",
      "Erin is not big.",
      "If someone is kind and not big then they are red.",
      "Red people are young.",
      "All young people are not cold."
    };
    String[] shortcut = {
      "Bob is kind.",
      "Kind people are red.",
      "Red people are big.",
      "Big, red people are young.",
      "If Bob is kind then Bob is big."
    };
    String[] objects = {
      "The bear chases the lion.",
      "If something chases the lion then the lion sees the cow.",
      "If the lion sees the cow then the cow is red.",
      "Red things are big.",
      "If something is big then it chases the lion."
    };
    String[] strata = {
      "Bob is kind.",
      "If someone is not red then they are big.",
      "If someone is kind then they are young.",
      "If someone is not big and young then they are cold.",
      "If someone is not cold and they are young then they are rough."
    };
    String[] negativeHead = {"Bob is kind.", "Kind people are not red.", "Erin is not kind."};
    return Stream.of(
        // open world: "not" needs the derived negation
        Arguments.of(World.OPEN, chain, "Bob is kind.", "yes", 0),
        Arguments.of(World.OPEN, chain, "Bob is not kind.", "no", 0),
        Arguments.of(World.OPEN, chain, "Bob is red.", NONE, -1),
        Arguments.of(World.OPEN, chain, "Bob is not red.", NONE, -1),
        Arguments.of(World.OPEN, chain, "Erin is red.", "yes", 1),
        Arguments.of(World.OPEN, chain, "Erin is young.", "yes", 2),
        Arguments.of(World.OPEN, chain, "Erin is cold.", "no", 3),
        Arguments.of(World.OPEN, chain, "Erin is not cold.", "yes", 3),
        Arguments.of(World.OPEN, chain, "Dave is kind.", NONE, -1),
        // closed world: "not" means not derivable
        Arguments.of(World.CLOSED, chain, "Bob is red.", "yes", 1),
        Arguments.of(World.CLOSED, chain, "Bob is big.", "no", -1),
        Arguments.of(World.CLOSED, chain, "Bob is not big.", "yes", -1),
        Arguments.of(World.CLOSED, chain, "Dave is kind.", "no", -1),
        Arguments.of(World.CLOSED, chain, "Bob is cold.", "no", 3),
        // the smallest depth counts
        Arguments.of(World.OPEN, shortcut, "Bob is big.", "yes", 1),
        Arguments.of(World.OPEN, shortcut, "Bob is young.", "yes", 2),
        // variables range over objects
        Arguments.of(World.OPEN, objects, "The lion sees the cow.", "yes", 1),
        Arguments.of(World.OPEN, objects, "The cow is red.", "yes", 2),
        Arguments.of(World.OPEN, objects, "The cow is big.", "yes", 3),
        Arguments.of(World.OPEN, objects, "The cow does not chase the lion.", "no", 4),
        Arguments.of(World.OPEN, objects, "The lion is big.", NONE, -1),
        // strata
        Arguments.of(World.CLOSED, strata, "Bob is big.", "yes", 1),
        Arguments.of(World.CLOSED, strata, "Bob is cold.", "no", -1),
        Arguments.of(World.CLOSED, strata, "Bob is rough.", "yes", 2),
        // a derived negation of a closed world
        Arguments.of(World.CLOSED, negativeHead, "Bob is red.", "no", 1),
        Arguments.of(World.CLOSED, negativeHead, "Bob is not red.", "yes", 1),
        Arguments.of(World.CLOSED, negativeHead, "Erin is red.", "no", -1));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("statements")
  void statement_hasLabelAndDepth(
      World world, String[] sentences, String sentence, String label, int depth) {
    Closure closure = closure(world, sentences);

    assertThat(closure.label(statement(sentence))).isEqualTo(label);
    assertThat(closure.proofDepth(statement(sentence))).isEqualTo(depth);
    assertThat(closure.chaining().isContradictory()).isFalse();
  }

  @Test
  void contradiction_isFound() {
    assertThat(
            closure(World.OPEN, "Bob is kind.", "Kind people are red.", "Bob is not red.")
                .chaining()
                .isContradictory())
        .isTrue();
  }

  @Test
  void statementThatDependsOnItsNegation_hasNoStrata() {
    Theory theory =
        SentenceReader.theory(
            List.of(
                "Bob is kind.",
                "If someone is kind and not red then they are big.",
                "If someone is big then they are red."));

    assertThat(Closure.of(theory, World.CLOSED)).isNull();
    assertThat(Closure.of(theory, World.OPEN)).isNotNull();
  }

  static Stream<Arguments> explanations() {
    String[] theory = {
      "Bob is kind.",
      "Bob is cold.",
      "Erin is cold.",
      "Kind, cold people are red.",
      "If someone is cold then they are big.",
      "If someone is big and kind then they are red.",
      "All red people are young.",
      "If someone is young and not red then they are cold."
    };
    return Stream.of(
        Arguments.of(World.OPEN, theory, "Bob is cold.", "[(triple2)]", List.of(1)),
        Arguments.of(
            World.OPEN,
            theory,
            "Bob is not red.",
            "[(((triple1 triple2) -> rule1))]",
            List.of(0, 1, 3)),
        Arguments.of(
            World.OPEN,
            theory,
            "Bob is young.",
            "[(((((triple1 triple2) -> rule1)) -> rule4))]",
            List.of(0, 1, 3, 6)),
        Arguments.of(
            World.OPEN,
            theory,
            "Erin is not young.",
            "[@2: Erin is not young.[CWA. Example of deepest failure = (rule4 <- rule1 <- FAIL)]]",
            List.of(2, 3, 6)),
        Arguments.of(
            World.OPEN,
            theory,
            "Erin is kind.",
            "[@0: Erin is kind.[CWA. Example of deepest failure = (FAIL)]]",
            List.of()),
        Arguments.of(
            World.CLOSED,
            new String[] {"Bob is kind.", "If someone is kind and not big then they are red."},
            "Bob is red.",
            "[(((triple1 NAF) -> rule1))]",
            List.of(0, 1)),
        Arguments.of(
            World.CLOSED,
            new String[] {
              "Bob is kind.", "Kind people are big.", "If Bob is not big then Bob is red."
            },
            "Bob is red.",
            "[@1: Bob is red.[CWA. Example of deepest failure = (rule2 <- FAIL)]]",
            List.of(0, 1, 2)));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("explanations")
  void explanation_namesTheSentencesOfAProofOrOfTheDeepestAttempt(
      World world, String[] sentences, String sentence, String text, List<Integer> relevant) {
    Closure closure = closure(world, sentences);
    long facts = Stream.of(sentences).filter(each -> SentenceReader.rule(each) == null).count();

    Explanation explanation = new Explainer(closure, 5).explain(statement(sentence));

    assertThat(
            explanation.text(
                sentence, i -> i < facts ? "triple" + (i + 1) : "rule" + (i - facts + 1)))
        .isEqualTo(text);
    assertThat(explanation.sentences()).containsExactlyElementsOf(relevant);
    assertThat(explanation.depth())
        .isEqualTo(
            explanation instanceof Attempt attempt
                ? attempt.rules().size()
                : closure.proofDepth(statement(sentence)));
  }
}
