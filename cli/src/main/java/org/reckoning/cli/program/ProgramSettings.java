package org.reckoning.cli.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerProducts;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.text.NearestName;

/**
 * The configuration of a program, read from {@code key=value} words.
 *
 * <pre>{@code
 * model=small           micro, tiny, small, medium, large, xl
 * k=4                   inner steps
 * tasks=1 facts=4 fact_tokens=32 questions=1 question_tokens=32
 * optimizer=sgd         sgd, momentum, adamw
 * mode=exact            exact, first_order, truncated1, truncated2, ..
 * adapt=all             all, lora, or name patterns: h.*.mlp.*,ln_f.*
 * products=auto         auto, keep, recompute: the matrix products of inner steps
 * matmul_dtype=float32  float32, bfloat16: operands of the products of weights
 * micro_facts=all       facts in memory at a time: all, auto (about 1 GiB of activations), 1, 2, ..
 * xla=segments          segments, whole, off
 * task_groups=1         groups of tasks that a pass computes in parallel
 * n_layer=auto n_embd=auto n_head=auto vocab_size=auto       auto: as in the model
 * }</pre>
 */
public final class ProgramSettings {
  private static final int LORA_RANK = 8;
  private static final double LORA_ALPHA = 16;
  private static final String AUTO = "auto";
  private static final List<String> SIZES = List.of("n_layer", "n_embd", "n_head", "vocab_size");

  private static final Map<String, Supplier<Gpt2Config>> MODELS = new LinkedHashMap<>();
  private static final Map<String, Supplier<InnerOptimizer>> OPTIMIZERS = new LinkedHashMap<>();
  private static final Map<String, InnerProducts> PRODUCTS = byWord(InnerProducts.values());
  private static final Map<String, MatmulDtype> MATMUL_DTYPES = byWord(MatmulDtype.values());
  private static final Map<String, XlaMode> XLA = byWord(XlaMode.values());

  static {
    MODELS.put("micro", SmallModels::micro);
    MODELS.put("tiny", SmallModels::tiny);
    MODELS.put("small", Gpt2Config::small);
    MODELS.put("medium", Gpt2Config::medium);
    MODELS.put("large", Gpt2Config::large);
    MODELS.put("xl", Gpt2Config::xl);
    OPTIMIZERS.put("sgd", InnerOptimizer::sgd);
    OPTIMIZERS.put("momentum", InnerOptimizer::momentum);
    OPTIMIZERS.put("adamw", InnerOptimizer::adamW);
  }

  private final Map<String, String> values;
  private final BilevelConfig config;

  private ProgramSettings(Map<String, String> values, BilevelConfig config) {
    this.values = values;
    this.config = config;
  }

  private static <E extends Enum<E>> Map<String, E> byWord(E[] constants) {
    Map<String, E> words = new LinkedHashMap<>();
    for (E constant : constants) {
      words.put(EnumWord.of(constant), constant);
    }
    return words;
  }

  private static Map<String, String> defaults() {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put("model", "small");
    defaults.put("k", "4");
    defaults.put("tasks", "1");
    defaults.put("facts", "4");
    defaults.put("fact_tokens", "32");
    defaults.put("questions", "1");
    defaults.put("question_tokens", "32");
    defaults.put("optimizer", "sgd");
    defaults.put("mode", "exact");
    defaults.put("adapt", "all");
    defaults.put("products", "auto");
    defaults.put("matmul_dtype", "float32");
    defaults.put("micro_facts", "all");
    defaults.put("xla", "segments");
    defaults.put("task_groups", "1");
    SIZES.forEach(size -> defaults.put(size, AUTO));
    return defaults;
  }

  /** Reads words with the keys above; see {@link #parse(List, Map)}. */
  public static ProgramSettings parse(List<String> words) {
    return parse(words, Map.of());
  }

