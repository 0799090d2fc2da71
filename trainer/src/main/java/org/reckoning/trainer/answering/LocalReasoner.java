package org.reckoning.trainer.answering;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.Generation;
import org.reckoning.graph.program.KnowledgeProgram;
import org.reckoning.graph.program.KnowledgeProgram.EncodingProgress;
import org.reckoning.graph.program.NotFiniteException;
import org.reckoning.graph.task.Prefix;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.config.RunConfig.FloatType;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.evaluation.LabelProbabilities;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * Reasons in this process: facts are learned into the weights and remain there for all questions. A
 * model that reads facts in its prompts reads them once, and keeps their keys and values.
 *
 * <p>Programs have static shapes. Sizes are rounded up to powers of two, so that questions of
 * similar length share a shape. Facts that exceed a micro-batch are encoded in micro-batches of one
 * shape, whatever their number. Padding changes no answer.
 */
public final class LocalReasoner implements Reasoner {
  /** The smallest shape: shorter sequences would save no time. */
  private static final int LEAST_TOKENS = 16;

  /** More labels of a request are scored in several calls, which limits their memory. */
  private static final int LABELS_AT_ONCE = 64;

  private final LocalModel model;
  private final KnowledgeProgram<?> program;
  private final boolean isTimed;
  private final Set<Object> prepared = new HashSet<>();
  private @Nullable List<Fact> known;
  private Prefix read = Prefix.NONE;

  /** A result and its times. */
  private record Timed<R>(R result, double seconds, double preparationSeconds) {}

  private LocalReasoner(LocalModel model, boolean isTimed) {
    this.model = model;
    this.isTimed = isTimed;
    program =
        model.dtype() == FloatType.FLOAT32
            ? KnowledgeProgram.build(model.config(), TFloat32.class)
            : KnowledgeProgram.build(model.config(), TFloat64.class);
  }

  /**
   * Builds the graph and reads the weights.
   *
   * @param isTimed whether to run new shapes twice, for times without their compilation
   * @throws IOException if they cannot be read
   */
  static LocalReasoner of(LocalModel model, boolean isTimed) throws IOException {
    LocalReasoner reasoner = new LocalReasoner(model, isTimed);
    try {
      model.restoreInto(reasoner.program);
      return reasoner;
    } catch (IOException | RuntimeException e) {
      reasoner.close();
      throw e;
    }
  }

  @Override
  public EncodingReport encode(List<String> texts, EncodingProgress progress) {
    List<Fact> told = model.encoder().told(texts);
    List<TokenSequence> facts = model.facts(told);
    known = null;
    if (model.innerSteps() == 0) {
      Timed<Prefix> reading = read(model.prefix(told));
      read = reading.result();
      known = told;
      return new EncodingReport(
          told.size(), read.length(), List.of(), reading.seconds(), reading.preparationSeconds());
    }
    Timed<double[]> losses = encodeTokens(facts, progress);
    known = told;
    return new EncodingReport(
        facts.size(),
        facts.stream().mapToInt(TokenSequence::length).sum(),
        Arrays.stream(losses.result()).boxed().toList(),
        losses.seconds(),
        losses.preparationSeconds());
  }

  private Timed<Prefix> read(Prefix prefix) {
    if (prefix.length() == 0) {
      return new Timed<>(prefix, 0, 0);
    }
    List<TokenSequence> none = List.of(model.encoder().noFact());
    TaskShape shape = new TaskShape(1, 1, 2, 1, 2, roundedTokens(prefix.length()));
    TaskBatch batch = batch(shape, new Task(none, List.of(true), none, prefix));
    return timed(
        List.of("read", shape),
        () -> {
          program.read(batch);
          return prefix;
        });
  }

  /**
   * Forgets all facts: the next answers are those of the initial weights.
   *
   * @param texts facts whose names stay in the prompts of a model with inner steps; their text is
   *     in no prompt
   * @throws IllegalArgumentException if {@link AskedModel#checkFacts} refuses them; the former
   *     facts remain
   */
  public void forget(List<String> texts) {
    List<Fact> told = model.encoder().told(texts);
    model.facts(told);
    known = model.innerSteps() == 0 ? List.of() : told;
    read = Prefix.NONE;
    program.forget();
  }

  /** Encodes facts. A new shape is compiled first; with micro-batches, on the first two of them. */
  private Timed<double[]> encodeTokens(List<TokenSequence> facts, EncodingProgress progress) {
    TaskBatch batch = batch(shape(facts), facts);
    int micro = model.config().microFacts(batch.shape());
    if (micro == batch.shape().facts()) {
      return timed(batch.shape(), () -> program.encode(batch));
    }
    List<TokenSequence> first = facts.subList(0, Math.min(facts.size(), 2 * micro));
    TaskBatch some = batch(new TaskShape(1, 2 * micro, batch.shape().factTokens(), 1, 2), first);
    return timed(
        List.of("encode", micro, batch.shape().factTokens()),
        () -> compileOn(some),
        () -> program.encode(batch, progress));
  }

  /** Compiles. Steps on some of the facts may diverge where those on all facts do not. */
  private double[] compileOn(TaskBatch some) {
    try {
      return program.encode(some);
    } catch (NotFiniteException e) {
      return new double[0];
    }
  }

