package org.reckoning.graph.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.DecodedTexts;
import org.reckoning.graph.decoding.Decoder;
import org.reckoning.graph.decoding.Prompts;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.unroll.GroupedPass;
import org.reckoning.graph.unroll.PassArguments;
import org.reckoning.graph.unroll.TaskGroups;
import org.reckoning.graph.unroll.UnrolledPass;
import org.reckoning.graph.variables.MetaParameters;
import org.reckoning.graph.xla.HostTensors;
import org.reckoning.graph.xla.Precompilation;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** Feeds and fetches of one batch shape. */
final class Bucket<T extends TNumber> {
  private final Ops tf;
  private final ModelSession<T> session;
  private final TaskShape shape;
  private final GroupedPass<T> pass;
  private final TaskInputs<T> feeds;
  private final PassArguments<T> arguments;
  private final @Nullable Training<T> training;
  private final UnrolledPass.Evaluation<T> evaluation;
  private @Nullable DecodedTexts<T> generation;
  private final Precompilation precompilation = new Precompilation();

  /**
   * Fetches and ops of a training step.
   *
   * @param pass losses and scores of the pass
   * @param gradients of all updated variables, by name; for the rates, of their stored form
   * @param normsOfApplied squared norms of the gradients, then their sum; a fetch of them makes the
   *     update
   * @param accumulateFirst ops that set the accumulated gradients
   * @param accumulateNext ops that add to the accumulated gradients
   */
  record Training<T extends TNumber>(
      UnrolledPass.Training<T> pass,
      Map<String, Operand<T>> gradients,
      Operand<T> normsOfApplied,
      List<Op> accumulateFirst,
      List<Op> accumulateNext) {

    /** Returns the fetches of a whole update: scores of the pass, then the norms. */
    List<Operand<T>> fetches() {
      return Stream.concat(pass.scores().fetches().stream(), Stream.of(normsOfApplied)).toList();
    }
  }

  /**
   * Emits the pass of a shape.
   *
   * @param outer the outer update; null for an evaluation shape
   * @throws IllegalArgumentException if a shape of training has a prefix
   */
  Bucket(Ops tf, ModelSession<T> session, TaskShape shape, @Nullable OuterStep<T> outer) {
    this.tf = tf;
    this.session = session;
    this.shape = shape;
    if (outer != null && shape.prefixTokens() > 0) {
      throw new IllegalArgumentException(
          "prefix_tokens (%d) must be 0 in training: nothing is learned through a prefix"
              .formatted(shape.prefixTokens()));
    }
    TaskModel<T> model = session.model(shape);
    pass = new GroupedPass<>(model, outer != null);
    feeds = TaskInputs.placeholders(tf.withSubScope("feeds"), model);
    MetaParameters<T> parameters = session.parameters();
    arguments =
        new PassArguments<>(
            parameters.weights().reads(), parameters.emitRates(tf).orElse(null), feeds);
    training = outer == null ? null : training(outer);
    evaluation = pass.evaluate(tf.withSubScope("evaluate"), arguments);
  }

  private Training<T> training(OuterStep<T> outer) {
    Ops scope = tf.withSubScope("train");
    UnrolledPass.Training<T> results = pass.train(scope, arguments);
    Map<String, Operand<T>> gradients = new LinkedHashMap<>(results.gradients());
    if (results.rates() != null) {
      Operand<T> d = results.rates();
      gradients.put(
          MetaParameters.RATES,
          session.parameters().ratesAreLogs() && arguments.rates() != null
              ? tf.math.mul(d, arguments.rates())
              : d); // d exp(r) = exp(r) dr
    }
    return new Training<>(
        results,
        gradients,
        outer.apply(tf.withSubScope("apply"), gradients, results.scores().check()),
        outer.set(tf.withSubScope("accumulate_first"), gradients),
        outer.add(tf.withSubScope("accumulate_next"), gradients));
  }

  GroupedPass<T> pass() {
    return pass;
  }

  /** Returns the fetches of a training step; refuses a shape for evaluation. */
  Training<T> training() {
    if (training == null) {
      throw new IllegalArgumentException(
          "batch shape %s is for evaluation only; train on one of the configuration"
              .formatted(shape));
    }
    return training;
  }