  /**
   * Reads words.
   *
   * @param words {@code key=value}; missing keys have their defaults
   * @param more additional keys of the caller, with their defaults
   * @throws IllegalArgumentException with one sentence per invalid word, joined by {@code "; "}
   */
  public static ProgramSettings parse(List<String> words, Map<String, String> more) {
    Map<String, String> values = defaults();
    values.putAll(more);
    List<String> problems = new ArrayList<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      if (!values.containsKey(key)) {
        problems.add(
            "%s is not a known key%s; known: %s"
                .formatted(
                    key,
                    NearestName.hint(key, values.keySet()),
                    String.join(", ", values.keySet())));
      } else if (equals < 0) {
        problems.add("%s must be given as %s=VALUE".formatted(key, key));
      } else {
        values.put(key, word.substring(equals + 1));
      }
    }
    Reader reader = new Reader(values, problems);
    BilevelConfig config = reader.config();
    if (config == null) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return new ProgramSettings(values, config);
  }

  /**
   * Refuses keys that a command sets itself or does not use.
   *
   * @param words {@code key=value}, as the user gave them
   * @param instead what to do instead, such as {@code "use steps"}, by key
   * @throws IllegalArgumentException with one sentence per refused word, joined by {@code "; "}
   */
  public static void refuse(List<String> words, Map<String, String> instead) {
    List<String> problems = new ArrayList<>();
    for (String word : words) {
      String[] parts = word.split("=", 2);
      String remedy = instead.get(parts[0]);
      if (remedy != null && parts.length == 2) {
        problems.add("%s (%s) has no effect: %s".formatted(parts[0], parts[1], remedy));
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /**
   * Checks that tokens fit the positions of the model.
   *
   * @param what they are, with their values: {@code prompt (32) + new_tokens (64)}
   * @throws IllegalArgumentException if there are too many
   */
  public void requirePositions(String what, long tokens) {
    int most = config.model().nPositions();
    if (tokens > most) {
      throw new IllegalArgumentException(
          "%s are %d tokens but must be at most %d, the positions of model=%s: use fewer"
              .formatted(what, tokens, most, value("model")));
    }
  }

  /** Returns the configuration of the program. */
  public BilevelConfig config() {
    return config;
  }

  /** Returns the shape of the batches. */
  public TaskShape shape() {
    return config.shapes().get(0);
  }

  /** Returns the keys of the sizes that differ from those of the model. */
  public List<String> changedSizes() {
    return SIZES.stream().filter(size -> !value(size).equals(AUTO)).toList();
  }

  /**
   * Returns the value of a key as text.
   *
   * @throws IllegalArgumentException if the key is unknown
   */
  public String value(String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException(
          "%s is not a known key; known: %s".formatted(key, String.join(", ", values.keySet())));
    }
    return value;
  }

  /**
   * Returns the value of a key as a whole number.
   *
   * @throws IllegalArgumentException if it is no whole number
   */
  public int integer(String key) {
    List<String> problems = new ArrayList<>();
    int value = new Reader(values, problems).integer(key);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(problems.get(0));
    }
    return value;
  }

  /**
   * Returns the value of a key as a whole number with a lower bound.
   *
   * @throws IllegalArgumentException if it is no whole number, or too small
   */
  public int atLeast(String key, int least) {
    int value = integer(key);
    if (value < least) {
      throw new IllegalArgumentException(
          "%s (%d) must be at least %d".formatted(key, value, least));
    }
    return value;
  }

  /**
   * Checks that a program is of one task.
   *
   * @throws IllegalArgumentException if it is of several
   */
  public void requireOneTask() {
    if (shape().tasks() != 1) {
      throw new IllegalArgumentException("tasks (%d) must be 1".formatted(shape().tasks()));
    }
  }

  /**
   * Returns the value of a key as true or false.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public boolean flag(String key) {
    String value = value(key);
    if (!value.equals("true") && !value.equals("false")) {
      throw new IllegalArgumentException("%s (%s) must be true or false".formatted(key, value));
    }
    return value.equals("true");
  }

  /**
   * Returns the value of a key as a number.
   *
   * @throws IllegalArgumentException if it is no number
   */
  public double number(String key) {
    try {
      return Double.parseDouble(value(key));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("%s (%s) must be a number".formatted(key, value(key)), e);
    }
  }

  /** Converts values to a configuration and collects problems. */
  private record Reader(Map<String, String> values, List<String> problems) {

    @Nullable BilevelConfig config() {
      Optional<Supplier<Gpt2Config>> model = oneOf("model", MODELS);
      Optional<Supplier<InnerOptimizer>> optimizer = oneOf("optimizer", OPTIMIZERS);
      Optional<InnerProducts> products = oneOf("products", PRODUCTS);
      Optional<MatmulDtype> matmulDtype = oneOf("matmul_dtype", MATMUL_DTYPES);
      Optional<XlaMode> xla = oneOf("xla", XLA);
      Optional<GradientMode> mode = mode();
      int k = integer("k");
      int microFacts = microFacts();
      int[] sizes =
          List.of("tasks", "facts", "fact_tokens", "questions", "question_tokens").stream()
              .mapToInt(this::integer)
              .toArray();
      int taskGroups = integer("task_groups");
      SIZES.stream().filter(size -> !get(size).equals(AUTO)).forEach(this::integer);
      if (problems.isEmpty()) {
        try {
          TaskShape shape = new TaskShape(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]);
          return BilevelConfig.of(resized(model.orElseThrow().get()), k, shape)
              .withInnerOptimizer(optimizer.orElseThrow().get())
              .withInnerProducts(products.orElseThrow())
              .withMatmulDtype(matmulDtype.orElseThrow())
              .withXla(xla.orElseThrow())
              .withGradientMode(mode.orElseThrow())
              .withAdaptation(adaptation())
              .withInnerMicroFacts(microFacts)
              .withTaskGroups(taskGroups);
        } catch (IllegalArgumentException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
      return null;
    }

    private Gpt2Config resized(Gpt2Config model) {
      return model
          .withNHead(1) // divides every width
          .withNEmbd(size("n_embd", model.nEmbd()))
          .withNHead(size("n_head", model.nHead()))
          .withNLayer(size("n_layer", model.nLayer()))
          .withVocabSize(size("vocab_size", model.vocabSize()));
    }

    private int size(String key, int ofModel) {
      return get(key).equals(AUTO) ? ofModel : integer(key);
    }

    private String get(String key) {
      return Objects.requireNonNull(values.get(key));
    }

    private <V> Optional<V> oneOf(String key, Map<String, V> choices) {
      V choice = choices.get(get(key));
      if (choice == null) {
        problems.add(
            "%s (%s) must be one of %s%s"
                .formatted(
                    key,
                    get(key),
                    String.join(", ", choices.keySet()),
                    NearestName.hint(get(key), choices.keySet())));
      }
      return Optional.ofNullable(choice);
    }

    int integer(String key) {
      try {
        return Integer.parseInt(get(key));
      } catch (NumberFormatException e) {
        problems.add("%s (%s) must be a whole number".formatted(key, get(key)));
        return 0;
      }
    }

    private Optional<GradientMode> mode() {
      String mode = get("mode");
      if (mode.equals("exact")) {
        return Optional.of(GradientMode.exact());
      }
      if (mode.equals("first_order")) {
        return Optional.of(GradientMode.firstOrder());
      }
      if (mode.matches("truncated[1-9][0-9]{0,5}")) {
        return Optional.of(
            GradientMode.truncated(Integer.parseInt(mode.substring("truncated".length()))));
      }
      List<String> known = List.of("exact", "first_order", "truncated1");
      problems.add(
          "mode (%s) must be one of exact, first_order, truncated1, truncated2, ..%s"
              .formatted(mode, NearestName.hint(mode, known)));
      return Optional.empty();
    }

    private int microFacts() {
      String facts = get("micro_facts");
      if (facts.equals("all")) {
        return 0;
      }
      if (facts.equals("auto")) {
        return BilevelConfig.AUTO;
      }
      if (!facts.matches("[1-9][0-9]{0,8}")) {
        problems.add(
            "micro_facts (%s) must be all, auto or a whole number of at least 1".formatted(facts));
        return 0;
      }
      return Integer.parseInt(facts);
    }

    private Adaptation adaptation() {
      String adapt = get("adapt");
      return switch (adapt) {
        case "all" -> Adaptation.all();
        case "lora" -> Adaptation.lora(LORA_RANK, LORA_ALPHA, "attn.c_attn");
        default -> Adaptation.matching(adapt.split(",", -1));
      };
    }
  }
}