  /** Returns a shape for facts: a power of two, or full micro-batches. */
  private TaskShape shape(List<TokenSequence> facts) {
    Integer most = model.encoder().factTokens();
    int rounded = roundedTokens(PromptEncoder.longest(facts));
    int tokens = most == null ? rounded : Math.min(rounded, most);
    TaskShape atOnce = new TaskShape(1, powerOfTwo(facts.size()), tokens, 1, 2);
    int micro = model.config().microFacts(atOnce);
    return micro == atOnce.facts()
        ? atOnce
        : new TaskShape(1, (facts.size() + micro - 1) / micro * micro, tokens, 1, 2);
  }

  private TaskBatch batch(TaskShape shape, List<TokenSequence> facts) {
    return batch(shape, Task.of(facts, List.of(model.encoder().noFact())));
  }

  @Override
  public Reply ask(String question, Decoding decoding) {
    int[] prompt = prompt(question);
    Reply text = write(question, prompt, decoding);
    List<String> labels = model.encoder().labels();
    if (labels.isEmpty()) {
      return text;
    }
    List<TokenSequence> candidates = model.encoder().candidates(prompt);
    Timed<double[]> scores = score(candidates, candidates.size());
    return Reply.ofLabels(
        question,
        LabelProbabilities.of(labels, scores.result()),
        text.text(),
        text.textProbability(),
        text.seconds() + scores.seconds(),
        text.preparationSeconds() + scores.preparationSeconds());
  }

  /**
   * Answers a question by a generated text alone.
   *
   * @throws IllegalArgumentException if {@link AskedModel#checkQuestion} refuses the question
   * @throws IllegalStateException if no facts are known
   */
  public Reply write(String question, Decoding decoding) {
    return write(question, prompt(question), decoding);
  }

  private Reply write(String question, int[] prompt, Decoding decoding) {
    Timed<Generation> text = generate(prompt, decoding);
    double logProbability = Arrays.stream(text.result().logProbabilities(0, 0)).sum();
    return Reply.ofText(
        question,
        model.encoder().decode(text.result().tokens(0, 0)),
        Math.exp(logProbability),
        text.seconds(),
        text.preparationSeconds());
  }

  /**
   * Scores labels, which need not be those of the model.
   *
   * @throws IllegalArgumentException if {@link AskedModel#checkQuestion} refuses the question, or a
   *     label is blank, repeated, too long, or has an unknown word
   * @throws IllegalStateException if no facts are known
   */
  public LabelProbabilities choose(String question, List<String> labels) {
    List<TokenSequence> candidates = model.candidates(prompt(question), labels);
    int rows = powerOfTwo(Math.min(candidates.size(), LABELS_AT_ONCE));
    double[] losses = new double[candidates.size()];
    for (int from = 0; from < losses.length; from += rows) {
      List<TokenSequence> slice = candidates.subList(from, Math.min(from + rows, losses.length));
      System.arraycopy(score(slice, rows).result(), 0, losses, from, slice.size());
    }
    return LabelProbabilities.of(labels, losses);
  }

  private int[] prompt(String question) {
    if (known == null) {
      throw new IllegalStateException("no facts are known; encode some before a question");
    }
    return model.prompt(known, question);
  }

  private Timed<double[]> score(List<TokenSequence> candidates, int rows) {
    Task task = asked(candidates);
    TaskShape shape = shape(rows, PromptEncoder.longest(task.questions()));
    TaskBatch batch = batch(shape, task);
    return timed(List.of("score", shape), () -> program.score(batch));
  }

  private Timed<Generation> generate(int[] prompt, Decoding decoding) {
    Task task = asked(List.of(model.encoder().unanswered(prompt)));
    int own = PromptEncoder.longest(task.questions()) - 1; // without the placeholder of an answer
    int positions = model.config().model().nPositions();
    TaskShape shape = shape(1, own + Math.min(decoding.newTokens(), positions));
    TaskBatch batch = batch(shape, task);
    return timed(List.of("generate", shape), () -> program.generate(batch, decoding));
  }

  /** Returns questions that continue what was read of their prompts. */
  private Task asked(List<TokenSequence> questions) {
    return Task.of(List.of(model.encoder().noFact()), questions).withPrefix(read);
  }

  private TaskShape shape(int rows, int tokens) {
    int prefix = read.length() == 0 ? 0 : roundedTokens(read.length());
    return new TaskShape(1, 1, 2, rows, roundedTokens(tokens), prefix);
  }

  private TaskBatch batch(TaskShape shape, Task task) {
    return TaskBatch.of(shape, model.config().model(), List.of(task));
  }

  /** Times work. For a new shape it runs twice: the first run compiles. */
  private <R> Timed<R> timed(Object shape, Supplier<R> work) {
    return timed(shape, work, work);
  }

  /**
   * Times work. For a new shape it first runs {@code first}, which compiles the same program on
   * less data.
   */
  private <R> Timed<R> timed(Object shape, Supplier<R> first, Supplier<R> work) {
    double preparation = !isTimed || prepared.contains(shape) ? 0 : timed(first, 0).seconds();
    prepared.add(shape);
    return timed(work, preparation);
  }

  private static <R> Timed<R> timed(Supplier<R> work, double preparation) {
    long start = System.nanoTime();
    R result = work.get();
    return new Timed<>(result, secondsSince(start), preparation);
  }

  private int roundedTokens(int tokens) {
    int positions = model.config().model().nPositions();
    int fitting = Math.min(tokens, positions);
    return Math.min(powerOfTwo(Math.max(fitting, LEAST_TOKENS)), positions);
  }

  private static int powerOfTwo(int atLeast) {
    return atLeast == 1 ? 1 : Integer.highestOneBit(atLeast - 1) << 1;
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    program.close();
  }
}
