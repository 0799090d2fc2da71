package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.gpt2.CachedGpt2;
import org.reckoning.graph.gpt2.Dropout;
import org.reckoning.graph.gpt2.Gpt2;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.gpt2.Parameters;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.optimizer.InnerOptimizer;
import org.reckoning.graph.optimizer.Momentum;
import org.reckoning.graph.optimizer.Sgd;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.program.PassResult;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerProducts;
import org.reckoning.graph.settings.InnerRates;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.HostTensors;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.reckoning.graph.xla.XlaMode;
import org.reckoning.integration.GoldenDirectory.Sequences;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Compares losses, logits, adapted weights and all gradients with reference values. Another program
 * computed them by automatic differentiation in float64. The tests cover both dtypes, one task and
 * three copies of it, kept and recomputed products, products in bfloat16, and every XLA mode.
 * {@code -Dgolden.dir=DIR} selects other reference values in the same format.
 */
@Execution(ExecutionMode.CONCURRENT)
final class GoldenIT {
  /** Largest relative error of a tensor, in norm; see {@link #summed} for gradients of rates. */
  private static final double FLOAT64_TOLERANCE = 1e-9;

  private static final double FLOAT32_TOLERANCE = 1e-4;

  /** Larger tolerance, as the first AdamW steps divide small differences of large terms. */
  private static final double ADAMW_FLOAT32_TOLERANCE = 1e-3;

  /** Tolerance of products in bfloat16: their operands have 8 significant bits. */
  private static final double BFLOAT16_TOLERANCE = 1e-2;

  /** Number of last tokens of each sequence that are decoded one at a time. */
  private static final int DECODED = 3;

  private static GoldenDirectory golden;

  @BeforeAll
  static void readNumbers() throws IOException {
    golden = GoldenDirectory.read();
  }

  /**
   * A row of the table.
   *
   * @param microFacts facts of a micro-batch; 0 for all at once
   * @param products dtype of matrix products
   */
  record Row(
      GoldenCase golden,
      Class<? extends TNumber> type,
      int tasks,
      XlaMode xla,
      int microFacts,
      MatmulDtype products) {
    Row(GoldenCase golden, Class<? extends TNumber> type, int tasks, XlaMode xla) {
      this(golden, type, tasks, xla, 0, MatmulDtype.FLOAT32);
    }

    double tolerance() {
      if (products == MatmulDtype.BFLOAT16) {
        return BFLOAT16_TOLERANCE;
      }
      boolean adamW = golden.variant().optimizer() == GoldenCase.Optimizer.ADAMW;
      return adamW && type == TFloat32.class ? ADAMW_FLOAT32_TOLERANCE : logitTolerance();
    }

    double logitTolerance() {
      return type == TFloat64.class ? FLOAT64_TOLERANCE : FLOAT32_TOLERANCE;
    }

    @Override
    public String toString() {
      String micro = microFacts == 0 ? "" : " M=" + microFacts;
      String rounded = products == MatmulDtype.BFLOAT16 ? " bfloat16" : "";
      return "%s %s%s N=%d %s%s"
          .formatted(golden, type.getSimpleName(), rounded, tasks, xla, micro);
    }
  }

