package org.reckoning.graph.settings;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.Lora;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.optimizer.Sgd;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.ndarray.Shape;

/**
 * Settings that determine the static graph. Start with {@link #of} and change single settings with
 * the {@code with} methods.
 *
 * @param model sizes of the GPT-2
 * @param shapes the buckets; each has its own feeds and fetches, and all share the variables
 * @param innerSteps inner steps K, 0 or more
 * @param innerOptimizer update rule of the inner loop
 * @param innerLoss how the losses of a task's facts become its inner loss
 * @param innerRates learning rates of the inner loop
 * @param adaptation the weights that the inner loop changes
 * @param trained patterns of the weights that the outer loop trains; {@code *} matches any text
 * @param gradientMode the inner steps that the outer gradient differentiates exactly
 * @param innerProducts whether exact inner steps keep their matrix products for the pullback
 * @param matmulDtype dtype of the matrix products of activations and weights
 * @param outerTerms terms of the outer loss
 * @param outerOptimizer update rule of the outer loop
 * @param innerDropout dropout rate in inner steps of training, 0 for none
 * @param outerDropout dropout rate in the outer loss of training, 0 for none
 * @param xla the parts that XLA compiles
 * @param taskGroups largest number of task groups that a pass computes in parallel; 1 for a single
 *     group, which suits large models and GPUs
 * @param innerMicroFacts largest number M of facts whose activations an inner step holds at a time;
 *     0 for all facts, {@link #AUTO} to choose M by bytes, see {@link #microFacts}
 */
