package org.reckoning.graph.bilevel;

import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.gpt2.CachedGpt2;
import org.reckoning.graph.gpt2.Parameters;
import org.reckoning.graph.gpt2.TokenChoice;
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
 * The segment {@code decode}: continues texts, token by token, in one program. It reads the prompts
 * once, then a loop reads the last token of each text, chooses the next one and appends it, until
 * every text has ended. Where the weights come from is the caller's business.
 *
 * <pre>{@code
 * theta/NAME, shared/NAME   weights: one copy a task, one for all   [N, ...], [1, ...]
 * tokens, lengths           prompts                                 [N, Q, S], [N, Q]
 * tasks                     numbers of the tasks, for what is drawn [N]
 * new_tokens, end_of_text, temperature, top_k, top_p, seed          scalars, see Decoding
 * }</pre>
 *
 * <p>Results: {@code tokens} and {@code lengths} of the texts, and {@code log_probabilities} [N, Q,
 * S] of the new tokens, 0 elsewhere. A text ends with the token that ends texts, or at S tokens; a
 * text without a prompt, which is padding, stays empty.
 */
final class Decoder<T extends TNumber> {
  private final TaskModel<T> model;
  private final Shape texts; // [N, Q, S]
  private final CachedGpt2<T> gpt2;
  private final Choice choice;

  private Decoder(TaskModel<T> model, int questions, int tokens) {
    this.model = model;
    this.texts = Shape.of(model.shape().tasks(), questions, tokens);
    this.gpt2 = new CachedGpt2<>(model.config().model(), model.config().lora());
    this.choice = choice();
  }

  /**
   * Builds the segment.
   *
   * @param model its facts have no part in this
   * @param questions texts Q of a task
   * @param tokens tokens S of a text, prompt and answer together
   */
  static <T extends TNumber> Segment define(TaskModel<T> model, int questions, int tokens) {
    Decoder<T> decoder = new Decoder<>(model, questions, tokens);
    Loop loop = decoder.loop();
    return Segment.define(
        "decode",
        new Specs()
            .all(model.weightSpecs())
            .all(DecodingFeeds.specs(model.type()))
            .all(decoder.textSpecs()),
        loop.segments(),
        (tf, in) -> decoder.build(tf, in, loop));
  }

  private Specs textSpecs() {
    return new Specs()
        .tensor("tokens", TInt32.class, texts)
        .tensor("lengths", TInt32.class, texts.take(2))
        .tensor("tasks", TInt64.class, texts.take(1));
  }

  private Tensors build(Ops tf, Tensors in, Loop loop) {
    Operand<TInt32> tokens = in.get("tokens", TInt32.class);
    Operand<TInt32> lengths = in.get("lengths", TInt32.class);
    Ops prompt = tf.withSubScope("prompt");
    Operand<TBool> real = prompt.math.greater(lengths, prompt.constant(0)); // else padding
    Tensors state =
        new Tensors()
            .putAll(in)
            .putAll("cache", gpt2.read(prompt, model.parameters(in), tokens, lengths))
            .put("open", open(prompt, in, real, lastTokens(prompt, tokens, lengths), lengths))
            .put("made", prompt.constant(0))
            .put("log_probabilities", prompt.fill(prompt.constant(texts.asArray()), zero(prompt)));
    Tensors last = loop.run(tf, state);
    return new Tensors()
        .put("tokens", last.get("tokens"))
        .put("lengths", last.get("lengths"))
        .put("log_probabilities", last.get("log_probabilities"));
  }

  /** The loop; its state is what the segment reads, the cache, and how far each text is. */
  private Loop loop() {
    Specs specs =
        new Specs()
            .all(model.weightSpecs())
            .all(DecodingFeeds.specs(model.type()))
            .all(textSpecs())
            .tensors("cache", model.type(), gpt2.shapes(texts.get(0), texts.get(1), texts.get(2)))
            .tensor("open", TBool.class, texts.take(2))
            .tensor("made", TInt32.class, Shape.scalar())
            .tensor("log_probabilities", model.type(), texts);
    return Loop.define("decode_loop", specs, choice.segments(), this::goesOn, this::step);
  }

