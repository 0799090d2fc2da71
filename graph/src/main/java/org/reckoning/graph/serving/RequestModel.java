package org.reckoning.graph.serving;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.decoding.DecodedTexts;
import org.reckoning.graph.decoding.Decoder;
import org.reckoning.graph.decoding.DecodingInputs;
import org.reckoning.graph.decoding.Prompts;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.Questions;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.unroll.LossSegments;
import org.reckoning.graph.unroll.UnrolledPass;
import org.reckoning.graph.variables.MetaParameters;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * The model as requests use it: it learns facts, answers questions and scores candidates. Results
 * are named as the outputs of signatures.
 */
final class RequestModel<T extends TNumber> {
  private final Ops tf;
  private final BilevelConfig config;
  private final WeightLayout layout;
  private final ServingLimits limits;
  private final Class<T> type;
  private final MetaParameters<T> parameters;
  private final Weights<T> initial;
  private final Decoder<T> decoder;
  private final DecodingInputs<T> greedy;

  /**
   * Weights with the checks and inner losses of the encoding that made them.
   *
   * @param weights adapted or not
   * @param checks checks of the weights
   * @param innerLosses output {@code inner_losses}; empty for the initial weights
   */
  record Adapted<T extends TNumber>(
      Weights<T> weights, RequestChecks checks, Tensors innerLosses) {}

  /** Emits the initial weights and the settings of greedy decoding. */
  RequestModel(
      Ops tf,
      BilevelConfig config,
      WeightLayout layout,
      ServingLimits limits,
      Class<T> type,
      MetaParameters<T> parameters) {
    this.tf = tf;
    this.config = config;
    this.layout = layout;
    this.limits = limits;
    this.type = type;
    this.parameters = parameters;
    initial = initial(tf.withSubScope("initial"));
    decoder = new Decoder<>(model(limits.questions(), limits.textTokens(config.model())));
    greedy = greedy(tf.withSubScope("greedy"));
  }

  private TaskModel<T> model(int rows, int tokens) {
    return new TaskModel<>(
        config,
        layout,
        new TaskShape(1, limits.facts(), limits.factTokens(), rows, Math.max(tokens, 2)),
        type);
  }

  /** Emits the initial weights with a task axis of size 1. */
  private Weights<T> initial(Ops tf) {
    Map<String, Operand<T>> reads = parameters.weights().reads();
    Map<String, Operand<T>> theta = new LinkedHashMap<>();
    for (String name : layout.adapted()) {
      theta.put(name, tf.expandDims(Objects.requireNonNull(reads.get(name)), tf.constant(0)));
    }
    return new Weights<>(theta, model(1, 2).shared(tf, reads));
  }

  private DecodingInputs<T> greedy(Ops tf) {
    return new DecodingInputs<>(
        tf.constant(limits.newTokens()),
        tf.constant(limits.endOfText()),
        Scalars.of(tf, type, 0),
        tf.constant(0),
        Scalars.of(tf, type, 1),
        tf.constant(0L));
  }

  /** Returns the settings of greedy decoding. */
  DecodingInputs<T> greedy() {
    return greedy;
  }

  /** Returns the initial weights. */
  Adapted<T> initial() {
    return new Adapted<>(initial, new RequestChecks(tf), new Tensors());
  }

  /** Emits the inner loop. */
  Adapted<T> adapt(Ops tf, PaddedTexts facts) {
    UnrolledPass<T> pass = new UnrolledPass<>(model(1, 2), false);
    Ops encoding = tf.withSubScope("encode");
    UnrolledPass.Encoding<T> encoded =
        pass.encode(
            encoding,
            parameters.weights().reads(),
            parameters.emitRates(encoding).orElse(null),
            new Facts<>(facts.tokens(), facts.lengths(), facts.targets(type)));
    Operand<T> losses =
        tf.reshape(encoded.innerLosses(), tf.constant(new int[] {config.innerSteps() + 1}));
    RequestChecks finite = new RequestChecks(tf.withSubScope("finite"));
    finite.require(
        tf.math.isFinite(losses),
        "these facts cannot be learned: inner losses must be finite but are",
        losses);
    return new Adapted<>(
        new Weights<>(encoded.adapted(), initial.shared()),
        finite,
        new Tensors().put("inner_losses", single(tf, finite.after(losses))));
  }

