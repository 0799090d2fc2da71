package org.reckoning.graph.decoding;

import java.util.Map;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.gpt2.CachedGpt2;
import org.reckoning.graph.gpt2.Parameters;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.gpt2.TokenChoice;
import org.reckoning.graph.model.Prefixes;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.Choice;
import org.reckoning.graph.xla.Loop;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gather;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * The segment {@code decode}, which continues texts token by token in one program. It reads the
 * prompts once. Then a loop reads the last token of each text, chooses the next token and appends
 * it. The loop ends when every text has ended.
 *
 * <p>A text ends with the end-of-text token, at S tokens, or at the last position of the model. A
 * text without a prompt is padding and stays empty. Texts may continue a prefix, which the loop
 * reads and never changes.
 */
public final class Decoder<T extends TNumber> {
  private static final String CACHE = "cache";
  private static final String OPEN = "open";
  private static final String MADE = "made";
  private static final String LOGITS = "logits";
  private static final String NEXT = "next";

  private final TaskModel<T> model;
  private final Shape texts; // [N, Q, S]
  private final CachedGpt2<T> gpt2;
  private final Choice choice;
  private final Segment segment;

  /**
   * Defines the segment.
   *
   * @param model model; its facts are ignored. Its shape says how many texts Q a task has, and how
   *     many tokens S a text, including prompt and answer
   */
  public Decoder(TaskModel<T> model) {
    this.model = model;
    TaskShape shape = model.shape();
    this.texts = Shape.of(shape.tasks(), shape.questions(), shape.questionTokens());
    this.gpt2 = model.cachedGpt2();
    this.choice = choice();
    Loop loop = loop();
    segment =
        Segment.define("decode", specs(), loop.segments(), (tf, in) -> build(tf, in, loop).named());
  }

  private Specs specs() {
    return new Specs()
        .all(Weights.specs(model))
        .all(DecodingInputs.specs(model.type()))
        .all(Prompts.specs(texts))
        .all(Prefixes.cacheSpecs(model));
  }

  /** Emits a call of the segment for texts without a prefix. */
  public DecodedTexts<T> decode(
      Ops tf, Weights<T> weights, Prompts prompts, DecodingInputs<T> settings) {
    return decode(tf, weights, PrefixCache.none(), prompts, settings);
  }

  /**
   * Emits a call of the segment.
   *
   * @param prefix prefix of all texts of a task, which are without it
   */
  public DecodedTexts<T> decode(
      Ops tf,
      Weights<T> weights,
      PrefixCache<T> prefix,
      Prompts prompts,
      DecodingInputs<T> settings) {
    Tensors arguments =
        weights
            .named()
            .putAll(settings.named())
            .putAll(prompts.named())
            .putAll(Prefixes.named(prefix));
    return DecodedTexts.of(model.call(tf, segment, arguments), model.type());
  }

  /**
   * State of the decoding loop.
   *
   * @param texts the texts so far
   * @param cache keys and values of the tokens read so far, see {@link CachedGpt2}
   * @param open whether each text continues [N, Q]
   * @param made number of appended tokens, a scalar
   */
  private record State<T extends TNumber>(
      DecodedTexts<T> texts,
      Map<String, Operand<T>> cache,
      Operand<TBool> open,
      Operand<TInt32> made) {

    static <T extends TNumber> State<T> of(Tensors in, Class<T> type) {
      return new State<>(
          DecodedTexts.of(in, type),
          in.under(CACHE, type),
          in.get(OPEN, TBool.class),
          in.get(MADE, TInt32.class));
    }

    Tensors named() {
      return texts.named().putAll(CACHE, cache).put(OPEN, open).put(MADE, made);
    }
  }

