package org.reckoning.trainer.answering;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.bilevel.BilevelConfig;
import org.reckoning.graph.bilevel.Decoding;
import org.reckoning.graph.bilevel.InnerRates;
import org.reckoning.graph.bilevel.KnowledgeProgram;
import org.reckoning.graph.bilevel.TaskShape;
import org.reckoning.graph.bilevel.TokenSequence;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.config.FloatType;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.Fact;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Templates;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.training.Checkpoints;
import org.reckoning.trainer.training.RunWeights;
import org.reckoning.trainer.weights.Gpt2Weights;

/**
 * A model to ask: a run, a checkpoint in one, or published weights. It is read as far as to check
 * what it is told and asked; {@link Reasoner} builds its graph.
 */
public final class AskedModel {
  /** How long an answer may be where nothing says so. */
  private static final int NEW_TOKENS = 32;

  private static final TaskShape SMALLEST = new TaskShape(1, 1, 2, 1, 2); // shapes come later

  private final String description;
  private final String note;
  private final Method method;
  private final DatasetType type;
  private final List<String> labels;
  private final Vocabulary vocabulary;
  private final TaskEncoder encoder;
  private final BilevelConfig config;
  private final FloatType dtype;
  private final int newTokens;
  private final Weights weights;

  /** Sets the weights of a program. */
  @FunctionalInterface
  private interface Weights {
    void into(KnowledgeProgram<?> program) throws IOException;
  }

  private AskedModel(RunWeights run, @Nullable List<String> labels) {
    RunConfig settings = run.settings();
    Path checkpoint = run.checkpoint();
    method = settings.method();
    type = settings.data().datasetType();
    this.labels = Objects.requireNonNullElse(labels, type.labels());
    vocabulary = run.vocabulary().orElseThrow();
    encoder = new TaskEncoder(Tokenizer.gpt2(), vocabulary, method, settings.multiTask());
    checkLabels();
    config = settings.bilevel(run.config(), List.of(SMALLEST));
    dtype = settings.dtype();
    newTokens = Objects.requireNonNullElse(settings.maxNewTokens(), NEW_TOKENS);
    weights = program -> Checkpoints.restore(program, checkpoint);
    description =
        "%s of method %s, %s"
            .formatted(run.format(), method.name().toLowerCase(Locale.ROOT), sizes(config.model()));
    note =
        switch (method) {
          case RECKONING -> "";
          case RANDOM_FACTS ->
              "this run was trained with facts of other tasks: it has not learned to use its own";
          case IN_CONTEXT ->
              "this run has no inner loop: the facts are in the prompt of every question";
          case NO_FACTS -> "this run was trained without facts: they are not read";
          case NO_QUESTION ->
              "this run was trained without questions: the facts alone are its prompt";
        };
  }

  private AskedModel(Path path, Gpt2Weights published, Untrained how, @Nullable List<String> labels)
      throws IOException {
    method = Method.RECKONING;
    type = how.type();
    this.labels = Objects.requireNonNullElse(labels, List.of());
    vocabulary =
        published
            .vocabulary()
            .orElseThrow(
                () ->
                    new IOException(
                        ("model '%s' knows %d tokens and does not say which, so no text can be given"
                                + " to it; put the vocabulary.json of its training beside it")
                            .formatted(path, published.config().vocabSize())));
    encoder = new TaskEncoder(Tokenizer.gpt2(), vocabulary, method, false);
    config =
        BilevelConfig.of(published.config(), how.steps(), SMALLEST)
            .withInnerRates(InnerRates.fixed(how.rate()));
    dtype = FloatType.FLOAT32;
    newTokens = NEW_TOKENS;
    Set<String> names = config.model().parameterShapes().keySet();
    weights =
        program -> {
          try (Gpt2Weights opened = Gpt2Weights.open(path)) {
            program.initialize(name -> names.contains(name) ? opened.read(name) : null, 0);
          }
        };
    description = published.format() + ", " + sizes(config.model());
    note =
        ("this is no run: unless it was exported from one it was never trained to learn from facts;"
                + " answers are those of a plain language model after %d gradient steps of rate %s")
            .formatted(how.steps(), how.rate());
  }

