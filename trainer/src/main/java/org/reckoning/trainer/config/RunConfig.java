package org.reckoning.trainer.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerLoss;
import org.reckoning.graph.settings.InnerProducts;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.settings.OuterOptimizer;
import org.reckoning.graph.settings.OuterTerm;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.Method;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Tokenizer;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * The configuration of a run, with a component for each key: {@code nInnerIter} for {@code
 * n_inner_iter}. {@code configs/default} documents the keys and has their defaults.
 *
 * <p>{@link #of}, {@link #read} and {@link #with} check all values. The methods at the end convert
 * the settings to those of the graph.
 */
public record RunConfig(
    String name,
    String outputDir,
    @Nullable String resume,
    long seed,
    Method method,
    List<Method> baselines,
    boolean multiTask,
    XlaMode xla,
    FloatType dtype,
    MatmulDtype matmulDtype,
    @Range(atLeast = 0) int nInnerIter,
    InnerOpt innerOpt,
    InnerLoss innerLoss,
    @Range(atLeast = 0) double innerLr,
    boolean dynaLr,
    InnerRates.Space innerRateSpace,
    @Range(atLeast = 0, below = 1) double innerMomentum,
    @Range(atLeast = 0) double innerWeightDecay,
    @Range(atLeast = 0, below = 1) double innerAdamBeta1,
    @Range(atLeast = 0, below = 1) double innerAdamBeta2,
    @Range(above = 0) double innerAdamEpsilon,
    InnerMode innerMode,
    List<String> innerParams,
    @Range(atLeast = 1) int loraRank,
    @Range(above = 0) double loraAlpha,
    List<String> loraTargets,
    GradientKind gradient,
    @Range(atLeast = 1) int truncatedSteps,
    InnerProducts innerProducts,
    @Range(atLeast = 0, below = 1) double innerDropout,
    @Nullable String innerMicroFacts,
    List<String> trainParams,
    @Range(atLeast = 0) double learningRate,
    @Range(atLeast = 0) double ratesLearningRate,
    Schedule schedule,
    @Range(atLeast = 0, atMost = 1) double warmupProportion,
    @Range(atLeast = 0) double weightDecay,
    @Range(atLeast = 0, below = 1) double adamBeta1,
    @Range(atLeast = 0, below = 1) double adamBeta2,
    @Range(above = 0) double adamEpsilon,
    @Range(above = 0) @Nullable Double maxGradNorm,
    @Range(above = 0) @Nullable Double maxRatesGradNorm,
    @Range(atLeast = 0, below = 1) double outerDropout,
    @Range(atLeast = 0) double labelWeight,
    @Range(atLeast = 0) double knowledgeWeight,
    @Range(atLeast = 0) double recallWeight,
    @Range(atLeast = 1) int trainBatchSize,
    @Range(atLeast = 1) int taskGroups,
    @Range(atLeast = 1) int gradientAccumulationSteps,
    @Range(atLeast = 1) @Nullable Integer maxSteps,
    @Range(atLeast = 1) int numTrainEpochs,
    @Range(atLeast = 1) @Nullable Integer evalSteps,
    @Range(atLeast = 1) int evalBatchSize,
    @Range(atLeast = 1) @Nullable Integer evalTasks,
    String monitor,
    @Range(atLeast = 1) @Nullable Integer patience,
    boolean generate,
    @Range(atLeast = 1) @Nullable Integer maxNewTokens,
    @Range(atLeast = 1) int saveSteps,
    @Range(atLeast = 1) int keepCheckpoints,
    @Range(atLeast = 1) int logSteps,
    boolean tensorboard,
    ModelConfig model,
    DataConfig data) {

  /** The value of {@code inner_micro_facts} that leaves the choice to the program. */
  static final String AUTO = "auto";

  /** {@code TreeCheck} refuses wrong values first, with better messages. */
  private static final JsonMapper MAPPER =
      Json.SNAKE_CASE
          .rebuild()
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enumNamingStrategy(EnumWord::of)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .build();

  /** Copies the lists. */
  public RunConfig {
    baselines = List.copyOf(baselines);
    innerParams = List.copyOf(innerParams);
    loraTargets = List.copyOf(loraTargets);
    trainParams = List.copyOf(trainParams);
  }

  /**
   * Binds a tree of values to the records.
   *
   * @throws ConfigException with all problems
   */
  public static RunConfig of(ObjectNode tree) {
    return of(tree, Map.of());
  }

  /**
   * Binds a tree of values to the records.
   *
   * @param origins the place where each key was set, such as {@code configs/experiment/mine.yaml,
   *     line 7}; for messages
   * @throws ConfigException with all problems
   */
  public static RunConfig of(ObjectNode tree, Map<String, String> origins) {
    TreeCheck check = new TreeCheck(tree, origins);
    RunConfig config;
    try {
      config = MAPPER.treeToValue(check.usable(), RunConfig.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a checked configuration must bind", e);
    }
    List<String> problems = new ArrayList<>(check.problems());
    problems.addAll(new ConfigRules(config, check.wrong()).problems());
    if (problems.isEmpty()) {
      config.baselines.forEach(baseline -> problems.addAll(config.problemsOf(baseline)));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return config;
  }

  /** Returns the configuration of a baseline. */
  public RunConfig ofBaseline(Method baseline) {
    ObjectNode tree = tree();
    tree.put("method", EnumWord.of(baseline)).putArray("baselines");
    return of(tree);
  }

  private List<String> problemsOf(Method baseline) {
    try {
      ofBaseline(baseline);
      return List.of();
    } catch (ConfigException e) {
      String prefix = "baseline %s: ".formatted(EnumWord.of(baseline));
      return e.problems().stream().map(prefix::concat).toList();
    }
  }

  /**
   * Reads a configuration in the form of {@link #yaml}, of this or an earlier version.
   *
   * @throws ConfigException with all problems of its values, or if the file is not YAML
   */
  public static RunConfig read(Path file) throws IOException {
    YamlDocument document = YamlDocument.read(file, file.toString(), key -> typeOf(key).text());
    return of(AddedKeys.in(document.root()), document.origins());
  }

  /** Returns all keys in their order; a nested key is {@code model.n_layer}. */
  public static Set<String> keys() {
    return TreeCheck.keys().keySet();
  }

  /** Returns the type of a key; {@code OTHER} for a word that is not a key. */
  public static KeyType typeOf(String key) {
    Requirement requirement = TreeCheck.keys().get(key);
    return requirement == null ? KeyType.OTHER : requirement.keyType();
  }

  /**
   * Returns the JSON schema of a key's value.
   *
   * @param key one of {@link #keys}
   * @param reference schema of a value to find elsewhere; it is allowed for every value
   */
  public static ObjectNode schemaOf(String key, ObjectNode reference) {
    return Objects.requireNonNull(TreeCheck.keys().get(key)).schema(reference);
  }

  /** Returns {@code "; did you mean X?"} for an unknown key; empty if no key is similar. */
  public static String hint(String word) {
    return KeyHint.of(word);
  }

  /** Returns the values as a tree. */
  public ObjectNode tree() {
    return MAPPER.valueToTree(this);
  }

  /** Returns the values as YAML for {@link #read}. */
  public String yaml() {
    return YamlDocument.write(tree());
  }

  /**
   * Returns a copy with another value of a key.
   *
   * @param key a key; a nested one has a dot: {@code model.n_layer}
   * @param value a number, text, list, enum constant and so on, or null
   * @throws ConfigException with all problems
   */
  public RunConfig with(String key, @Nullable Object value) {
    ObjectNode tree = tree();
    int dot = key.lastIndexOf('.');
    ObjectNode parent = dot < 0 ? tree : tree.withObjectProperty(key.substring(0, dot));
    parent.set(key.substring(dot + 1), MAPPER.valueToTree(value));
    return of(tree);
  }

  /**
   * Returns whether the method has an inner loop, see {@link Method#adapts}. The fine-tuned
   * baselines have none: their facts, if any, are in the prompt, and their program is the same with
   * 0 inner steps.
   */
  public boolean adapts() {
    return method.adapts();
  }

  /** Returns the number of inner steps K; 0 for a method without an inner loop. */
  public int innerSteps() {
    return adapts() ? nInnerIter : 0;
  }

  /** Returns the update rule of the inner loop. */
  public InnerOptimizer innerOptimizer() {
    return switch (innerOpt) {
      case SGD -> InnerOptimizer.sgd(innerWeightDecay);
      case MOMENTUM -> InnerOptimizer.momentum(innerMomentum, innerWeightDecay);
      case ADAMW ->
          InnerOptimizer.adamW(innerAdamBeta1, innerAdamBeta2, innerAdamEpsilon, innerWeightDecay);
    };
  }

  /** Returns the learning rates of the inner loop. */
  public InnerRates innerRates() {
    return new InnerRates(innerLr, innerRateSpace, dynaLr);
  }

  /** Returns the parameters that the inner loop adapts. */
  public Adaptation adaptation() {
    return switch (innerMode) {
      case ALL -> Adaptation.all();
      case LORA -> Adaptation.lora(loraRank, loraAlpha, loraTargets.toArray(String[]::new));
      case PATTERN -> Adaptation.matching(innerParams.toArray(String[]::new));
    };
  }

  /** Returns how the outer gradient passes through the inner loop; exact without an inner loop. */
  public GradientMode gradientMode() {
    if (!adapts()) {
      return GradientMode.exact();
    }
    return switch (gradient) {
      case EXACT -> GradientMode.exact();
      case FIRST_ORDER -> GradientMode.firstOrder();
      case TRUNCATED -> GradientMode.truncated(truncatedSteps);
    };
  }

  /** Returns the name patterns of the weights that the outer loop trains. */
  public List<String> trained() {
    return trainParams.isEmpty() ? List.of("*") : trainParams;
  }

  /**
   * Returns the terms of the outer loss. Label and knowledge with equal weights form one term with
   * one mean over all tokens, as in the published results. With different weights each has its own
   * mean. Recall of facts needs an inner loop.
   */
  public List<OuterTerm> outerTerms() {
    List<OuterTerm> terms = new ArrayList<>();
    if (labelWeight == knowledgeWeight) {
      Set<Span> target = Set.of(Span.ANSWER, Span.KNOWLEDGE);
      terms.add(new OuterTerm.Questions("target", labelWeight, target));
    } else {
      terms.add(OuterTerm.answer(labelWeight));
      terms.add(OuterTerm.knowledge(knowledgeWeight));
    }
    if (recallWeight > 0 && adapts()) {
      terms.add(OuterTerm.recall(recallWeight));
    }
    return List.copyOf(terms);
  }

  /** Returns the outer optimizer; its learning rates are fed at each step. */
  public OuterOptimizer outerOptimizer() {
    return OuterOptimizer.of(
        adamBeta1, adamBeta2, adamEpsilon, weightDecay, norm(maxGradNorm), norm(maxRatesGradNorm));
  }

  private static double norm(@Nullable Double largest) {
    return largest == null ? Double.POSITIVE_INFINITY : largest;
  }

  /** Returns the encoder of the run's method, targets and names of facts. */
  public TaskEncoder encoder(Vocabulary vocabulary) {
    return new TaskEncoder(Tokenizer.gpt2(), vocabulary, method, multiTask, data.factNames());
  }

  /**
   * Returns the settings from which the graph is built.
   *
   * @param gpt2 sizes of the model, from {@link ModelConfig#gpt2} or a model directory
   * @param shapes shapes of the buckets
   */
  public BilevelConfig bilevel(Gpt2Config gpt2, List<TaskShape> shapes) {
    return new BilevelConfig(
        gpt2,
        shapes,
        innerSteps(),
        innerOptimizer(),
        innerLoss,
        innerRates(),
        adaptation(),
        trained(),
        gradientMode(),
        innerProducts,
        matmulDtype,
        outerTerms(),
        outerOptimizer(),
        innerDropout,
        outerDropout,
        xla,
        taskGroups,
        microFacts());
  }

  private int microFacts() {
    String facts = innerMicroFacts == null || !adapts() ? "0" : innerMicroFacts;
    return facts.equals(AUTO) ? BilevelConfig.AUTO : Integer.parseInt(facts);
  }

  /** The floating-point type of a model. */
  public enum FloatType {
    /** Single precision. */
    FLOAT32(TFloat32.class),
    /** Double precision, for comparisons: twice the memory, and slow on a GPU. */
    FLOAT64(TFloat64.class);

    private final Class<? extends TNumber> tensorType;

    FloatType(Class<? extends TNumber> tensorType) {
      this.tensorType = tensorType;
    }

    /** Returns the type in TensorFlow. */
    public Class<? extends TNumber> tensorType() {
      return tensorType;
    }
  }

  /** The update rule of the inner loop. */
  public enum InnerOpt {
    /** Gradient descent. */
    SGD,
    /** Gradient descent with momentum. */
    MOMENTUM,
    /** Adam with decoupled weight decay. */
    ADAMW
  }

  /** The parameters that the inner loop adapts. */
  public enum InnerMode {
    /** All weights. */
    ALL,
    /** Low-rank factors beside frozen weights. */
    LORA,
    /** The weights whose names match a pattern. */
    PATTERN
  }

  /** How the outer gradient passes through the inner loop. */
  public enum GradientKind {
    /** Exactly: second order through all steps. */
    EXACT,
    /** First order: inner gradients are constants. */
    FIRST_ORDER,
    /** Second order through the last steps only. */
    TRUNCATED
  }

  /** The outer learning rates after the warm-up. */
  public enum Schedule {
    /** Linear decay to 0. */
    LINEAR,
    /** Cosine decay to 0. */
    COSINE,
    /** Constant rates. */
    CONSTANT,
    /** Constant rates, and a linear decay to 0 in the last fifth. */
    TRAPEZOID
  }
}