  /** Emits the log-probabilities of candidates, {@code log_probabilities} [C]. */
  Tensors scores(Ops tf, Adapted<T> adapted, PaddedTexts candidates) {
    TaskModel<T> model = model(limits.candidates(), limits.candidateTokens());
    Operand<TInt32> spans =
        tf.math.mul(candidates.targets(TInt32.class), tf.constant(Span.ANSWER.code()));
    Questions asked = new Questions(candidates.tokens(), candidates.lengths(), spans);
    Operand<T> losses = LossSegments.score(tf, model, adapted.weights(), asked).loss(); // [1, C]
    Operand<TFloat32> logProbabilities =
        adapted.checks().after(single(tf, candidates.real(tf.math.neg(losses))));
    RequestChecks finite = finite(tf, logProbabilities);
    return new Tensors().put("log_probabilities", finite.after(logProbabilities));
  }

  /** Returns a check. Facts with finite inner losses may still make weights that overflow. */
  private static RequestChecks finite(Ops tf, Operand<TFloat32> logProbabilities) {
    RequestChecks finite = new RequestChecks(tf.withSubScope("finite"));
    finite.require(
        tf.math.isFinite(logProbabilities),
        "these facts and questions give no answer: log-probabilities must be finite but are",
        logProbabilities);
    return finite;
  }

  /** Emits the answers to questions, {@code answer_tokens} [Q, A] and others. */
  Tensors answers(Ops tf, Adapted<T> adapted, PaddedTexts questions, DecodingInputs<T> settings) {
    Prompts prompts =
        new Prompts(questions.tokens(), questions.lengths(), tf.constant(new long[] {0}));
    DecodedTexts<T> texts = decoder.decode(tf, adapted.weights(), prompts, settings);
    int last = limits.textTokens(config.model()) - 1;
    Operand<TInt32> offsets =
        tf.range(tf.constant(0), tf.constant(limits.newTokens()), tf.constant(1));
    Operand<TInt32> places =
        tf.math.minimum(
            tf.math.add(column(tf, questions.lengths()), offsets), tf.constant(last)); // [1, Q, A]
    Operand<TInt32> lengths = tf.math.sub(texts.lengths(), questions.lengths()); // [1, Q]
    Operand<TBool> isNew = tf.math.less(offsets, column(tf, lengths));
    Operand<TInt32> tokens =
        tf.select(
            isNew,
            tf.gather(texts.tokens(), places, tf.constant(2), Gather.batchDims(2L)),
            tf.constant(limits.endOfText()));
    Operand<T> logProbabilities =
        tf.select(
            isNew,
            tf.gather(texts.logProbabilities(), places, tf.constant(2), Gather.batchDims(2L)),
            Scalars.of(tf, type, 0));
    Operand<T> probabilities = tf.math.exp(tf.sum(logProbabilities, tf.constant(-1)));
    Operand<TFloat32> ofTokens =
        adapted.checks().after(single(tf, questions.real(logProbabilities)));
    RequestChecks finite = finite(tf, ofTokens);
    return new Tensors() // with the checks on each, since a client may fetch only some
        .put("answer_tokens", finite.after(questions.real(tokens)))
        .put("answer_lengths", finite.after(questions.real(lengths)))
        .put("answer_probabilities", finite.after(single(tf, questions.real(probabilities))))
        .put("token_log_probabilities", finite.after(ofTokens));
  }

  private static Operand<TInt32> column(Ops tf, Operand<TInt32> x) {
    return tf.expandDims(x, tf.constant(-1));
  }

  private static <U extends TNumber> Operand<TFloat32> single(Ops tf, Operand<U> x) {
    return tf.dtypes.cast(x, TFloat32.class);
  }
}
