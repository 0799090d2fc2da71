package org.reckoning.graph.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.TestTensors;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.op.core.Stack;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

class CachedGpt2Test {
  private static final Gpt2Config MODEL = new Gpt2Config(11, 12, 8, 2, 2, 16, 1e-5);
  private static final Lora LORA = new Lora(2, 3, List.of("attn.c_attn", "c_proj"));
  private static final int SLOTS = 10;
  private static final int STEPS = 2;

  /** Lengths of the prompts of a task; the texts are {@value #STEPS} tokens longer. */
  private static final int[] PROMPTS = {4, 1, 7};

  /** Lengths of the prefixes that the texts of a task share, in rows of some slots. */
  private static final int[] PREFIXES = {3, 5, 1};

  private static final int PREFIX_SLOTS = 6;

  /** Lengths of the questions after a prefix, in rows that may exceed the positions. */
  private static final int[] QUESTIONS = {4, 1, 3};

  private static final int QUESTION_SLOTS = 9;

  private final TestTensors tensors = new TestTensors();
  private final Ops tf = tensors.tf();
  private final Random random = new Random(5);

  @AfterEach
  void close() {
    tensors.close();
  }

  /**
   * Sizes of a case.
   *
   * @param tasks number of tasks N
   * @param texts number of texts B
   * @param copies number of copies of the weights: N, or 1 if all tasks share them
   */
  record Row(
      Class<? extends TNumber> type,
      int tasks,
      int texts,
      int copies,
      @Nullable Lora lora,
      boolean compiled) {}

  static Stream<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (Class<? extends TNumber> type : List.of(TFloat64.class, TFloat32.class)) {
      rows.add(new Row(type, 1, 1, 1, null, false));
      rows.add(new Row(type, 1, 3, 1, LORA, false));
      rows.add(new Row(type, 3, 1, 3, null, false));
      rows.add(new Row(type, 3, 3, 1, null, false));
      rows.add(new Row(type, 3, 3, 3, LORA, false));
      rows.add(new Row(type, 1, 1, 1, null, true));
      rows.add(new Row(type, 3, 3, 3, LORA, true));
    }
    return rows.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void next_givesTheLogitsOfThePlainPass(Row row) {
    check(row, row.type());
  }

  private <T extends TNumber> void check(Row row, Class<T> type) {
    int n = row.tasks();
    int b = row.texts();
    int[][] texts = new int[n * b][];
    for (int i = 0; i < texts.length; i++) { // tokens after the prompts must not be seen
      texts[i] = random.ints(SLOTS, 0, MODEL.vocabSize()).toArray();
    }
    compare(
        row,
        type,
        (scope, p) -> cached(scope, row, p, texts),
        (scope, p) -> plain(scope, row, p, texts));
  }

  /** Emits logits [STEPS, N, B, V]. */
  private interface Logits<T extends TNumber> {
    Operand<T> emit(Ops tf, Parameters<T> p);
  }

  private <T extends TNumber> void compare(
      Row row, Class<T> type, Logits<T> cached, Logits<T> plain) {
    Map<String, Operand<T>> weights = weights(row, type);
    Specs specs = new Specs();
    weights.forEach((name, weight) -> specs.tensor("weights/" + name, type, weight.shape()));
    Segment logits =
        Segment.define(
            "logits",
            specs,
            List.of(),
            (scope, in) -> {
              Parameters<T> p = new Parameters<>(in.under("weights", type));
              return new Tensors()
                  .put("cached", cached.emit(scope, p))
                  .put("plain", plain.emit(scope, p));
            });
    Tensors results = logits.call(tf, new Tensors().putAll("weights", weights), row.compiled());
    List<double[]> values = tensors.values(List.of(results.get("cached"), results.get("plain")));

    double[] want = values.get(1);
    double norm = Math.sqrt(Arrays.stream(want).map(x -> x * x).sum());
    double[] difference = new double[want.length];
    Arrays.setAll(difference, i -> values.get(0)[i] - want[i]);
    assertThat(Math.sqrt(Arrays.stream(difference).map(x -> x * x).sum()) / norm)
        .isLessThan(type == TFloat64.class ? 1e-12 : 1e-5);
    assertThat(want).hasSize(STEPS * row.tasks() * row.texts() * MODEL.vocabSize());
    assertThat(norm).isGreaterThan(1);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void after_ofASharedPrefix_givesTheLogitsOfThePlainPass(Row row) {
    checkPrefix(row, row.type());
  }

  private <T extends TNumber> void checkPrefix(Row row, Class<T> type) {
    int[][] texts = new int[row.tasks() * row.texts()][];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = random.ints(SLOTS, 0, MODEL.vocabSize()).toArray();
      int first = i - i % row.texts();
      System.arraycopy(texts[first], 0, texts[i], 0, PREFIXES[i / row.texts()]);
    }
    compare(
        row,
        type,
        (scope, p) -> following(scope, row, p, texts),
        (scope, p) -> {
          Gpt2<T> model = new Gpt2<>(MODEL, row.lora(), Dropout.none());
          Operand<TInt32> all = tokens(scope, row, texts);
          Operand<T> hidden = model.hidden(scope, p, all, ends(scope, row, 1), null);
          return scope.stack(
              List.of(
                  model.logits(scope, p, at(scope, hidden, ends(scope, row, -1))),
                  model.logits(scope, p, at(scope, hidden, ends(scope, row, 0)))));
        });
  }

