package org.reckoning.graph.unroll;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.PrefixCache;
import org.reckoning.graph.model.Facts;
import org.reckoning.graph.model.Prefixes;
import org.reckoning.graph.model.Questions;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.xla.Segment;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TNumber;

/**
 * A pass over N tasks in G groups of N / G, each an {@link UnrolledPass} over the same segments.
 * The groups are independent, so a CPU computes one group per core in parallel. The matrix products
 * of a small model are too small to split among cores.
 *
 * <pre>{@code
 * tasks -> split -> group_0: inner_0 -> .. -> outer -> .. -> pullback_0 -> sum -> gradient of theta_0
 *                   group_1: inner_0 -> .. -> outer -> .. -> pullback_0 ->
 * }</pre>
 */
public final class GroupedPass<T extends TNumber> {
  private final TaskModel<T> group;
  private final UnrolledPass<T> pass;
  private final TaskGroups groups;

  /**
   * Defines the segments of a group.
   *
   * @param model model on all tasks of the pass
   * @param trains whether to define the derivatives
   */
  public GroupedPass(TaskModel<T> model, boolean trains) {
    groups = TaskGroups.of(model.shape().tasks(), model.config().taskGroups());
    group = model.withTasks(model.shape().tasks() / groups.count());
    pass = new UnrolledPass<>(group, trains);
  }

  /** Returns the segments in the order of the diagram. */
  public List<Segment> segments() {
    return pass.segments();
  }

  /**
   * Returns the functions that each contain a whole group; empty except in {@code XlaMode.WHOLE}.
   */
  public List<Segment> wholePasses() {
    return pass.wholePasses();
  }

  /** Returns the split of the tasks. */
  public TaskGroups groups() {
    return groups;
  }

  /** Returns the model on the tasks of one group. */
  public TaskModel<T> group() {
    return group;
  }

  /** Emits {@link UnrolledPass#train} for the tasks of all groups. */
  public UnrolledPass.Training<T> train(Ops tf, PassArguments<T> in) {
    if (groups.count() == 1) {
      return pass.train(tf, in);
    }
    List<UnrolledPass.Training<T>> parts = inGroups(tf, in, pass::train);
    Map<String, Operand<T>> gradients = new LinkedHashMap<>();
    PassScores<T> scores = scores(tf, parts, UnrolledPass.Training::scores);
    for (String name : parts.get(0).gradients().keySet()) {
      gradients.put(name, sum(tf, parts, part -> part.gradients().get(name)));
    }
    return new UnrolledPass.Training<>(
        scores,
        gradients,
        parts.get(0).rates() == null ? null : sum(tf, parts, UnrolledPass.Training::rates));
  }

  /** Emits {@link UnrolledPass#evaluate} for the tasks of all groups. */
  public UnrolledPass.Evaluation<T> evaluate(Ops tf, PassArguments<T> in) {
    if (groups.count() == 1) {
      return pass.evaluate(tf, in);
    }
    List<UnrolledPass.Evaluation<T>> parts = inGroups(tf, in, pass::evaluate);
    PassScores<T> scores = scores(tf, parts, UnrolledPass.Evaluation::scores);
    Map<String, Operand<T>> adapted = new LinkedHashMap<>();
    for (String name : parts.get(0).adapted().keySet()) {
      adapted.put(name, concat(tf, parts, part -> part.adapted().get(name), 0));
    }
    return new UnrolledPass.Evaluation<>(scores, adapted, prefix(tf, in, parts));
  }

  private PrefixCache<T> prefix(
      Ops tf, PassArguments<T> in, List<UnrolledPass.Evaluation<T>> parts) {
    Prefixes prefixes = in.tasks().prefixes();
    if (prefixes == null) {
      return PrefixCache.none();
    }
    Map<String, Operand<T>> cache = new LinkedHashMap<>();
    for (String name : parts.get(0).prefix().cache().keySet()) {
      cache.put(name, concat(tf, parts, part -> part.prefix().cache().get(name), 0));
    }
    return new PrefixCache<>(cache, prefixes.lengths());
  }

  private <R> List<R> inGroups(
      Ops tf, PassArguments<T> in, BiFunction<Ops, PassArguments<T>, R> emit) {
    List<TaskInputs<T>> tasks = split(tf.withSubScope("groups"), in.tasks());
    List<R> results = new ArrayList<>();
    for (int i = 0; i < groups.count(); i++) {
      Ops scope = tf.withSubScope("group_" + i);
      TaskInputs<T> own =
          tasks.get(i).withSeed(RandomSeed.of(scope, in.tasks().requireSeed(), "group", i));
      results.add(emit.apply(scope, new PassArguments<>(in.weights(), in.rates(), own)));
    }
    return results;
  }

  private List<TaskInputs<T>> split(Ops tf, TaskInputs<T> tasks) {
    var tokens = groups.split(tf, tasks.facts().tokens());
    var lengths = groups.split(tf, tasks.facts().lengths());
    var targets = groups.split(tf, tasks.facts().targets());
    var relevant = groups.split(tf, tasks.relevant());
    var questionTokens = groups.split(tf, tasks.questions().tokens());
    var questionLengths = groups.split(tf, tasks.questions().lengths());
    var spans = groups.split(tf, tasks.questions().spans());
    var weights = groups.split(tf, tasks.weights());
    Prefixes all = tasks.prefixes();
    List<Prefixes> prefixes = all == null ? List.of() : split(tf, all);
    List<TaskInputs<T>> parts = new ArrayList<>();
    for (int i = 0; i < groups.count(); i++) {
      parts.add(
          new TaskInputs<>(
              new Facts<>(tokens.get(i), lengths.get(i), targets.get(i)),
              relevant.get(i),
              new Questions(questionTokens.get(i), questionLengths.get(i), spans.get(i)),
              weights.get(i),
              null,
              prefixes.isEmpty() ? null : prefixes.get(i)));
    }
    return parts;
  }

  private List<Prefixes> split(Ops tf, Prefixes prefixes) {
    var tokens = groups.split(tf, prefixes.tokens());
    var lengths = groups.split(tf, prefixes.lengths());
    List<Prefixes> parts = new ArrayList<>();
    for (int i = 0; i < groups.count(); i++) {
      parts.add(new Prefixes(tokens.get(i), lengths.get(i)));
    }
    return parts;
  }

  private <R> PassScores<T> scores(Ops tf, List<R> parts, Function<R, PassScores<T>> scoresOf) {
    List<PassScores<T>> scores = parts.stream().map(scoresOf).toList();
    return new PassScores<>(
        concat(tf, scores, PassScores::innerLosses, 1),
        sum(tf, scores, PassScores::loss),
        concat(tf, scores, PassScores::terms, 1),
        sum(tf, scores, PassScores::check),
        new QuestionScores<>(
            concat(tf, scores, each -> each.questions().loss(), 0),
            concat(tf, scores, each -> each.questions().correct(), 0),
            concat(tf, scores, each -> each.questions().targets(), 0)));
  }

  private <R> Operand<T> sum(Ops tf, List<R> parts, Function<R, @Nullable Operand<T>> field) {
    return groups.sum(tf.withSubScope("all"), parts.stream().map(field).toList());
  }

  private <R> Operand<T> concat(
      Ops tf, List<R> parts, Function<R, @Nullable Operand<T>> field, int axis) {
    return groups.concat(tf.withSubScope("all"), parts.stream().map(field).toList(), axis);
  }
}