public record BilevelConfig(
    Gpt2Config model,
    List<TaskShape> shapes,
    int innerSteps,
    InnerOptimizer innerOptimizer,
    InnerLoss innerLoss,
    InnerRates innerRates,
    Adaptation adaptation,
    List<String> trained,
    GradientMode gradientMode,
    InnerProducts innerProducts,
    MatmulDtype matmulDtype,
    List<OuterTerm> outerTerms,
    OuterOptimizer outerOptimizer,
    double innerDropout,
    double outerDropout,
    XlaMode xla,
    int taskGroups,
    int innerMicroFacts) {

  /** The value of {@code innerMicroFacts} that chooses it for each shape. */
  public static final int AUTO = -1;

  /** Width C from which on a step of one task was measured to be faster with oneDNN. */
  private static final int LARGE_WIDTH = 384;

  /**
   * Checks the values and their consistency.
   *
   * @throws IllegalArgumentException with one sentence for each invalid value
   */
  public BilevelConfig {
    shapes = List.copyOf(shapes);
    trained = List.copyOf(trained);
    outerTerms = List.copyOf(outerTerms);
    List<String> problems = new ArrayList<>();
    if (innerSteps < 0) {
      problems.add("inner steps (%d) must be 0 or more".formatted(innerSteps));
    }
    if (taskGroups < 1) {
      problems.add("task groups (%d) must be at least 1".formatted(taskGroups));
    }
    if (innerMicroFacts < AUTO) {
      problems.add(
          "inner micro facts (%d) must be at least 1, 0 for all facts at once, or %d for auto"
              .formatted(innerMicroFacts, AUTO));
    }
    if (matmulDtype == MatmulDtype.BFLOAT16 && !xla.compiles()) {
      problems.add("XLA (%s) must be on with matrix products in bfloat16".formatted(xla));
    }
    if (shapes.isEmpty()) {
      problems.add("at least one task shape is needed");
    }
    for (TaskShape shape : shapes) {
      checkTokens("fact_tokens", shape.factTokens(), model, problems);
      checkTokens("question_tokens", shape.questionTokens(), model, problems);
      checkTokens("prefix_tokens", shape.prefixTokens(), model, problems);
    }
    if (new HashSet<>(shapes).size() < shapes.size()) {
      problems.add("task shapes %s must differ".formatted(shapes));
    }
    checkDropout("inner dropout", innerDropout, problems);
    checkDropout("outer dropout", outerDropout, problems);
    Set<String> termNames = new HashSet<>();
    for (OuterTerm term : outerTerms) {
      if (!termNames.add(term.name())) {
        problems.add("outer term '%s' is given twice".formatted(term.name()));
      }
    }
    if (outerTerms.stream().noneMatch(term -> term.weight() > 0)) {
      problems.add(
          "at least one outer term must have a weight above 0 but there are " + outerTerms);
    }
    if (gradientMode.exactSteps() != Integer.MAX_VALUE
        && gradientMode.exactSteps() > Math.max(innerSteps, 0)) {
      problems.add(
          "truncated steps (%d) must be at most inner steps (%d)"
              .formatted(gradientMode.exactSteps(), innerSteps));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  private static void checkTokens(
      String name, int tokens, Gpt2Config model, List<String> problems) {
    if (tokens > model.nPositions()) {
      problems.add(
          "%s (%d) must be at most n_positions (%d)".formatted(name, tokens, model.nPositions()));
    }
  }

  private static void checkDropout(String name, double rate, List<String> problems) {
    if (!(rate >= 0 && rate < 1)) {
      problems.add("%s (%s) must be at least 0 and less than 1".formatted(name, rate));
    }
  }

  /**
   * Returns the default settings. The inner loss is the mean. Rates are learned in log space from
   * 0.1, by SGD; all weights are adapted and trained. Gradients are exact, the outer loss is that
   * of the target string, dropout is off, and XLA compiles segments.
   */
  public static BilevelConfig of(Gpt2Config model, int innerSteps, TaskShape... shapes) {
    return new BilevelConfig(
        model,
        List.of(shapes),
        innerSteps,
        new Sgd(),
        InnerLoss.MEAN,
        InnerRates.log(0.1),
        Adaptation.all(),
        List.of("*"),
        GradientMode.exact(),
        InnerProducts.AUTO,
        MatmulDtype.FLOAT32,
        List.of(OuterTerm.target()),
        OuterOptimizer.defaults(),
        0,
        0,
        XlaMode.SEGMENTS,
        1,
        0);
  }

  /** Returns the shape of the inner rates, [J, K] for J adapted weights. */
  public Shape rateShape() {
    return Shape.of(new WeightLayout(this).adapted().size(), innerSteps);
  }

  /** Returns the low-rank factors, or null. */
  public @Nullable Lora lora() {
    return adaptation instanceof Adaptation.LowRank low ? low.lora() : null;
  }

  /** Returns a copy with another model. */
  public BilevelConfig withModel(Gpt2Config value) {
    return changed(draft -> draft.model = value);
  }

  /** Returns a copy with other buckets. */
  public BilevelConfig withShapes(TaskShape... value) {
    return changed(draft -> draft.shapes = List.of(value));
  }

  /** Returns a copy with another number of inner steps. */
  public BilevelConfig withInnerSteps(int value) {
    return changed(draft -> draft.innerSteps = value);
  }

  /** Returns a copy with another inner optimizer. */
  public BilevelConfig withInnerOptimizer(InnerOptimizer value) {
    return changed(draft -> draft.innerOptimizer = value);
  }

  /** Returns a copy with another inner loss. */
  public BilevelConfig withInnerLoss(InnerLoss value) {
    return changed(draft -> draft.innerLoss = value);
  }

  /** Returns a copy with other inner rates. */
  public BilevelConfig withInnerRates(InnerRates value) {
    return changed(draft -> draft.innerRates = value);
  }

  /** Returns a copy with another adaptation. */
  public BilevelConfig withAdaptation(Adaptation value) {
    return changed(draft -> draft.adaptation = value);
  }

  /** Returns a copy with other patterns of the trained weights. */
  public BilevelConfig withTrained(String... value) {
    return changed(draft -> draft.trained = List.of(value));
  }

  /** Returns a copy with another gradient mode. */
  public BilevelConfig withGradientMode(GradientMode value) {
    return changed(draft -> draft.gradientMode = value);
  }

  /** Returns a copy that keeps or recomputes the matrix products of inner steps. */
  public BilevelConfig withInnerProducts(InnerProducts value) {
    return changed(draft -> draft.innerProducts = value);
  }

  /** Returns a copy with another dtype of matrix products. */
  public BilevelConfig withMatmulDtype(MatmulDtype value) {
    return changed(draft -> draft.matmulDtype = value);
  }

  /** Returns a copy with other terms of the outer loss. */
  public BilevelConfig withOuterTerms(OuterTerm... value) {
    return changed(draft -> draft.outerTerms = List.of(value));
  }

  /** Returns a copy with another outer optimizer. */
  public BilevelConfig withOuterOptimizer(OuterOptimizer value) {
    return changed(draft -> draft.outerOptimizer = value);
  }

  /** Returns a copy with other dropout rates. */
  public BilevelConfig withDropout(double inner, double outer) {
    return changed(
        draft -> {
          draft.innerDropout = inner;
          draft.outerDropout = outer;
        });
  }

  /** Returns a copy with another XLA mode. */
  public BilevelConfig withXla(XlaMode value) {
    return changed(draft -> draft.xla = value);
  }

  /** Returns a copy with another number of parallel task groups. */
  public BilevelConfig withTaskGroups(int value) {
    return changed(draft -> draft.taskGroups = value);
  }

  /** Returns a copy with another number of facts at a time. */
  public BilevelConfig withInnerMicroFacts(int value) {
    return changed(draft -> draft.innerMicroFacts = value);
  }

  /**
   * Returns the number M of facts of a micro-batch, from 1 to F. With M = F an inner step computes
   * all facts at once. {@link #AUTO} gives the largest M whose activations take at most 1 GiB in
   * float32.
   */
  public int microFacts(TaskShape shape) {
    long most =
        switch (innerMicroFacts) {
          case 0 -> shape.facts();
          case AUTO -> ActivationBytes.mostFacts(model, shape);
          default -> innerMicroFacts;
        };
    return (int) Math.min(most, shape.facts());
  }

  /**
   * Returns whether the time of a pass is in products of two large matrices in float32: a wide
   * model, and groups of one task, whose weights are matrices and not batches of matrices.
   */
  public boolean hasLargeProducts() {
    return model.nEmbd() >= LARGE_WIDTH
        && shapes.stream().allMatch(shape -> shape.tasks() <= taskGroups);
  }

  private BilevelConfig changed(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.config();
  }

  /** A mutable copy, used for a single change. */
  private static final class Draft {
    private Gpt2Config model;
    private List<TaskShape> shapes;
    private int innerSteps;
    private InnerOptimizer innerOptimizer;
    private InnerLoss innerLoss;
    private InnerRates innerRates;
    private Adaptation adaptation;
    private List<String> trained;
    private GradientMode gradientMode;
    private InnerProducts innerProducts;
    private MatmulDtype matmulDtype;
    private List<OuterTerm> outerTerms;
    private OuterOptimizer outerOptimizer;
    private double innerDropout;
    private double outerDropout;
    private XlaMode xla;
    private int taskGroups;
    private int innerMicroFacts;

    Draft(BilevelConfig config) {
      model = config.model;
      shapes = config.shapes;
      innerSteps = config.innerSteps;
      innerOptimizer = config.innerOptimizer;
      innerLoss = config.innerLoss;
      innerRates = config.innerRates;
      adaptation = config.adaptation;
      trained = config.trained;
      gradientMode = config.gradientMode;
      innerProducts = config.innerProducts;
      matmulDtype = config.matmulDtype;
      outerTerms = config.outerTerms;
      outerOptimizer = config.outerOptimizer;
      innerDropout = config.innerDropout;
      outerDropout = config.outerDropout;
      xla = config.xla;
      taskGroups = config.taskGroups;
      innerMicroFacts = config.innerMicroFacts;
    }

    BilevelConfig config() {
      return new BilevelConfig(
          model,
          shapes,
          innerSteps,
          innerOptimizer,
          innerLoss,
          innerRates,
          adaptation,
          trained,
          gradientMode,
          innerProducts,
          matmulDtype,
          outerTerms,
          outerOptimizer,
          innerDropout,
          outerDropout,
          xla,
          taskGroups,
          innerMicroFacts);
    }
  }
}