  private Operand<TBool> goesOn(Ops tf, Tensors in) {
    return tf.math.logicalAnd(
        tf.math.less(in.get("made", TInt32.class), in.get("new_tokens", TInt32.class)),
        tf.any(in.get("open", TBool.class), tf.constant(new int[] {0, 1})));
  }

  private Tensors step(Ops tf, Tensors in) {
    Operand<TInt32> tokens = in.get("tokens", TInt32.class);
    Operand<TInt32> lengths = in.get("lengths", TInt32.class);
    Operand<TBool> open = in.get("open", TBool.class);
    Parameters<T> p = model.parameters(in);
    CachedGpt2.Step<T> read =
        gpt2.next(
            tf,
            p,
            in.under("cache", model.type()),
            lastTokens(tf, tokens, lengths),
            lastPositions(tf, lengths));
    Operand<T> logits = gpt2.logits(tf, p, read.hidden()); // [N, Q, V]

    Ops scope = tf.withSubScope("next");
    Operand<TInt32> next =
        choice
            .of(
                scope,
                scope.math.greater(in.get("temperature", model.type()), zero(scope)),
                new Tensors()
                    .put("logits", logits)
                    .put("lengths", lengths)
                    .put("tasks", in.get("tasks"))
                    .put("temperature", in.get("temperature"))
                    .put("top_k", in.get("top_k"))
                    .put("top_p", in.get("top_p"))
                    .put("seed", in.get("seed")))
            .get("next", TInt32.class);
    Operand<T> logProbability = TokenChoice.logProbabilities(scope, logits, next);
    Operand<TInt32> position =
        scope.range(scope.constant(0), scope.constant((int) texts.get(2)), scope.constant(1));
    Operand<TBool> here =
        scope.math.logicalAnd(
            scope.math.equal(position, column(scope, lengths)),
            scope.expandDims(open, scope.constant(-1))); // [N, Q, S]
    Operand<TInt32> longer = scope.math.add(lengths, scope.dtypes.cast(open, TInt32.class));
    return new Tensors()
        .put("tokens", scope.select(here, column(scope, next), tokens))
        .put(
            "log_probabilities",
            scope.select(
                here, column(scope, logProbability), in.get("log_probabilities", model.type())))
        .put("lengths", longer)
        .put("open", open(scope, in, open, next, longer))
        .put("made", scope.math.add(in.get("made", TInt32.class), scope.constant(1)))
        .putAll("cache", read.cache());
  }

  /** Sorting is what sampling costs, so that the likeliest token is found without it. */
  private Choice choice() {
    Class<T> type = model.type();
    Shape logits = texts.take(2).append(model.config().model().vocabSize());
    return Choice.define(
        "next_token",
        new Specs()
            .tensor("logits", type, logits)
            .tensor("lengths", TInt32.class, texts.take(2))
            .tensor("tasks", TInt64.class, texts.take(1))
            .tensor("temperature", type, Shape.scalar())
            .tensor("top_k", TInt32.class, Shape.scalar())
            .tensor("top_p", type, Shape.scalar())
            .tensor("seed", TInt64.class, Shape.scalar()),
        new Specs().tensor("next", TInt32.class, texts.take(2)),
        (tf, in) ->
            new Tensors()
                .put(
                    "next",
                    TokenChoice.sampled(
                        tf,
                        in.get("logits", type),
                        in.get("temperature", type),
                        in.get("top_k", TInt32.class),
                        in.get("top_p", type),
                        TokenChoice.uniform(
                            tf,
                            in.get("seed", TInt64.class),
                            in.get("tasks", TInt64.class),
                            in.get("lengths", TInt32.class)))),
        (tf, in) -> new Tensors().put("next", TokenChoice.greedy(tf, in.get("logits", type))));
  }

  /** Which texts go on [N, Q]. */
  private Operand<TBool> open(
      Ops tf,
      Tensors in,
      Operand<TBool> before,
      Operand<TInt32> lastToken,
      Operand<TInt32> lengths) {
    Operand<TBool> ended = tf.math.equal(lastToken, in.get("end_of_text", TInt32.class));
    Operand<TBool> fits = tf.math.less(lengths, tf.constant((int) texts.get(2)));
    return tf.math.logicalAnd(before, tf.math.logicalAnd(tf.math.logicalNot(ended), fits));
  }

  /** Positions of the last tokens [N, Q]; 0 in an empty text. */
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
