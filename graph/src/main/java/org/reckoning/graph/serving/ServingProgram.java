package org.reckoning.graph.serving;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.decoding.DecodedTexts;
import org.reckoning.graph.decoding.Decoder;
import org.reckoning.graph.decoding.Decoding;
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
import org.reckoning.graph.variables.SavedVariables;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * A model for a server. Facts and questions arrive in one request, and the graph contains the inner
 * loop. Requests are stateless and independent. {@link #export} writes the model as a SavedModel.
 *
 * <pre>{@code
 * serving_default  facts, questions            -> answers, inner losses
 * sample           the same, settings          -> the same
 * score            facts, candidates           -> log-probabilities, inner losses
 * no_knowledge     questions                   -> answers of the initial weights
 * }</pre>
 *
 * <p>{@link RequestTexts} describes the encoding of texts. Floating-point results are float32 for
 * every dtype of the program. {@code docs/serving.md} describes inputs and outputs for client
 * authors.
 */
public final class ServingProgram<T extends TNumber> implements AutoCloseable {
  /** Method name that TensorFlow Serving requires in a signature. */
  public static final String METHOD = "tensorflow/serving/predict";

  /** Signature from facts and questions to the likeliest answers. */
  public static final String ANSWER = Signature.DEFAULT_KEY;

  /** Signature from facts and questions to sampled answers. */
  public static final String SAMPLE = "sample";

  /** Signature from facts and candidates to log-probabilities. */
  public static final String SCORE = "score";

  /** Signature from questions to answers without facts. */
  public static final String NO_KNOWLEDGE = "no_knowledge";

  /** Suffix of the name of a signature that XLA compiles. */
  public static final String COMPILED = "_xla";

  private final BilevelConfig config;
  private final ServingLimits limits;
  private final WeightLayout layout;
  private final Class<T> type;
  private final Graph graph = new Graph();
  private final Ops root = GraphScope.root(graph);
  private final MetaParameters<T> parameters;
  private final SavedVariables files;
  private final RequestTexts facts;
  private final RequestTexts questions;
  private final RequestTexts candidates;
  private final Tensors drawing = new Tensors();
  private final DecodingInputs<T> drawn;
  private final Session session;
  private final List<Signature> signatures = new ArrayList<>();

  private ServingProgram(
      BilevelConfig config,
      WeightLayout layout,
      ServingLimits limits,
      boolean compiled,
      Class<T> type) {
    this.config = config;
    this.layout = layout;
    this.limits = limits;
    this.type = type;
    parameters = MetaParameters.fromFiles(root, config, layout, type);
    files = SavedVariables.of(root, parameters.weights(), parameters.rates());
    int texts = limits.textTokens(config.model());
    facts = texts("fact", limits.facts(), 2, limits.factTokens(), limits.factTokens(), true);
    questions = texts("question", limits.questions(), 1, limits.questionTokens(), texts, false);
    candidates =
        texts(
            "candidate",
            limits.candidates(),
            2,
            limits.candidateTokens(),
            limits.candidateTokens(),
            true);
    drawn = drawnSettings(root.withSubScope("settings"));
    emit(XlaMode.OFF, "");
    if (compiled) {
      emit(XlaMode.SEGMENTS, COMPILED);
    }
    session = GraphSession.open(graph);
  }

  /**
   * Builds a program.
   *
   * @param config configuration; its shapes and its XLA mode are ignored
   * @param limits size limits of a request
   * @param compiled whether to add a second set of signatures, compiled by XLA
   * @param type {@link TFloat32} or {@link TFloat64}
   * @throws IllegalArgumentException if the configuration is invalid, or the model is too small for
   *     the limits
   * @throws IllegalStateException if {@code compiled} is true and XLA cannot compile here
   */
  public static <T extends TNumber> ServingProgram<T> build(
      BilevelConfig config, ServingLimits limits, boolean compiled, Class<T> type) {
    limits.requireFit(config.model());
    BilevelConfig used = config.withXla(compiled ? XlaMode.SEGMENTS : XlaMode.OFF);
    return new ServingProgram<>(used, WeightLayout.checked(used, type), limits, compiled, type);
  }

  private RequestTexts texts(
      String name, int rows, int least, int most, int width, boolean withPrompts) {
    return RequestTexts.of(
        root,
        name,
        new RequestTexts.Limits(rows, least, most, width),
        withPrompts,
        config.model().vocabSize());
  }

  /** Emits all signatures in one XLA mode. */
  private void emit(XlaMode xla, String suffix) {
    Ops tf = root.withSubScope("serving" + suffix);
    BilevelConfig used = config.withXla(xla);
    Weights<T> initial = initial(tf.withSubScope("initial"));
    UnrolledPass.Encoding<T> encoded = encode(tf.withSubScope("encode"), used);
    RequestChecks finite = new RequestChecks(tf.withSubScope("finite"));
    Operand<T> losses =
        tf.reshape(encoded.innerLosses(), tf.constant(new int[] {config.innerSteps() + 1}));
    finite.require(
        tf.math.isFinite(losses),
        "these facts cannot be learned: inner losses must be finite but are",
        losses);
    Weights<T> adapted = new Weights<>(encoded.adapted(), initial.shared());
    Tensors innerLosses = new Tensors().put("inner_losses", single(tf, finite.after(losses)));

    TaskModel<T> asked = model(used, limits.questions(), limits.textTokens(config.model()));
    Decoder<T> decoder =
        new Decoder<>(asked, limits.questions(), limits.textTokens(config.model()));
    DecodingInputs<T> greedy = greedySettings(tf.withSubScope("greedy"));
    add(
        ANSWER + suffix,
        new Tensors().putAll(facts.inputs()).putAll(questions.inputs()),
        checked(finite, answers(tf.withSubScope("answer"), decoder, adapted, greedy))
            .putAll(innerLosses));
    add(
        SAMPLE + suffix,
        new Tensors().putAll(facts.inputs()).putAll(questions.inputs()).putAll(drawing),
        checked(finite, answers(tf.withSubScope("sample"), decoder, adapted, drawn))
            .putAll(innerLosses));
    add(
        SCORE + suffix,
        new Tensors().putAll(facts.inputs()).putAll(candidates.inputs()),
        checked(finite, scores(tf.withSubScope("score"), used, adapted)).putAll(innerLosses));
    add(
        NO_KNOWLEDGE + suffix,
        questions.inputs(),
        answers(tf.withSubScope("no_knowledge"), decoder, initial, greedy));
  }

  private void add(String key, Tensors inputs, Tensors outputs) {
    Signature.Builder signature = Signature.builder(key).methodName(METHOD);
    inputs.names().forEach(name -> signature.input(name, inputs.get(name)));
    outputs.names().forEach(name -> signature.output(name, outputs.get(name)));
    signatures.add(signature.build());
  }

  private TaskModel<T> model(BilevelConfig used, int rows, int tokens) {
    return new TaskModel<>(
        used,
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
    return new Weights<>(theta, model(config, 1, 2).shared(tf, reads));
  }

  private UnrolledPass.Encoding<T> encode(Ops tf, BilevelConfig used) {
    UnrolledPass<T> pass = new UnrolledPass<>(model(used, 1, 2), false);
    Facts<T> learned = new Facts<>(facts.tokens(), facts.lengths(), facts.targets(type));
    return pass.encode(
        tf, parameters.weights().reads(), parameters.emitRates(tf).orElse(null), learned);
  }

  private Tensors scores(Ops tf, BilevelConfig used, Weights<T> weights) {
    TaskModel<T> model = model(used, limits.candidates(), limits.candidateTokens());
    Operand<TInt32> spans =
        tf.math.mul(candidates.targets(TInt32.class), tf.constant(Span.ANSWER.code()));
    Questions asked = new Questions(candidates.tokens(), candidates.lengths(), spans);
    Operand<T> losses = LossSegments.score(tf, model, weights, asked).loss(); // [1, C]
    return new Tensors().put("log_probabilities", single(tf, candidates.real(tf.math.neg(losses))));
  }

  /** Emits the answers to the questions. */
  private Tensors answers(
      Ops tf, Decoder<T> decoder, Weights<T> weights, DecodingInputs<T> settings) {
    Prompts prompts =
        new Prompts(questions.tokens(), questions.lengths(), tf.constant(new long[] {0}));
    DecodedTexts<T> texts = decoder.decode(tf, weights, prompts, settings);
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
    return new Tensors()
        .put("answer_tokens", questions.real(tokens))
        .put("answer_lengths", questions.real(lengths))
        .put("answer_probabilities", single(tf, questions.real(probabilities)))
        .put("token_log_probabilities", single(tf, questions.real(logProbabilities)));
  }

  private DecodingInputs<T> greedySettings(Ops tf) {
    return new DecodingInputs<>(
        tf.constant(limits.newTokens()),
        tf.constant(limits.endOfText()),
        Scalars.of(tf, type, 0),
        tf.constant(0),
        Scalars.of(tf, type, 1),
        tf.constant(0L));
  }

  /** Emits placeholders for the settings of {@link Decoding} and the checks of their values. */
  private DecodingInputs<T> drawnSettings(Ops tf) {
    Operand<TInt32> newTokens = setting(tf, "max_new_tokens", TInt32.class);
    Operand<TFloat32> temperature = setting(tf, "temperature", TFloat32.class);
    Operand<TInt32> topK = setting(tf, "top_k", TInt32.class);
    Operand<TFloat32> topP = setting(tf, "top_p", TFloat32.class);
    Operand<TInt64> seed = setting(tf, "seed", TInt64.class);
    RequestChecks checks = new RequestChecks(tf);
    checks.requireRange(
        newTokens,
        1,
        limits.newTokens(),
        "max_new_tokens must be 1 to %s but is".formatted(limits.newTokens()));
    checks.require(
        tf.math.logicalAnd(
            tf.math.greaterEqual(temperature, tf.constant(0f)), tf.math.isFinite(temperature)),
        "temperature must be at least 0, which is greedy, and finite but is",
        temperature);
    checks.requireRange(
        topK, 0, Integer.MAX_VALUE, "top_k must be at least 0, which is off, but is");
    checks.require(
        tf.math.logicalAnd(
            tf.math.greater(topP, tf.constant(0f)), tf.math.lessEqual(topP, tf.constant(1f))),
        "top_p must be more than 0 and at most 1, which is off, but is",
        topP);
    return new DecodingInputs<>(
        checks.after(newTokens),
        tf.constant(limits.endOfText()),
        tf.dtypes.cast(checks.after(temperature), type),
        checks.after(topK),
        tf.dtypes.cast(checks.after(topP), type),
        checks.after(seed));
  }

  private <U extends TType> Operand<U> setting(Ops tf, String name, Class<U> dtype) {
    Operand<U> fed = root.withName(name).placeholder(dtype, Placeholder.shape(Shape.scalar()));
    drawing.put(name, fed);
    return tf.ensureShape(fed, Shape.scalar());
  }

  /** Returns the tensors with all checks on each of them, since a client may fetch only some. */
  private static Tensors checked(RequestChecks checks, Tensors tensors) {
    Tensors checked = new Tensors();
    tensors.names().forEach(name -> checked.put(name, checks.after(tensors.get(name))));
    return checked;
  }

  private static Operand<TInt32> column(Ops tf, Operand<TInt32> x) {
    return tf.expandDims(x, tf.constant(-1));
  }

  private static <U extends TNumber> Operand<TFloat32> single(Ops tf, Operand<U> x) {
    return tf.dtypes.cast(x, TFloat32.class);
  }

  /**
   * Restores weights and inner rates from a checkpoint.
   *
   * @param prefix prefix of the files, as given to {@code BilevelProgram.save}
   * @throws org.tensorflow.exceptions.TensorFlowException if a file is missing or damaged, or has
   *     another model
   */
  public void restore(String prefix) {
    files.restore(session, prefix);
  }

  /** Returns the signatures of the program, the default first. */
  public List<Signature> signatures() {
    return List.copyOf(signatures);
  }

  /**
   * Writes a SavedModel.
   *
   * @param directory directory to create
   * @throws IOException if the write fails; the directory may then be incomplete
   */
  public void export(String directory) throws IOException {
    SavedModelBundle.exporter(directory)
        .withSession(session)
        .withSignatures(signatures.toArray(Signature[]::new))
        .export();
  }

  /** Returns the static graph, for inspection. */
  public Graph graph() {
    return graph;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }
}
