package org.reckoning.trainer.answering;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.program.KnowledgeProgram;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.task.Prefix;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.config.RunConfig.FloatType;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.run.Checkpoints;
import org.reckoning.trainer.run.RunAnswers;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.run.TrainedModel;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.FactNames;
import org.reckoning.trainer.tokens.FactSegments;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.published.PublishedWeights;
import org.tensorflow.types.TFloat32;

/** A run, a checkpoint, a model that was exported from a run, or a published model. */
public final class LocalModel extends AskedModel {
  /** Default limit of generated tokens, for a model whose files give none. */
  private static final int NEW_TOKENS = 32;

  private static final TaskShape SMALLEST =
      new TaskShape(1, 1, 2, 1, 2); // other shapes are added later

  private final Path path;
  private final String description;
  private final String note;
  private final Method method;
  private final PromptEncoder encoder;
  private final BilevelConfig config;
  private final FloatType dtype;
  private final int newTokens;
  private final Weights weights;

  /** Restores the weights of a program. */
  @FunctionalInterface
  private interface Weights {
    void into(KnowledgeProgram<?> program) throws IOException;
  }

  /** A model that learned in a run to learn from facts. */
  private LocalModel(
      Path path,
      RunConfig settings,
      Gpt2Weights model,
      Weights weights,
      @Nullable RunAnswers answers,
      @Nullable List<String> labels,
      SegmentSettings segments) {
    this.path = path;
    this.weights = weights;
    method = settings.method();
    List<String> own = answers == null ? null : answers.labels();
    int longest = answers == null ? NEW_TOKENS : answers.tokens();
    DatasetType type = settings.data().datasetType();
    encoder =
        new PromptEncoder(
            method,
            type,
            settings.data().factNames(),
            Objects.requireNonNullElse(labels, Objects.requireNonNullElse(own, type.labels())),
            model.vocabulary().orElseThrow(),
            settings.multiTask(),
            segments.of(settings.data().segments(), model.config().nPositions()));
    config = inMicroBatches(settings.bilevel(model.config(), List.of(SMALLEST)));
    dtype = settings.dtype();
    newTokens = Objects.requireNonNullElse(settings.maxNewTokens(), longest);
    description =
        "%s of method %s, %s".formatted(model.format(), EnumWord.of(method), sizes(config.model()));
    note = note(settings);
  }

  private static String note(RunConfig settings) {
    String trained =
        "trained on %s; answers to other kinds of questions mean nothing"
            .formatted(settings.data().description());
    String method = PromptEncoder.note(settings.method());
    return method.isEmpty() ? trained : trained + "; " + method;
  }

  private static LocalModel ofRun(
      Path path, @Nullable List<String> labels, SegmentSettings segments) throws IOException {
    try (RunWeights run = RunWeights.open(path)) {
      Path checkpoint = run.checkpoint();
      RunDirectory itself = new RunDirectory(path);
      Weights weights =
          itself.exists()
              ? program ->
                  itself
                      .checkpoints(1)
                      .readBest(checkpoint, at -> Checkpoints.restoreFinite(program::restore, at))
              : program -> Checkpoints.restoreFinite(program::restore, checkpoint);
      RunAnswers answers = run.answers().orElse(null);
      return new LocalModel(path, run.settings(), run, weights, answers, labels, segments);
    }
  }

  /**
   * @param directory with the files of the model, which {@code path} names
   */
  private static LocalModel ofTrained(
      Path path,
      Path directory,
      Gpt2Weights published,
      @Nullable List<String> labels,
      SegmentSettings segments)
      throws IOException {
    Gpt2Config sizes = published.config();
    TrainedModel trained = TrainedModel.open(directory, sizes, known(path, published));
    Weights weights =
        program -> {
          initialize(program, path, sizes);
          if (trained.settings().innerSteps() > 0) {
            try (TFloat32 rates = trained.readStoredRates(sizes)) {
              program.assignStoredRates(rates);
            }
          }
        };
    RunAnswers answers = trained.answers().orElse(null);
    return new LocalModel(path, trained.settings(), published, weights, answers, labels, segments);
  }

  private static void initialize(KnowledgeProgram<?> program, Path path, Gpt2Config sizes)
      throws IOException {
    Set<String> names = sizes.parameterShapes().keySet();
    try (Gpt2Weights opened = PublishedWeights.open(path)) {
      program.initialize(name -> names.contains(name) ? opened.read(name) : null, 0);
    }
  }

  private static Vocabulary known(Path path, Gpt2Weights published) throws IOException {
    return published
        .vocabulary()
        .orElseThrow(
            () ->
                new IOException(
                    ("model '%s' must have a vocabulary for its %d tokens; copy the"
                            + " vocabulary.json of its training into the directory")
                        .formatted(path, published.config().vocabSize())));
  }

  /** A language model. */
  private LocalModel(
      Path path,
      Gpt2Weights published,
      InnerLoopSettings how,
      @Nullable List<String> labels,
      SegmentSettings segments)
      throws IOException {
    this.path = path;
    method = Method.RECKONING;
    encoder =
        new PromptEncoder(
            method,
            how.type(),
            FactNames.NUMBERED,
            Objects.requireNonNullElse(labels, List.of()),
            known(path, published),
            false,
            segments.of(FactSegments.NONE, published.config().nPositions()));
    config =
        inMicroBatches(
            BilevelConfig.of(published.config(), how.steps(), SMALLEST)
                .withInnerRates(InnerRates.fixed(how.rate())));
    dtype = FloatType.FLOAT32;
    newTokens = NEW_TOKENS;
    Gpt2Config sizes = published.config();
    weights = program -> initialize(program, path, sizes);
    description = published.format() + ", " + sizes(config.model());
    note =
        ("this model is not a run: unless it was exported from a run, it was not trained to learn"
                + " from facts; it answers as a language model after %d gradient steps of rate %s")
            .formatted(how.steps(), how.rate());
  }

