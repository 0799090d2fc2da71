package org.reckoning.trainer.answering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.task.Prefix;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.tokens.FactNames;
import org.reckoning.trainer.tokens.FactSegments;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;

/** Encodes facts, questions and labels as tokens, with the templates of a model. */
final class PromptEncoder {
  /** Far more than a model has positions for; the tokenizer would need minutes for more. */
  private static final int MOST_CHARACTERS = 1 << 20;

  private final Method method;
  private final FactNames names;
  private final DatasetType type;
  private final List<String> labels;
  private final Vocabulary vocabulary;
  private final TaskEncoder encoder;
  private final FactSegments segments;

  /**
   * @param names the names of facts in prompts
   * @param labels to choose from; may be empty
   * @param tellsKnowledge whether the model generates the relevant facts after the label
   * @param segments cut of long facts
   * @throws IllegalArgumentException if a label is blank, repeated, or has an unknown word
   */
  PromptEncoder(
      Method method,
      DatasetType type,
      FactNames names,
      List<String> labels,
      Vocabulary vocabulary,
      boolean tellsKnowledge,
      FactSegments segments) {
    this.method = method;
    this.type = type;
    this.names = names;
    this.labels = labels;
    this.vocabulary = vocabulary;
    this.segments = segments;
    encoder = new TaskEncoder(Tokenizer.gpt2(), vocabulary, method, tellsKnowledge, names);
    checkLabels(labels);
  }

  /**
   * Checks labels, which a user may give.
   *
   * @throws IllegalArgumentException if a label is blank, repeated, or has an unknown word
   */
  private void checkLabels(List<String> labels) {
    Set<String> before = new HashSet<>();
    for (String label : labels) {
      if (label.isBlank() || !before.add(label)) {
        throw new IllegalArgumentException(
            "label '%s' must have text and be given once".formatted(label));
      }
      if (!knows(label)) {
        throw new IllegalArgumentException(
            "label '%s' has a word that is not in the compact vocabulary of the run; give the labels of its data"
                .formatted(label));
      }
    }
  }

  private boolean knows(String text) {
    return Arrays.stream(Tokenizer.gpt2().encode(text)).allMatch(vocabulary::contains);
  }

  /** Returns a remark on the answers of a method, one sentence; empty for RECKONING. */
  static String note(Method method) {
    return switch (method) {
      case RECKONING -> "";
      case RANDOM_FACTS ->
          "this run was trained with facts of other tasks: it has not learned to use the given"
              + " ones";
      case IN_CONTEXT -> "this run has no inner loop: every prompt contains the facts";
      case NO_FACTS -> "this run was trained without facts: it ignores them";
      case NO_QUESTION -> "this run was trained without questions: its prompt is the facts only";
    };
  }

  List<String> labels() {
    return labels;
  }

  /** Returns the largest number of tokens of a fact; null if it is not limited. */
  @Nullable Integer factTokens() {
    return segments.tokens();
  }

  int endOfText() {
    return vocabulary.endOfText();
  }

  /**
   * Returns facts, stripped of white space and cut if they are too long.
   *
   * @throws IllegalArgumentException if a fact is blank, or far too long
   */
  List<Fact> told(List<String> texts) {
    List<Fact> told = new ArrayList<>();
    for (String text : texts) {
      told.add(new Fact(text("fact " + told.size(), text), true));
    }
    return segments.cut(type, told);
  }

  private static String text(String what, String text) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      throw new IllegalArgumentException("%s ('%s') must have text".formatted(what, text));
    }
    if (stripped.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "%s has %d characters but must have at most %d; split it"
              .formatted(what, stripped.length(), MOST_CHARACTERS));
    }
    return stripped;
  }

  /**
   * Encodes facts for the inner loop.
   *
   * @throws IllegalArgumentException if there is no fact, too many, or an unknown word
   */
  List<TokenSequence> encode(List<Fact> told) {
    if (told.isEmpty() && method != Method.NO_FACTS) {
      throw new IllegalArgumentException("facts (0) must be at least 1; give some");
    }
    if (method.adapts()) {
      checkNumbers(told.size());
    }
    return encoder.facts(type, told);
  }

  /** Checks that the compact vocabulary has the numbers of all facts. */
  private void checkNumbers(int facts) {
    for (int i = 0; i < facts; i++) {
      if (!knows(names.prompt(i))) {
        throw new IllegalArgumentException(
            "facts (%d) must be at most %d: the vocabulary of the model has no further fact numbers"
                .formatted(facts, i));
      }
    }
  }

  /**
   * Returns the first tokens of the prompts of all questions about facts; none if the facts are not
   * in the prompt.
   *
   * @throws IllegalArgumentException if a fact has an unknown word
   */
  Prefix prefix(List<Fact> told) {
    return method.readsFacts() ? Prefix.of(encoder.prompt(type, told, "")) : Prefix.NONE;
  }

  /**
   * Encodes the prompt of a question.
   *
   * @throws IllegalArgumentException if the question is blank, or has an unknown word
   */
  int[] prompt(List<Fact> told, String question) {
    return encoder.prompt(type, told, text("question", question));
  }

  /** Returns the prompt followed by each label. */
  List<TokenSequence> candidates(int[] prompt) {
    return encoder.candidates(prompt, labels);
  }

  /**
   * Returns the prompt followed by each of other labels.
   *
   * @throws IllegalArgumentException if a label is blank, repeated, or has an unknown word
   */
  List<TokenSequence> candidates(int[] prompt, List<String> others) {
    checkLabels(others);
    return encoder.candidates(prompt, others);
  }

  /** Returns the prompt as a sequence that the model continues. */
  TokenSequence unanswered(int[] prompt) {
    int[] tokens = Arrays.copyOf(prompt, prompt.length + 1);
    tokens[prompt.length] = vocabulary.endOfText();
    return TokenSequence.of(tokens, prompt.length);
  }

  /** Returns a placeholder for the facts of a batch with questions only. */
  TokenSequence noFact() {
    return encoder.noFact();
  }

  String decode(int[] tokens) {
    return encoder.decode(tokens);
  }

  /** Returns the number of tokens of the longest sequence. */
  static int longest(List<TokenSequence> sequences) {
    return sequences.stream().mapToInt(TokenSequence::length).max().orElse(0);
  }
}