  /** Returns this bucket for a training step. The first one is compiled by several threads. */
  Bucket<T> forTraining() {
    if (session.config().xla() == XlaMode.SEGMENTS) {
      precompilation.begin(session.session(), tf.withSubScope("compile"), training().fetches());
    }
    return this;
  }

  void close() {
    precompilation.close();
  }

  UnrolledPass.Evaluation<T> evaluation() {
    return evaluation;
  }

  FedTensors<T> feeds(TaskBatch batch, long seed) {
    return session.feeds().put(feeds, batch, seed);
  }

  /**
   * Evaluates a batch.
   *
   * @throws NotFiniteException if a loss is not finite
   */
  PassResult evaluate(TaskBatch batch) {
    Session.Runner runner = session.runner();
    evaluation.scores().fetches().forEach(runner::fetch);
    try (FedTensors<T> fed = feeds(batch, 0);
        Result fetched = fed.into(runner).run()) {
      return PassResult.of(batch, session.config(), fetched);
    }
  }

  /**
   * Returns the values of operands of this bucket.
   *
   * @param what what an operand is, before its name, for the message of an exception
   * @throws NotFiniteException if a value is not finite
   */
  Map<String, double[]> values(
      String what, Map<String, Operand<T>> operands, TaskBatch batch, long seed) {
    Session.Runner runner = session.runner();
    operands.values().forEach(runner::fetch);
    Map<String, double[]> values = new LinkedHashMap<>();
    try (FedTensors<T> fed = feeds(batch, seed);
        Result fetched = fed.into(runner).run()) {
      int i = 0;
      for (String name : operands.keySet()) {
        double[] numbers = HostTensors.toDoubles(fetched.get(i++));
        NotFiniteException.require("%s '%s'".formatted(what, name), numbers);
        values.put(name, numbers);
      }
    }
    return values;
  }

  /** Returns the fetches of decoding; the first call emits the decoder. */
  DecodedTexts<T> generation() {
    if (generation == null) {
      generation = emitDecoder(tf.withSubScope("generate"));
    }
    return generation;
  }

  /** Emits a decoder for each group of tasks. */
  private DecodedTexts<T> emitDecoder(Ops scope) {
    TaskGroups groups = pass.groups();
    Decoder<T> decoder = new Decoder<>(pass.group());
    Operand<TInt64> numbers = scope.constant(LongStream.range(0, shape.tasks()).toArray());
    if (groups.count() == 1) {
      Prompts prompts =
          new Prompts(feeds.questions().tokens(), feeds.questions().lengths(), numbers);
      return decode(scope, decoder, evaluation.adapted(), evaluation.prefix(), prompts);
    }
    Ops split = scope.withSubScope("groups");
    Map<String, List<? extends Operand<T>>> adapted = new LinkedHashMap<>();
    evaluation.adapted().forEach((name, value) -> adapted.put(name, groups.split(split, value)));
    List<PrefixCache<T>> prefixes = groups.split(split, evaluation.prefix());
    var tokens = groups.split(split, feeds.questions().tokens());
    var lengths = groups.split(split, feeds.questions().lengths());
    var tasks = groups.split(split, numbers);
    List<DecodedTexts<T>> parts = new ArrayList<>();
    for (int i = 0; i < groups.count(); i++) {
      int group = i;
      Map<String, Operand<T>> own = new LinkedHashMap<>();
      adapted.forEach((name, values) -> own.put(name, values.get(group)));
      Prompts prompts = new Prompts(tokens.get(i), lengths.get(i), tasks.get(i));
      parts.add(decode(scope.withSubScope("group_" + i), decoder, own, prefixes.get(i), prompts));
    }
    Ops all = scope.withSubScope("all");
    return new DecodedTexts<>(
        groups.concat(all, parts.stream().map(DecodedTexts::tokens).toList(), 0),
        groups.concat(all, parts.stream().map(DecodedTexts::lengths).toList(), 0),
        groups.concat(all, parts.stream().map(DecodedTexts::logProbabilities).toList(), 0));
  }

  private DecodedTexts<T> decode(
      Ops scope,
      Decoder<T> decoder,
      Map<String, Operand<T>> adapted,
      PrefixCache<T> prefix,
      Prompts prompts) {
    Map<String, Operand<T>> shared =
        pass.group().shared(scope.withSubScope("shared"), arguments.weights());
    return decoder.decode(
        scope, new Weights<>(adapted, shared), prefix, prompts, session.decoding());
  }
}