  private DecodedTexts<T> build(Ops tf, Tensors in, Loop loop) {
    Prompts prompts = Prompts.of(in);
    Weights<T> weights = Weights.of(in, model.type());
    DecodingInputs<T> settings = DecodingInputs.of(in, model.type());
    Operand<TInt32> tokens = prompts.tokens();
    Operand<TInt32> lengths = prompts.lengths();
    PrefixCache<T> prefix = Prefixes.cacheOf(in, model.type());
    Ops scope = tf.withSubScope("prompt");
    Operand<TBool> real = scope.math.greater(lengths, scope.constant(0)); // else padding
    Map<String, Operand<T>> cache =
        gpt2.after(prefix).read(scope, weights.parameters(), tokens, lengths);
    Operand<TBool> open =
        open(scope, settings, prefix, real, lastTokens(scope, tokens, lengths), lengths);
    Operand<TInt32> made = scope.constant(0);
    Operand<T> none = scope.fill(scope.constant(texts.asArray()), zero(scope));
    State<T> first = new State<>(new DecodedTexts<>(tokens, lengths, none), cache, open, made);
    Tensors state =
        weights
            .named()
            .putAll(settings.named())
            .put(Prompts.TASKS, prompts.tasks())
            .putAll(Prefixes.named(prefix))
            .putAll(first.named());
    return State.of(loop.run(tf, state), model.type()).texts();
  }

  /**
   * Defines the loop. Its state holds the arguments of the segment, the cache, and the progress of
   * each text.
   */
  private Loop loop() {
    Specs state =
        specs()
            .tensors(CACHE, model.type(), gpt2.shapes(texts.get(0), texts.get(1), texts.get(2)))
            .tensor(OPEN, TBool.class, texts.take(2))
            .tensor(MADE, TInt32.class, Shape.scalar())
            .tensor(DecodedTexts.LOG_PROBABILITIES, model.type(), texts);
    return Loop.define("decode_loop", state, choice.segments(), this::goesOn, this::step);
  }

  private Operand<TBool> goesOn(Ops tf, Tensors in) {
    State<T> state = State.of(in, model.type());
    DecodingInputs<T> settings = DecodingInputs.of(in, model.type());
    return tf.math.logicalAnd(
        tf.math.less(state.made(), settings.newTokens()),
        tf.any(state.open(), tf.constant(new int[] {0, 1})));
  }

  private Tensors step(Ops tf, Tensors in) {
    State<T> state = State.of(in, model.type());
    DecodingInputs<T> settings = DecodingInputs.of(in, model.type());
    Operand<TInt32> tokens = state.texts().tokens();
    Operand<TInt32> lengths = state.texts().lengths();
    Parameters<T> p = Weights.of(in, model.type()).parameters();
    PrefixCache<T> prefix = Prefixes.cacheOf(in, model.type());
    CachedGpt2.Step<T> read =
        gpt2.after(prefix)
            .next(
                tf, p, state.cache(), lastTokens(tf, tokens, lengths), lastPositions(tf, lengths));
    Operand<T> logits = gpt2.logits(tf, p, read.hidden()); // [N, Q, V]

    Ops scope = tf.withSubScope("next");
    Operand<TInt32> next =
        choice
            .of(
                scope,
                scope.math.greater(settings.temperature(), zero(scope)),
                settings
                    .named()
                    .put(LOGITS, logits)
                    .put(Prompts.LENGTHS, prefix.ends(scope, lengths))
                    .put(Prompts.TASKS, Prompts.of(in).tasks()))
            .get(NEXT, TInt32.class);
    Operand<T> logProbability = TokenChoice.logProbabilities(scope, logits, next);
    Operand<TInt32> position =
        scope.range(scope.constant(0), scope.constant((int) texts.get(2)), scope.constant(1));
    Operand<TBool> here =
        scope.math.logicalAnd(
            scope.math.equal(position, column(scope, lengths)),
            scope.expandDims(state.open(), scope.constant(-1))); // [N, Q, S]
    Operand<TInt32> longer = scope.math.add(lengths, scope.dtypes.cast(state.open(), TInt32.class));
    Operand<TInt32> longerTokens = scope.select(here, column(scope, next), tokens);
    Operand<T> logProbabilities =
        scope.select(here, column(scope, logProbability), state.texts().logProbabilities());
    Operand<TBool> open = open(scope, settings, prefix, state.open(), next, longer);
    Operand<TInt32> made = scope.math.add(state.made(), scope.constant(1));
    return new State<>(
            new DecodedTexts<>(longerTokens, longer, logProbabilities), read.cache(), open, made)
        .named();
  }

