package org.reckoning.trainer.answering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Templates;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;

/** Facts, questions and labels as the tokens that one model was trained with. */
final class Wording {
  /** Many times what a model has positions for; a longer text takes the tokenizer minutes. */
  private static final int MOST_CHARACTERS = 1 << 20;

  private final Method method;
  private final DatasetType type;
  private final List<String> labels;
  private final Vocabulary vocabulary;
  private final TaskEncoder encoder;

  /**
   * @param labels to choose from; empty if there are none
   * @param tellsKnowledge whether the model tells the relevant facts after the label
   * @throws IllegalArgumentException if a label has no text, stands there twice, or has a word that
   *     the model does not know
   */
  Wording(
      Method method,
      DatasetType type,
      List<String> labels,
      Vocabulary vocabulary,
      boolean tellsKnowledge) {
    this.method = method;
    this.type = type;
    this.labels = labels;
    this.vocabulary = vocabulary;
    encoder = new TaskEncoder(Tokenizer.gpt2(), vocabulary, method, tellsKnowledge);
    checkLabels();
  }

  /** Records may name other labels than their kind of data has, and a run does not keep them. */
  private void checkLabels() {
    for (String label : labels) {
      if (label.isBlank() || Collections.frequency(labels, label) > 1) {
        throw new IllegalArgumentException(
            "label '%s' must have text and be given once: labels are %s".formatted(label, labels));
      }
      if (!knows(label)) {
        throw new IllegalArgumentException(
            "label '%s' is not known to the run, whose vocabulary is compact; name the labels of its data"
                .formatted(label));
      }
    }
  }

  private boolean knows(String text) {
    return Arrays.stream(Tokenizer.gpt2().encode(text)).allMatch(vocabulary::contains);
  }

  /** Returns what must be known of answers of a method, one sentence; empty for RECKONING. */
  static String note(Method method) {
    return switch (method) {
      case RECKONING -> "";
      case RANDOM_FACTS ->
          "this run was trained with facts of other tasks: it has not learned to use its own";
      case IN_CONTEXT ->
          "this run has no inner loop: the facts are in the prompt of every question";
      case NO_FACTS -> "this run was trained without facts: they are not read";
      case NO_QUESTION -> "this run was trained without questions: the facts alone are its prompt";
    };
  }

  List<String> labels() {
    return labels;
  }

  int endOfText() {
    return vocabulary.endOfText();
  }

  /**
   * Returns facts in the words of a task: without blanks around them, as data have them.
   *
   * @throws IllegalArgumentException if one has no text, or is no sentence by its length
   */
  static List<Fact> told(List<String> texts) {
    List<Fact> told = new ArrayList<>();
    for (String text : texts) {
      told.add(new Fact(text("fact " + told.size(), text), true));
    }
    return List.copyOf(told);
  }

  private static String text(String what, String text) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      throw new IllegalArgumentException("%s ('%s') must have text".formatted(what, text));
    }
    if (stripped.length() > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "%s has %d characters but must have at most %d; break it up"
              .formatted(what, stripped.length(), MOST_CHARACTERS));
    }
    return stripped;
  }

  /**
   * Encodes facts for the inner loop.
   *
   * @throws IllegalArgumentException if there is none where some are needed, or the model does not
   *     know a word or has no number for so many
   */
  List<TokenSequence> facts(List<Fact> told) {
    if (told.isEmpty() && method != Method.NO_FACTS) {
      throw new IllegalArgumentException("facts (0) must be at least 1; tell some");
    }
    if (method.adapts()) {
      checkNumbers(told.size());
    }
    return encoder.facts(type, told);
  }

  /** A compact vocabulary has the numbers of the facts that there were in training. */
  private void checkNumbers(int facts) {
    for (int i = 0; i < facts; i++) {
      if (!knows(Templates.factPrompt(i))) {
        throw new IllegalArgumentException(
            ("facts (%d) must be at most %d, as the model was trained with so many and its compact"
                    + " vocabulary has no number for more")
                .formatted(facts, i));
      }
    }
  }

  /**
   * Encodes a question as far as the model is given it.
   *
   * @throws IllegalArgumentException if it has no text, or the model does not know a word
   */
  int[] prompt(List<Fact> told, String question) {
    return encoder.prompt(type, told, text("question", question));
  }

  /** Returns a prompt with each label. */
  List<TokenSequence> candidates(int[] prompt) {
    return encoder.candidates(prompt, labels);
  }

  /** Returns a prompt to go on with. */
  TokenSequence unanswered(int[] prompt) {
    int[] tokens = Arrays.copyOf(prompt, prompt.length + 1);
    tokens[prompt.length] = vocabulary.endOfText();
    return TokenSequence.of(tokens, prompt.length);
  }

  /** Returns what stands for facts where only questions are asked. */
  TokenSequence noFact() {
    return encoder.noFact();
  }

  String decode(int[] tokens) {
    return encoder.decode(tokens);
  }

  /** Returns the tokens of the longest. */
  static int longest(List<TokenSequence> sequences) {
    return sequences.stream().mapToInt(TokenSequence::length).max().orElse(0);
  }
}