  /** Returns the logits after the last token of each question, and after one more token. */
  private <T extends TNumber> Operand<T> following(
      Ops scope, Row row, Parameters<T> p, int[][] texts) {
    int[] prefixes = new int[row.tasks() * PREFIX_SLOTS];
    int[] questions = new int[texts.length * QUESTION_SLOTS];
    int[] lasts = new int[texts.length];
    int[] counts = new int[texts.length];
    int[] next = new int[texts.length];
    for (int i = 0; i < texts.length; i++) {
      int prefix = PREFIXES[i / row.texts()];
      int length = QUESTIONS[i % row.texts()];
      System.arraycopy(texts[i], 0, prefixes, i / row.texts() * PREFIX_SLOTS, prefix);
      System.arraycopy(texts[i], prefix, questions, i * QUESTION_SLOTS, length);
      lasts[i] = length - 1;
      counts[i] = length;
      next[i] = texts[i][prefix + length];
    }
    int n = row.tasks();
    Operand<TInt32> prefixLengths =
        scope.reshape(scope.constant(Arrays.copyOf(PREFIXES, n)), scope.constant(new int[] {n, 1}));
    Operand<TInt32> prefixTokens =
        scope.reshape(scope.constant(prefixes), scope.constant(new int[] {n, 1, PREFIX_SLOTS}));
    Operand<TInt32> asked =
        scope.reshape(
            scope.constant(questions), scope.constant(new int[] {n, row.texts(), QUESTION_SLOTS}));
    Operand<TInt32> lengths = rows(scope, row, counts);
    CachedGpt2<T> model = new CachedGpt2<>(MODEL, row.lora());
    PrefixCache<T> prefix =
        new PrefixCache<>(model.read(scope, p, prefixTokens, prefixLengths), prefixLengths);
    Operand<T> hidden =
        new Gpt2<T>(MODEL, row.lora(), Dropout.none())
            .after(prefix)
            .hidden(scope, p, asked, lengths, null);
    CachedGpt2<T> following = model.after(prefix);
    Map<String, Operand<T>> cache = following.read(scope, p, asked, lengths);
    CachedGpt2.Step<T> more = following.next(scope, p, cache, rows(scope, row, next), lengths);
    return scope.stack(
        List.of(
            model.logits(scope, p, at(scope, hidden, rows(scope, row, lasts))),
            model.logits(scope, p, more.hidden())));
  }

  /** Returns the number of tokens of each prefix and its question, and some more [N, B]. */
  private static Operand<TInt32> ends(Ops scope, Row row, int more) {
    int[] ends = new int[row.tasks() * row.texts()];
    Arrays.setAll(ends, i -> PREFIXES[i / row.texts()] + QUESTIONS[i % row.texts()] + more);
    return rows(scope, row, ends);
  }

  /** Returns the hidden states [N, B, C] at positions [N, B]. */
  private static <T extends TNumber> Operand<T> at(
      Ops scope, Operand<T> hidden, Operand<TInt32> positions) {
    Operand<TInt32> column = scope.expandDims(positions, scope.constant(-1));
    Operand<T> found = scope.gather(hidden, column, scope.constant(2), Gather.batchDims(2L));
    Shape shape = positions.shape().append(MODEL.nEmbd());
    return scope.reshape(found, scope.constant(shape.asArray()));
  }