  /**
   * Opens a model.
   *
   * @param path a run, a checkpoint in one, or published weights
   * @param how the model is asked if it is none of a run; null for {@link Untrained#DEFAULT}
   * @param labels to choose from; null for those that the run was trained with
   * @throws IOException if it is none of these, or has no checkpoint
   * @throws IllegalArgumentException if it is a run and is told how to be asked
   */
  public static AskedModel open(Path path, @Nullable Untrained how, @Nullable List<String> labels)
      throws IOException {
    if (!RunWeights.isRun(path)) {
      try (Gpt2Weights published = Gpt2Weights.open(path)) {
        return new AskedModel(
            path, published, Objects.requireNonNullElse(how, Untrained.DEFAULT), labels);
      }
    }
    if (how != null) {
      throw new IllegalArgumentException(
          "run '%s' knows its inner steps, their rates and its kind of data; leave them out"
              .formatted(path));
    }
    try (RunWeights run = RunWeights.open(path)) {
      return new AskedModel(run, labels);
    }
  }

  /** Records may name other labels than their kind of data has, and a run does not keep them. */
  private void checkLabels() {
    for (String label : labels) {
      for (int token : Tokenizer.gpt2().encode(label)) {
        if (!vocabulary.contains(token)) {
          throw new IllegalArgumentException(
              "label '%s' is not known to the run, whose vocabulary is compact; name the labels of its data"
                  .formatted(label));
        }
      }
    }
  }

  private static String sizes(Gpt2Config model) {
    return "%,d parameters".formatted(model.parameterCount());
  }

  /** Returns what it is, for people. */
  public String description() {
    return description;
  }

  /** Returns what must be known of its answers, one sentence; empty for a run of RECKONING. */
  public String note() {
    return note;
  }

  /** Returns K, 0 where facts are not learned. */
  public int innerSteps() {
    return config.innerSteps();
  }

  /** Returns the labels to choose from; empty if there are none. */
  public List<String> labels() {
    return labels;
  }

  /** Returns greedy decoding, of texts as long as they were in the run's evaluation. */
  public Decoding decoding() {
    return Decoding.greedy(newTokens, vocabulary.endOfText());
  }

  /**
   * Checks that facts can be told.
   *
   * @throws IllegalArgumentException with one sentence if there is none, or one has a word that the
   *     model does not know, or is too long
   */
  public void checkFacts(List<String> texts) {
    facts(told(texts));
  }

  /**
   * Checks that a question can be asked.
   *
   * @param texts the facts that are known then
   * @throws IllegalArgumentException with one sentence if it is empty, has a word that the model
   *     does not know, or is too long
   */
  public void checkQuestion(List<String> texts, String question) {
    prompt(told(texts), question);
  }

  /** Returns facts in the words of a task. */
  static List<Fact> told(List<String> texts) {
    return texts.stream().map(text -> new Fact(text, true)).toList();
  }

  /** Encodes facts for the inner loop. */
  List<TokenSequence> facts(List<Fact> told) {
    if (told.isEmpty() && method != Method.NO_FACTS) {
      throw new IllegalArgumentException("facts (0) must be at least 1; tell some");
    }
    if (!method.adapts()) {
      return encoder.facts(type, told);
    }
    checkNumbers(told.size());
    List<TokenSequence> facts = encoder.facts(type, told);
    for (int i = 0; i < facts.size(); i++) {
      requireFit("fact %d ('%s')".formatted(i, told.get(i).text()), facts.get(i).length());
    }
    return facts;
  }

  /** A compact vocabulary has the numbers of the facts that there were in training. */
  private void checkNumbers(int facts) {
    for (int i = 0; i < facts; i++) {
      for (int token : Tokenizer.gpt2().encode(Templates.factPrompt(i))) {
        if (!vocabulary.contains(token)) {
          throw new IllegalArgumentException(
              ("facts (%d) must be at most %d, as the model was trained with so many and its compact"
                      + " vocabulary has no number for more")
                  .formatted(facts, i));
        }
      }
    }
  }

  /** Encodes a question as far as the model is given it. */
  int[] prompt(List<Fact> told, String question) {
    if (question.isBlank()) {
      throw new IllegalArgumentException("question ('%s') must have text".formatted(question));
    }
    int[] prompt = encoder.prompt(type, told, question);
    List<TokenSequence> candidates = encoder.candidates(prompt, labels);
    int longest = candidates.stream().mapToInt(TokenSequence::length).max().orElse(0);
    requireFit(
        "question '%s' with its prompt and an answer".formatted(question),
        Math.max(longest, prompt.length + 1));
    return prompt;
  }

  private void requireFit(String what, int tokens) {
    int most = config.model().nPositions();
    if (tokens > most) {
      throw new IllegalArgumentException(
          "%s has %d tokens but must have at most %d, the positions of the model; shorten it"
              .formatted(what, tokens, most));
    }
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

  BilevelConfig config() {
    return config;
  }

  FloatType dtype() {
    return dtype;
  }

  void restoreInto(KnowledgeProgram<?> program) throws IOException {
    weights.into(program);
  }
}