  /** Opens a model that cuts long facts as in its training. */
  public static LocalModel open(
      Path path, @Nullable InnerLoopSettings how, @Nullable List<String> labels)
      throws IOException {
    return open(path, how, labels, SegmentSettings.OF_MODEL);
  }

  /**
   * Opens a model.
   *
   * @param path of a run, a checkpoint, or a published model
   * @param how settings of a published model; null for {@link InnerLoopSettings#DEFAULT}
   * @param labels to choose from; null for the labels of the run's dataset type
   * @param segments cut of long facts
   * @throws IOException if the path is none of these, or the run has no checkpoint
   * @throws IllegalArgumentException if settings are given for a run, or one is invalid
   */
  public static LocalModel open(
      Path path,
      @Nullable InnerLoopSettings how,
      @Nullable List<String> labels,
      SegmentSettings segments)
      throws IOException {
    if (RunWeights.isRun(path)) {
      requireNoSettings("run", path, how);
      return ofRun(path, labels, segments);
    }
    try (Gpt2Weights published = PublishedWeights.open(path)) {
      Path directory = PublishedWeights.directory(path);
      if (TrainedModel.isIn(directory)) {
        requireNoSettings("model", path, how);
        return ofTrained(path, directory, published, labels, segments);
      }
      InnerLoopSettings given = Objects.requireNonNullElse(how, InnerLoopSettings.DEFAULT);
      return new LocalModel(path, published, given, labels, segments);
    }
  }

  private static void requireNoSettings(String kind, Path path, @Nullable InnerLoopSettings how) {
    if (how != null) {
      throw new IllegalArgumentException(
          "%s '%s' has inner steps, rates and a dataset type of its own; leave these settings out"
              .formatted(kind, path));
    }
  }

  /** Limits the memory of an encoding, whatever the number of facts. */
  private static BilevelConfig inMicroBatches(BilevelConfig config) {
    return config.innerMicroFacts() == 0 ? config.withInnerMicroFacts(BilevelConfig.AUTO) : config;
  }

  private static String sizes(Gpt2Config model) {
    return "%,d parameters".formatted(model.parameterCount());
  }

  @Override
  public String place() {
    return path.toString();
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public String note() {
    return note;
  }

  /** Returns the labels to choose from; may be empty. */
  public List<String> labels() {
    return encoder.labels();
  }

  @Override
  public int innerSteps() {
    return config.innerSteps();
  }

  @Override
  public Decoding decoding() {
    return Decoding.greedy(newTokens, encoder.endOfText());
  }

  @Override
  public LocalReasoner reasoner() throws IOException {
    return LocalReasoner.of(this, true);
  }

  /**
   * Prepares the model like {@link #reasoner}, for answers whose times nobody reads: they include
   * compilations, which then take no run of their own.
   */
  public LocalReasoner untimedReasoner() throws IOException {
    return LocalReasoner.of(this, false);
  }

  @Override
  List<TokenSequence> facts(List<Fact> told) {
    List<TokenSequence> facts = encoder.encode(told);
    prefix(told); // refuses unknown words
    if (method.adapts()) {
      for (int i = 0; i < facts.size(); i++) {
        requireFit(
            "fact %d ('%s')".formatted(i, told.get(i).text()),
            facts.get(i).length(),
            "shorten it, or cut it with segment_tokens");
      }
    }
    return facts;
  }

  /**
   * Returns the prefix of all questions about facts. It is empty if the facts are not in the
   * prompt, or leave no position for a question, which is then refused.
   */
  Prefix prefix(List<Fact> told) {
    Prefix prefix = encoder.prefix(told);
    int tokensAfter = 2; // of a question and its answer, at least
    return prefix.length() + tokensAfter <= config.model().nPositions() ? prefix : Prefix.NONE;
  }

  @Override
  int[] prompt(List<Fact> told, String question) {
    int[] prompt = encoder.prompt(told, question);
    requireFit(
        "question '%s' with its prompt and an answer".formatted(question),
        Math.max(PromptEncoder.longest(encoder.candidates(prompt)), prompt.length + 1),
        method.adapts() && told.size() > 1
            ? "shorten it, or give fewer than %d facts: the prompt names each"
                .formatted(told.size())
            : "shorten it");
    return prompt;
  }

  /**
   * Returns a prompt followed by each of other labels.
   *
   * @throws IllegalArgumentException if a label is invalid, or too long
   */
  List<TokenSequence> candidates(int[] prompt, List<String> labels) {
    List<TokenSequence> candidates = encoder.candidates(prompt, labels);
    requireFit(
        "a question with its prompt and a label", PromptEncoder.longest(candidates), "shorten it");
    return candidates;
  }

  private void requireFit(String what, int tokens, String advice) {
    int most = config.model().nPositions();
    if (tokens > most) {
      throw new IllegalArgumentException(
          "%s has %d tokens but must have at most %d, the positions of the model; %s"
              .formatted(what, tokens, most, advice));
    }
  }

  @Override
  PromptEncoder encoder() {
    return encoder;
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
