package org.reckoning.graph.serving;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.decoding.DecodingInputs;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.WeightLayout;
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
import org.tensorflow.op.core.Placeholder;
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
 * ask              facts, questions            -> answers, all as text
 * choose           facts, questions, labels    -> probabilities of the labels
 * ask_no_knowledge, choose_no_knowledge       -> the same from the initial weights
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

  /** Signature from facts and questions as text to the likeliest answers as text. */
  public static final String ASK = "ask";

  /** Signature from facts, questions and labels as text to probabilities of the labels. */
  public static final String CHOOSE = "choose";

  /**
   * {@link #ASK} with the initial weights: prompts name the facts, but nothing has learned them.
   */
  public static final String ASK_NO_KNOWLEDGE = "ask_no_knowledge";

  /** {@link #CHOOSE} with the initial weights. */
  public static final String CHOOSE_NO_KNOWLEDGE = "choose_no_knowledge";

  /** Suffix of the name of a signature that XLA compiles. */
  public static final String COMPILED = "_xla";

  private final BilevelConfig config;
  private final ServingLimits limits;
  private final WeightLayout layout;
  private final Class<T> type;
  private final Graph graph;
  private final Ops root;
  private final MetaParameters<T> parameters;
  private final SavedVariables files;
  private final RequestTexts facts;
  private final RequestTexts questions;
  private final RequestTexts candidates;
  private final TextRequest texts;
  private final ChoiceRequest choices;
  private final Tensors drawing = new Tensors();
  private final DecodingInputs<T> drawn;
  private final Session session;
  private final List<Signature> signatures = new ArrayList<>();

  private ServingProgram(
      Graph graph,
      BilevelConfig config,
      WeightLayout layout,
      ServingLimits limits,
      TextForm form,
      boolean compiled,
      Class<T> type) {
    this.graph = graph;
    this.root = GraphScope.root(graph);
    this.config = config;
    this.layout = layout;
    this.limits = limits;
    this.type = type;
    parameters = MetaParameters.fromFiles(root, config, layout, type);
    files = SavedVariables.of(root, parameters.weights(), parameters.rates());
    int textTokens = limits.textTokens(config.model());
    facts = texts("fact", limits.facts(), 2, limits.factTokens(), limits.factTokens(), true);
    questions =
        texts("question", limits.questions(), 1, limits.questionTokens(), textTokens, false);
    candidates =
        texts(
            "candidate",
            limits.candidates(),
            2,
            limits.candidateTokens(),
            limits.candidateTokens(),
            true);
    drawn = drawnSettings(root.withSubScope("settings"));
    texts = new TextRequest(root.withSubScope("request"), form, limits, textTokens);
    choices = new ChoiceRequest(root.withSubScope("choices"), form, limits, texts);
    emit(XlaMode.OFF, "");
    if (compiled) {
      emit(XlaMode.SEGMENTS, COMPILED);
    }
    session = GraphSession.open(graph);
  }

  /**
   * Builds a program.
   *
   * @param config configuration; its shapes, its XLA mode and the dtype of its matrix products are
   *     ignored
   * @param limits size limits of a request
   * @param form tokens and templates of the signatures that take text
   * @param compiled whether to add a second set of signatures, compiled by XLA
   * @param type {@link TFloat32} or {@link TFloat64}
   * @throws IllegalArgumentException if the configuration is invalid, the model is too small for
   *     the limits, or the form has another number of tokens
   * @throws IllegalStateException if {@code compiled} is true and XLA cannot compile here
   */
  public static <T extends TNumber> ServingProgram<T> build(
      BilevelConfig config, ServingLimits limits, TextForm form, boolean compiled, Class<T> type) {
    limits.requireFit(config.model());
    form.requireFit(config.model());
    // Without XLA, TensorFlow cannot multiply bfloat16.
    BilevelConfig used =
        config
            .withMatmulDtype(MatmulDtype.FLOAT32)
            .withXla(compiled ? XlaMode.SEGMENTS : XlaMode.OFF);
    WeightLayout layout = WeightLayout.checked(used, type);
    Graph graph = new Graph();
    try {
      return new ServingProgram<>(graph, used, layout, limits, form, compiled, type);
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
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
    RequestModel<T> model =
        new RequestModel<>(tf, config.withXla(xla), layout, limits, type, parameters);
    RequestModel.Adapted<T> adapted = model.adapt(tf, facts.padded());
    DecodingInputs<T> greedy = model.greedy();
    add(
        ANSWER + suffix,
        new Tensors().putAll(facts.inputs()).putAll(questions.inputs()),
        model
            .answers(tf.withSubScope("answer"), adapted, questions.padded(), greedy)
            .putAll(adapted.innerLosses()));
    add(
        SAMPLE + suffix,
        new Tensors().putAll(facts.inputs()).putAll(questions.inputs()).putAll(drawing),
        model
            .answers(tf.withSubScope("sample"), adapted, questions.padded(), drawn)
            .putAll(adapted.innerLosses()));
    add(
        SCORE + suffix,
        new Tensors().putAll(facts.inputs()).putAll(candidates.inputs()),
        model
            .scores(tf.withSubScope("score"), adapted, candidates.padded())
            .putAll(adapted.innerLosses()));
    add(
        NO_KNOWLEDGE + suffix,
        questions.inputs(),
        model.answers(
            tf.withSubScope("no_knowledge"), model.initial(), questions.padded(), greedy));
    Ops textual = tf.withSubScope("text");
    RequestModel.Adapted<T> told = model.adapt(textual, texts.facts());
    add(
        ASK + suffix,
        texts.inputs(),
        texts
            .answers(
                textual,
                model.answers(textual.withSubScope("ask"), told, texts.questions(), greedy))
            .putAll(told.innerLosses()));
    add(
        CHOOSE + suffix,
        new Tensors().putAll(texts.inputs()).putAll(choices.inputs()),
        choices
            .answers(
                textual, model.scores(textual.withSubScope("choose"), told, choices.candidates()))
            .putAll(told.innerLosses()));
    Ops without = textual.withSubScope("no_knowledge");
    add(
        ASK_NO_KNOWLEDGE + suffix,
        texts.inputs(),
        texts.answers(
            without,
            model.answers(
                without.withSubScope("ask"), model.initial(), texts.questions(), greedy)));
    add(
        CHOOSE_NO_KNOWLEDGE + suffix,
        new Tensors().putAll(texts.inputs()).putAll(choices.inputs()),
        choices.answers(
            without,
            model.scores(without.withSubScope("choose"), model.initial(), choices.candidates())));
  }

  private void add(String key, Tensors inputs, Tensors outputs) {
    Signature.Builder signature = Signature.builder(key).methodName(METHOD);
    inputs.names().forEach(name -> signature.input(name, inputs.get(name)));
    outputs.names().forEach(name -> signature.output(name, outputs.get(name)));
    signatures.add(signature.build());
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

  /**
   * Loads an exported model with the session settings of this program.
   *
   * @param version directory of a version
   * @throws RuntimeException of TensorFlow if it is damaged
   */
  public static SavedModelBundle load(String version) {
    return SavedModelBundle.loader(version).withConfigProto(GraphSession.config()).load();
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