  /** Returns the logits after each token that follows the prompts [STEPS, N, B, V]. */
  private <T extends TNumber> Operand<T> cached(
      Ops scope, Row row, Parameters<T> p, int[][] texts) {
    CachedGpt2<T> model = new CachedGpt2<>(MODEL, row.lora());
    Map<String, Operand<T>> cache =
        model.read(scope, p, tokens(scope, row, texts), lengths(scope, row, 0));
    assertThat(Objects.requireNonNull(cache.get("h.1.keys")).shape())
        .isEqualTo(model.shapes(row.tasks(), row.texts(), SLOTS).get("h.1.keys"));
    List<Operand<T>> logits = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      int[] next = new int[texts.length];
      for (int i = 0; i < next.length; i++) {
        next[i] = texts[i][PROMPTS[i % row.texts()] + step];
      }
      CachedGpt2.Step<T> read =
          model.next(scope, p, cache, rows(scope, row, next), lengths(scope, row, step));
      cache = read.cache();
      logits.add(model.logits(scope, p, read.hidden()));
    }
    return scope.stack(logits);
  }

  private <T extends TNumber> Operand<T> plain(Ops scope, Row row, Parameters<T> p, int[][] texts) {
    Gpt2<T> model = new Gpt2<>(MODEL, row.lora(), Dropout.none());
    long c = MODEL.nEmbd();
    Operand<T> hidden =
        model.hidden(
            scope, p, tokens(scope, row, texts), lengths(scope, row, STEPS), null); // [N, B, S, C]
    List<Operand<T>> logits = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      List<Operand<T>> last = new ArrayList<>();
      for (int i = 0; i < row.texts(); i++) {
        long[] start = {0, i, PROMPTS[i] + step, 0};
        long[] size = {row.tasks(), 1, 1, c};
        Operand<T> one = scope.slice(hidden, scope.constant(start), scope.constant(size));
        last.add(scope.reshape(one, scope.constant(new long[] {row.tasks(), c})));
      }
      logits.add(model.logits(scope, p, scope.stack(last, Stack.axis(1L))));
    }
    return scope.stack(logits);
  }

  private static Operand<TInt32> tokens(Ops scope, Row row, int[][] texts) {
    int[] ids = Arrays.stream(texts).flatMapToInt(Arrays::stream).toArray();
    return scope.reshape(
        scope.constant(ids), scope.constant(new int[] {row.tasks(), row.texts(), SLOTS}));
  }

  private static Operand<TInt32> lengths(Ops scope, Row row, int more) {
    int[] lengths = new int[row.tasks() * row.texts()];
    Arrays.setAll(lengths, i -> PROMPTS[i % row.texts()] + more);
    return rows(scope, row, lengths);
  }

  private static Operand<TInt32> rows(Ops scope, Row row, int[] values) {
    return scope.reshape(
        scope.constant(values), scope.constant(new int[] {row.tasks(), row.texts()}));
  }

  private <T extends TNumber> Map<String, Operand<T>> weights(Row row, Class<T> type) {
    Map<String, Shape> shapes = new LinkedHashMap<>(MODEL.parameterShapes());
    if (row.lora() != null) {
      shapes.putAll(row.lora().parameterShapes(MODEL));
    }
    Map<String, Operand<T>> weights = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) -> {
          Shape copies = shape.prepend(row.copies());
          double[] values = new double[(int) copies.size()];
          Arrays.setAll(values, i -> 0.5 * random.nextGaussian());
          weights.put(name, tf.dtypes.cast(tensors.tensor(copies.asArray(), values), type));
        });
    return weights;
  }

  @Test
  void read_ofMoreTokensThanPositions_isRefused() {
    Row row = new Row(TFloat64.class, 1, 1, 1, null, false);
    Parameters<TFloat64> p = new Parameters<>(weights(row, TFloat64.class));
    CachedGpt2<TFloat64> model = new CachedGpt2<>(MODEL.withNPositions(SLOTS - 1), null);
    Operand<TInt32> tokens = tokens(tf, row, new int[][] {new int[SLOTS]});

    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.read(tf, p, tokens, lengths(tf, row, 0)))
        .withMessage("tokens a sequence (10) must be at most n_positions (9)");
  }
}