  static Stream<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (GoldenCase each : GoldenDirectory.read().cases()) {
      for (Class<? extends TNumber> type : List.of(TFloat64.class, TFloat32.class)) {
        for (int tasks : new int[] {1, 3}) {
          for (XlaMode xla : XlaMode.values()) {
            // A whole pass compiles for long: one number of tasks for each dtype.
            boolean isRow = xla != XlaMode.WHOLE || (tasks == 1) == (type == TFloat32.class);
            if (isRow) {
              rows.add(new Row(each, type, tasks, xla));
            }
          }
        }
      }
    }
    return rows.stream();
  }

  /** Every case in micro-batches of two of the three facts; each optimizer also in others. */
  static Stream<Row> microBatchRows() throws IOException {
    Set<GoldenCase.Optimizer> seen = EnumSet.noneOf(GoldenCase.Optimizer.class);
    List<Row> rows = new ArrayList<>();
    for (GoldenCase each : GoldenDirectory.read().cases()) {
      rows.add(new Row(each, TFloat64.class, 1, XlaMode.OFF, 2, MatmulDtype.FLOAT32));
      if (each.variant().k() > 1 && seen.add(each.variant().optimizer())) {
        rows.add(new Row(each, TFloat64.class, 1, XlaMode.OFF, 1, MatmulDtype.FLOAT32));
        rows.add(new Row(each, TFloat32.class, 1, XlaMode.SEGMENTS, 2, MatmulDtype.FLOAT32));
      }
    }
    return rows.stream();
  }

  /** The cases of SGD: the first steps of AdamW divide differences that bfloat16 rounds away. */
  static Stream<Row> bfloat16Rows() throws IOException {
    return GoldenDirectory.read().cases().stream()
        .filter(each -> each.variant().optimizer() == GoldenCase.Optimizer.SGD)
        .map(each -> new Row(each, TFloat32.class, 1, XlaMode.SEGMENTS, 0, MatmulDtype.BFLOAT16));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"rows", "bfloat16Rows"})
  void program_givesGoldenNumbers(Row row) {
    check(row, row.type());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("microBatchRows")
  void program_inMicroBatches_givesGoldenNumbers(Row row) {
    check(row, row.type());
  }

  private <T extends TNumber> void check(Row row, Class<T> type) {
    GoldenCase expected = row.golden();
    TaskShape shape =
        new TaskShape(
            row.tasks(),
            golden.facts().tokens().length,
            golden.facts().tokens()[0].length,
            golden.questions().tokens().length,
            golden.questions().tokens()[0].length);
    BilevelConfig config =
        BilevelConfig.of(golden.config(), expected.variant().k(), shape)
            .withInnerOptimizer(optimizer(expected.variant()))
            .withInnerRates(InnerRates.raw(0))
            .withGradientMode(mode(expected.variant()))
            .withInnerProducts(row.tasks() == 1 ? InnerProducts.KEEP : InnerProducts.RECOMPUTE)
            .withXla(row.xla())
            .withMatmulDtype(row.products())
            .withInnerMicroFacts(row.microFacts());
    Errors errors = new Errors(row.tolerance());
    try (BilevelProgram<T> program = BilevelProgram.build(config, type)) {
      Map<String, double[]> weights = new LinkedHashMap<>();
      golden.weights().forEach((name, values) -> weights.put(name, doubles(values)));
      program.initialize(weights);
      program.assignRates(
          program.layout().adapted().stream().map(expected.rates()::get).toArray(double[][]::new));
      Task task = Task.of(sequences(golden.facts()), sequences(golden.questions()));
      TaskBatch batch =
          TaskBatch.of(shape, golden.config(), Collections.nCopies(row.tasks(), task));

      PassResult result = program.evaluate(batch);
      errors.add(
          "outer_loss", new double[] {result.outerLoss()}, new double[] {expected.outerLoss()});
      for (int n = 0; n < row.tasks(); n++) {
        double[] losses = new double[result.innerSteps() + 1];
        for (int k = 0; k < losses.length; k++) {
          losses[k] = result.innerLoss(k, n);
        }
        errors.add("inner_losses", losses, expected.innerLosses());
      }
      program
          .adapt(batch)
          .forEach(
              (name, copies) -> {
                double[] want = get(expected.adapted(), name);
                for (int n = 0; n < row.tasks(); n++) {
                  double[] copy =
                      Arrays.copyOfRange(copies, n * want.length, (n + 1) * want.length);
                  errors.add("adapted/" + name, copy, want);
                }
              });
      Map<String, double[]> gradients = program.gradients(batch, 0);
      expected
          .dTheta()
          .forEach((name, want) -> errors.add("d_theta/" + name, get(gradients, name), want));
      if (expected.variant().k() > 0) {
        double[] rates = get(gradients, "rates");
        int k = expected.variant().k();
        List<String> adapted = program.layout().adapted();
        for (int j = 0; j < adapted.size(); j++) {
          String name = adapted.get(j);
          errors.add(
              "d_rate/" + name,
              Arrays.copyOfRange(rates, j * k, (j + 1) * k),
              get(expected.dRate(), name),
              summed(expected, name));
        }
      }
    }
    errors.report(row.toString());
  }

  /**
   * Returns about {@code |lambda| |g|} of a weight. The gradient of its rate is the scalar product
   * of lambda and the inner gradient g, whose terms may nearly cancel: rounding is relative to the
   * terms, not to what is left of them. The gradient of theta_0 stands for lambda, and the way from
   * theta_0 to theta_K, divided by the rate, for g.
   */
  private static double summed(GoldenCase expected, String name) {
    double[] from = doubles(Objects.requireNonNull(golden.weights().get(name)));
    double[] to = get(expected.adapted(), name);
    double[] way = new double[to.length];
    Arrays.setAll(way, i -> to[i] - from[i]);
    double rate = Arrays.stream(get(expected.rates(), name)).map(Math::abs).max().orElse(0);
    return rate == 0 ? 0 : norm(get(expected.dTheta(), name)) * norm(way) / rate;
  }

  private static double norm(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
  }

  static Stream<Row> logitRows() throws IOException {
    GoldenCase any = GoldenDirectory.read().cases().get(0);
    return rows()
        .filter(
            row -> row.golden().toString().equals(any.toString()) && row.xla() != XlaMode.WHOLE);
  }

  @ParameterizedTest(name = "logits {0}")
  @MethodSource("logitRows")
  void model_givesGoldenLogits(Row row) {
    Errors errors = new Errors(row.logitTolerance());
    for (boolean facts : new boolean[] {true, false}) {
      Sequences sequences = facts ? golden.facts() : golden.questions();
      double[] want = facts ? golden.factsLogits() : golden.questionsLogits();
      double[] got =
          logits(sequences, row.type(), row.tasks(), row.xla().compiles(), GoldenIT::plainLogits);
      for (int n = 0; n < row.tasks(); n++) {
        errors.add(
            facts ? "logits/facts" : "logits/questions",
            Arrays.copyOfRange(got, n * want.length, (n + 1) * want.length),
            want);
      }
    }
    errors.report(row.toString());
  }

  @ParameterizedTest(name = "decoding {0}")
  @MethodSource("logitRows")
  void cachedModel_givesGoldenLogits(Row row) {
    Errors errors = new Errors(row.logitTolerance());
    int v = golden.config().vocabSize();
    for (boolean facts : new boolean[] {true, false}) {
      Sequences sequences = facts ? golden.facts() : golden.questions();
      double[] all = facts ? golden.factsLogits() : golden.questionsLogits(); // [B, T, V]
      int b = sequences.tokens().length;
      int t = sequences.tokens()[0].length;
      double[] want = new double[DECODED * b * v];
      for (int i = 0; i < DECODED * b; i++) {
        int text = i % b;
        int length = Arrays.stream(sequences.attention()[text]).sum();
        int position = text * t + length - DECODED + i / b;
        System.arraycopy(all, position * v, want, i * v, v);
      }
      double[] got =
          logits(sequences, row.type(), row.tasks(), row.xla().compiles(), GoldenIT::cachedLogits);
      for (int n = 0; n < row.tasks(); n++) {
        errors.add(
            facts ? "decoding/facts" : "decoding/questions",
            Arrays.copyOfRange(got, n * want.length, (n + 1) * want.length),
            want);
      }
    }
    errors.report("decoding " + row);
  }

  /** Function from weights, tokens [N, B, T] and lengths [N, B] to logits [N, M, V]. */
  @FunctionalInterface
  private interface LogitsOf<T extends TNumber> {
    Operand<T> build(Ops tf, Parameters<T> p, Operand<TInt32> tokens, Operand<TInt32> lengths);
  }

  private static <T extends TNumber> Operand<T> plainLogits(
      Ops tf, Parameters<T> p, Operand<TInt32> tokens, Operand<TInt32> lengths) {
    Gpt2<T> model = new Gpt2<>(golden.config(), null, Dropout.none());
    Operand<T> hidden = model.hidden(tf, p, tokens, lengths, null);
    int c = golden.config().nEmbd();
    long n = tokens.shape().get(0);
    return model.logits(tf, p, tf.reshape(hidden, tf.constant(new long[] {n, -1, c})));
  }

  /**
   * Emits the logits after each of the last {@value #DECODED} tokens of every sequence, [N, DECODED
   * * B, V]. The earlier tokens are read in one call.
   */
  private static <T extends TNumber> Operand<T> cachedLogits(
      Ops tf, Parameters<T> p, Operand<TInt32> tokens, Operand<TInt32> lengths) {
    CachedGpt2<T> model = new CachedGpt2<>(golden.config(), null);
    Map<String, Operand<T>> cache =
        model.read(tf, p, tokens, tf.math.sub(lengths, tf.constant(DECODED)));
    List<Operand<T>> logits = new ArrayList<>();
    for (int left = DECODED; left > 0; left--) {
      Operand<TInt32> position = tf.math.sub(lengths, tf.constant(left));
      Operand<TInt32> next =
          tf.gather(
              tokens,
              tf.expandDims(position, tf.constant(-1)),
              tf.constant(2),
              Gather.batchDims(2L));
      next = tf.reshape(next, tf.constant(lengths.shape().asArray()));
      CachedGpt2.Step<T> read = model.next(tf, p, cache, next, position);
      cache = read.cache();
      logits.add(model.logits(tf, p, read.hidden()));
    }
    return tf.concat(logits, tf.constant(1));
  }

  private static <T extends TNumber> double[] logits(
      Sequences sequences, Class<T> type, int tasks, boolean compiled, LogitsOf<T> body) {
    int b = sequences.tokens().length;
    int t = sequences.tokens()[0].length;
    Map<String, Shape> shapes = new LinkedHashMap<>();
    golden
        .config()
        .parameterShapes()
        .forEach((name, shape) -> shapes.put(name, shape.prepend(tasks)));
    Specs specs =
        new Specs()
            .tensors("weights", type, shapes)
            .tensor("tokens", TInt32.class, Shape.of(tasks, b, t))
            .tensor("lengths", TInt32.class, Shape.of(tasks, b));
    Segment segment =
        Segment.define(
            "logits",
            specs,
            List.of(),
            (tf, in) -> {
              Parameters<T> p = new Parameters<>(in.under("weights", type));
              Operand<TInt32> tokens = in.get("tokens", TInt32.class);
              Operand<TInt32> lengths = in.get("lengths", TInt32.class);
              return new Tensors().put("logits", body.build(tf, p, tokens, lengths));
            });
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Tensors arguments = new Tensors();
      Map<Operand<?>, Tensor> feeds = new LinkedHashMap<>();
      shapes.forEach(
          (name, shape) -> {
            double[] copies = repeat(doubles(get(golden.weights(), name)), tasks);
            Operand<T> placeholder = tf.placeholder(type, Placeholder.shape(shape));
            arguments.put("weights/" + name, placeholder);
            feeds.put(placeholder, HostTensors.of(type, shape, copies));
          });
      int[] tokens = Arrays.stream(sequences.tokens()).flatMapToInt(Arrays::stream).toArray();
      int[] lengths =
          Arrays.stream(sequences.attention())
              .mapToInt(mask -> Arrays.stream(mask).sum())
              .toArray();
      arguments.put(
          "tokens",
          tf.reshape(tf.constant(repeat(tokens, tasks)), tf.constant(new int[] {tasks, b, t})));
      arguments.put(
          "lengths",
          tf.reshape(tf.constant(repeat(lengths, tasks)), tf.constant(new int[] {tasks, b})));
      Operand<?> logits = segment.call(tf, arguments, compiled).get("logits");
      try (Session session = GraphSession.open(graph)) {
        Session.Runner runner = session.runner().fetch(logits);
        feeds.forEach(runner::feed);
        try (Result result = runner.run()) {
          return HostTensors.toDoubles(result.get(0));
        }
      } finally {
        feeds.values().forEach(Tensor::close);
      }
    }
  }

  private static InnerOptimizer optimizer(GoldenCase.Variant variant) {
    return switch (variant.optimizer()) {
      case SGD -> new Sgd();
      case SGD_MOMENTUM -> new Momentum();
      case ADAMW -> new AdamW(0.9, 0.95, 1e-8, 0.01);
    };
  }

  private static GradientMode mode(GoldenCase.Variant variant) {
    return switch (variant.mode()) {
      case EXACT -> GradientMode.exact();
      case FIRST_ORDER -> GradientMode.firstOrder();
      case TRUNCATED -> GradientMode.truncated(variant.window());
    };
  }

  /** Returns the sequences without their padding. */
  private static List<TokenSequence> sequences(Sequences padded) {
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < padded.tokens().length; i++) {
      int length = Arrays.stream(padded.attention()[i]).sum();
      int[] target = padded.target()[i];
      List<Span> spans = new ArrayList<>();
      for (int t = 0; t < length; t++) {
        spans.add(target[t] == 1 ? Span.ANSWER : Span.PROMPT);
      }
      sequences.add(TokenSequence.of(Arrays.copyOf(padded.tokens()[i], length), spans));
    }
    return sequences;
  }

  private static <V> V get(Map<String, V> map, String name) {
    return Objects.requireNonNull(map.get(name), name);
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  private static double[] repeat(double[] values, int times) {
    double[] all = new double[values.length * times];
    Arrays.setAll(all, i -> values[i % values.length]);
    return all;
  }

  private static int[] repeat(int[] values, int times) {
    int[] all = new int[values.length * times];
    Arrays.setAll(all, i -> values[i % values.length]);
    return all;
  }

  /** Collects the error of every tensor, so that a failure names the worst ones. */
  private static final class Errors {
    private static final int SHOWN = 5;

    private final double tolerance;
    private final Map<String, Double> relative = new LinkedHashMap<>();

    Errors(double tolerance) {
      this.tolerance = tolerance;
    }

    void add(String name, double[] got, double[] want) {
      add(name, got, want, 0);
    }

    /**
     * Adds the error of a tensor.
     *
     * @param size size that the error is relative to, if it is above the norm of the tensor
     */
    void add(String name, double[] got, double[] want, double size) {
      assertThat(got).as(name).hasSameSizeAs(want);
      double[] difference = new double[want.length];
      Arrays.setAll(difference, i -> got[i] - want[i]);
      double scale = Math.max(norm(want), size);
      // A zero tensor has no relative error; its absolute error must be within the tolerance.
      double error = norm(difference) / (scale == 0 ? 1 : scale);
      relative.merge(name, error, (a, b) -> a >= b ? a : b);
    }

    void report(String row) {
      List<Map.Entry<String, Double>> worst =
          relative.entrySet().stream()
              .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
              .limit(SHOWN)
              .toList();
      System.out.printf("%-45s worst of %d: %s%n", row, relative.size(), worst.get(0));
      assertThat(worst)
          .as("%s: relative errors above %s, worst first", row, tolerance)
          .noneMatch(entry -> !(entry.getValue() <= tolerance));
    }
  }
}