  /** Defines the choice of a token. Sampling needs a sort; the likeliest token does not. */
  private Choice choice() {
    Class<T> type = model.type();
    Shape logits = texts.take(2).append(model.config().model().vocabSize());
    return Choice.define(
        "next_token",
        new Specs()
            .tensor(LOGITS, type, logits)
            .tensor(Prompts.LENGTHS, TInt32.class, texts.take(2))
            .tensor(Prompts.TASKS, TInt64.class, texts.take(1))
            .tensor(DecodingInputs.TEMPERATURE, type, Shape.scalar())
            .tensor(DecodingInputs.TOP_K, TInt32.class, Shape.scalar())
            .tensor(DecodingInputs.TOP_P, type, Shape.scalar())
            .tensor(DecodingInputs.SEED, TInt64.class, Shape.scalar()),
        new Specs().tensor(NEXT, TInt32.class, texts.take(2)),
        (tf, in) ->
            new Tensors()
                .put(
                    NEXT,
                    TokenChoice.sampled(
                        tf,
                        in.get(LOGITS, type),
                        in.get(DecodingInputs.TEMPERATURE, type),
                        in.get(DecodingInputs.TOP_K, TInt32.class),
                        in.get(DecodingInputs.TOP_P, type),
                        TokenChoice.uniform(
                            tf,
                            in.get(DecodingInputs.SEED, TInt64.class),
                            in.get(Prompts.TASKS, TInt64.class),
                            in.get(Prompts.LENGTHS, TInt32.class)))),
        (tf, in) -> new Tensors().put(NEXT, TokenChoice.greedy(tf, in.get(LOGITS, type))));
  }

  /** Returns whether each text continues, [N, Q]. */
  private Operand<TBool> open(
      Ops tf,
      DecodingInputs<T> settings,
      PrefixCache<T> prefix,
      Operand<TBool> before,
      Operand<TInt32> lastToken,
      Operand<TInt32> lengths) {
    Operand<TBool> ended = tf.math.equal(lastToken, settings.endOfText());
    Operand<TBool> fits = tf.math.less(lengths, tf.constant((int) texts.get(2)));
    if (!prefix.isEmpty()) {
      int positions = model.config().model().nPositions();
      fits =
          tf.math.logicalAnd(fits, tf.math.less(prefix.ends(tf, lengths), tf.constant(positions)));
    }
    return tf.math.logicalAnd(before, tf.math.logicalAnd(tf.math.logicalNot(ended), fits));
  }

  /** Returns the positions of the last tokens, [N, Q]; 0 for an empty text. */
  private static Operand<TInt32> lastPositions(Ops tf, Operand<TInt32> lengths) {
    return tf.math.maximum(tf.math.sub(lengths, tf.constant(1)), tf.constant(0));
  }

  private static Operand<TInt32> lastTokens(
      Ops tf, Operand<TInt32> tokens, Operand<TInt32> lengths) {
    Operand<TInt32> last =
        tf.gather(
            tokens,
            column(tf, lastPositions(tf, lengths)),
            tf.constant(2),
            Gather.batchDims(2L)); // [N, Q, 1]
    return tf.reshape(last, tf.constant(lengths.shape().asArray()));
  }

  private Operand<T> zero(Ops tf) {
    return Scalars.of(tf, model.type(), 0);
  }

  private static <U extends TNumber> Operand<U> column(Ops tf, Operand<U> x) {
    return tf.expandDims(x, tf.constant(-1));
  }
}
