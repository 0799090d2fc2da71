package org.reckoning.graph.bilevel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * A pass over N tasks in G groups of N / G, each an {@link UnrolledPass} of its own over the same
 * segments. No group waits for another, so that a CPU computes as many at once as it has cores: the
 * products of a small model are too small to be shared out among cores.
 *
 * <pre>{@code
 * tasks -> split -> group_0: inner_0 -> .. -> outer -> .. -> pullback_0 -> sum -> gradient of theta_0
 *                   group_1: inner_0 -> .. -> outer -> .. -> pullback_0 ->
 * }</pre>
 */
final class GroupedPass<T extends TNumber> {
  /** Results that are sums over tasks. */
  private static final Set<String> SUMS = Set.of("loss", "check", "d_rates");

  /** Results whose second axis is the tasks; that of all others is the first. */
  private static final Set<String> TASKS_SECOND = Set.of("terms", "inner_losses");

  private final TaskModel<T> model;
  private final UnrolledPass<T> pass;
  private final int groups;

  /**
   * @param model of all tasks of the pass
   * @param trains whether the pass is needed with derivatives
   */
  GroupedPass(TaskModel<T> model, boolean trains) {
    this.model = model;
    int tasks = model.shape().tasks();
    groups = largestDivisor(tasks, model.config().taskGroups());
    TaskShape shape = model.shape().withTasks(tasks / groups);
    pass =
        new UnrolledPass<>(
            new TaskModel<>(model.config(), model.layout(), shape, model.type()), trains);
  }

  /** Returns the largest number of groups of one size, at most {@code limit}. */
  private static int largestDivisor(int tasks, int limit) {
    int groups = Math.min(tasks, limit);
    while (tasks % groups != 0) {
      groups--;
    }
    return groups;
  }

  /** Returns the segments, in the order of the picture. */
  List<Segment> segments() {
    return pass.segments();
  }

  /** Returns the functions that hold a whole group each; none but in {@code XlaMode.WHOLE}. */
  List<Segment> wholePasses() {
    return pass.wholePasses();
  }

  /** As {@link UnrolledPass#train}, for the tasks of all groups. */
  Tensors train(Ops tf, Tensors in) {
    return inGroups(tf, in, pass::train);
  }

  /** As {@link UnrolledPass#evaluate}, for the tasks of all groups. */
  Tensors evaluate(Ops tf, Tensors in) {
    return inGroups(tf, in, pass::evaluate);
  }

  /**
   * As {@link UnrolledPass#decode}, for the questions of all groups.
   *
   * @param adapted {@code adapted/NAME}, from {@link #evaluate}
   */
  Tensors decode(Ops tf, Tensors in, Tensors adapted, Tensors settings) {
    long[] tasks = LongStream.range(0, model.shape().tasks()).toArray();
    Tensors perTask = new Tensors().putAll("adapted", adapted.under("adapted", model.type()));
    perTask
        .put("tokens", in.get("questions/tokens"))
        .put("lengths", in.get("questions/lengths"))
        .put("tasks", tf.constant(tasks));
    return inGroups(
        tf,
        new Tensors().putAll(in).putAll(perTask),
        perTask.names(),
        (scope, own) -> pass.decode(scope, in, own, settings));
  }

  private Tensors inGroups(Ops tf, Tensors in, Segment.Body emit) {
    Set<String> perTask = model.factSpecs().all(model.questionSpecs()).names();
    return inGroups(tf, in, perTask, emit);
  }

  private Tensors inGroups(Ops tf, Tensors in, Set<String> perTask, Segment.Body emit) {
    if (groups == 1) {
      return emit.build(tf, in);
    }
    Ops split = tf.withSubScope("groups");
    Map<String, List<? extends Operand<?>>> parts = new LinkedHashMap<>();
    for (String name : perTask) {
      if (!name.equals("seed")) {
        parts.put(name, split(split, in.get(name)));
      }
    }
    List<Tensors> results = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      Ops scope = tf.withSubScope("group_" + group);
      Tensors own = new Tensors();
      for (String name : in.names()) {
        List<? extends Operand<?>> ofGroups = parts.get(name);
        if (ofGroups != null) {
          own.put(name, ofGroups.get(group));
        } else if (name.equals("seed")) {
          own.put(name, RandomSeed.of(scope, in.get(name, TInt64.class), "group", group));
        } else {
          own.put(name, in.get(name));
        }
      }
      results.add(emit.build(scope, own));
    }
    Tensors all = new Tensors();
    for (String name : results.get(0).names()) {
      List<Operand<?>> ofGroups = new ArrayList<>();
      results.forEach(result -> ofGroups.add(result.get(name)));
      all.put(name, merged(tf.withSubScope("all"), name, ofGroups));
    }
    return all;
  }

  private <U extends TType> List<? extends Operand<?>> split(Ops tf, Operand<U> tensor) {
    return tf.split(tf.constant(0), tensor, (long) groups).output();
  }

  private Operand<?> merged(Ops tf, String name, List<Operand<?>> ofGroups) {
    if (SUMS.contains(name) || name.startsWith("gradient/")) {
      Operand<T> sum = ofGroups.get(0).asOutput().expect(model.type());
      for (Operand<?> more : ofGroups.subList(1, groups)) {
        sum = tf.math.add(sum, more.asOutput().expect(model.type()));
      }
      return sum;
    }
    return concat(tf, ofGroups, TASKS_SECOND.contains(name) ? 1 : 0);
  }

  @SuppressWarnings("unchecked") // results of one name have one dtype
  private static <U extends TType> Operand<U> concat(Ops tf, List<Operand<?>> parts, int axis) {
    List<Operand<U>> typed = new ArrayList<>();
    parts.forEach(part -> typed.add((Operand<U>) part));
    return tf.concat(typed, tf.constant(axis));
  }
}
