package org.reckoning.graph.unroll;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reckoning.graph.gpt2.PrefixCache;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * Groups of tasks that a pass computes in parallel.
 *
 * @param count number G of groups, all of one size
 */
public record TaskGroups(int count) {

  /** Returns the largest number of equal groups, at most {@code limit}. */
  static TaskGroups of(int tasks, int limit) {
    int groups = Math.min(tasks, limit);
    while (tasks % groups != 0) {
      groups--;
    }
    return new TaskGroups(groups);
  }

  /** Splits a tensor [N, ...] into one part [N / G, ...] for each group. */
  public <U extends TType> List<? extends Operand<U>> split(Ops tf, Operand<U> tensor) {
    return tf.split(tf.constant(0), tensor, (long) count).output();
  }

  /** Splits prefixes into one part for each group. */
  public <T extends TNumber> List<PrefixCache<T>> split(Ops tf, PrefixCache<T> prefix) {
    Operand<TInt32> all = prefix.lengths();
    if (all == null) {
      return Collections.nCopies(count, PrefixCache.none());
    }
    List<? extends Operand<TInt32>> lengths = split(tf, all);
    Map<String, List<? extends Operand<T>>> parts = new LinkedHashMap<>();
    prefix.cache().forEach((name, value) -> parts.put(name, split(tf, value)));
    List<PrefixCache<T>> prefixes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int group = i;
      Map<String, Operand<T>> own = new LinkedHashMap<>();
      parts.forEach((name, values) -> own.put(name, values.get(group)));
      prefixes.add(new PrefixCache<>(own, lengths.get(i)));
    }
    return prefixes;
  }

  /** Concatenates the parts of all groups along the task axis. */
  public <U extends TType> Operand<U> concat(Ops tf, List<? extends Operand<U>> parts, int axis) {
    return tf.concat(List.copyOf(parts), tf.constant(axis));
  }

  /** Emits the sum over the groups. */
  public <U extends TNumber> Operand<U> sum(Ops tf, List<? extends Operand<U>> parts) {
    Operand<U> sum = parts.get(0);
    for (Operand<U> more : parts.subList(1, count)) {
      sum = tf.math.add(sum, more);
    }
    return sum;
  }
}
