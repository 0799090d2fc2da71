package org.reckoning.trainer.tokens;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.reckoning.graph.bilevel.TaskShape;
import org.reckoning.graph.random.RandomSeed;

/**
 * The batches of a split, epoch after epoch without end. In each epoch every task that fits a
 * bucket is in one batch; the tasks of a bucket and the order of all batches are shuffled anew. The
 * last batch of a bucket may have fewer tasks than rows.
 *
 * <p>An epoch depends on the split, the seed and its number alone. So one number, the {@linkplain
 * #position position}, says all about where a run is.
 */
public final class Batches {
  private final List<TaskShape> shapes;
  private final List<List<Integer>> members; // indices of the tasks, by bucket
  private final long seed;
  private final int perEpoch;
  private long position;
  private long plannedEpoch = -1;
  private List<Batch> plan = List.of();

  /**
   * Sorts the tasks of a split into their buckets.
   *
   * @param tasks of the split, in its order
   * @throws IllegalArgumentException if no task fits a bucket
   */
  public Batches(Buckets buckets, List<TaskLengths> tasks, long seed) {
    this.shapes = buckets.shapes();
    this.members = members(buckets, tasks);
    this.seed = seed;
    this.perEpoch = inOrder(shapes, members).size();
    if (perEpoch == 0) {
      throw new IllegalArgumentException(
          "none of the %d tasks fits one of the %d buckets; choose the buckets for these tasks"
              .formatted(tasks.size(), shapes.size()));
    }
  }

  /** Returns the batches of one pass over a split, unshuffled, bucket by bucket. */
  public static List<Batch> inOrder(Buckets buckets, List<TaskLengths> tasks) {
    return inOrder(buckets.shapes(), members(buckets, tasks));
  }

  private static List<List<Integer>> members(Buckets buckets, List<TaskLengths> tasks) {
    List<List<Integer>> members = new ArrayList<>();
    buckets.shapes().forEach(shape -> members.add(new ArrayList<>()));
    for (int i = 0; i < tasks.size(); i++) {
      int task = i;
      buckets.bucketOf(tasks.get(i)).ifPresent(bucket -> members.get(bucket).add(task));
    }
    return members;
  }

  private static List<Batch> inOrder(List<TaskShape> shapes, List<List<Integer>> members) {
    List<Batch> batches = new ArrayList<>();
    for (int b = 0; b < shapes.size(); b++) {
      TaskShape shape = shapes.get(b);
      List<Integer> tasks = members.get(b);
      IntStream.iterate(0, from -> from < tasks.size(), from -> from + shape.tasks())
          .mapToObj(from -> tasks.subList(from, Math.min(tasks.size(), from + shape.tasks())))
          .forEach(rows -> batches.add(new Batch(shape, rows)));
    }
    return batches;
  }

  /** Returns the next batch and goes on. */
  public Batch next() {
    if (epoch() != plannedEpoch) {
      plannedEpoch = epoch();
      plan = shuffled(plannedEpoch);
    }
    Batch batch = plan.get((int) (position % perEpoch));
    position++;
    return batch;
  }

  private List<Batch> shuffled(long epoch) {
    Random random = new Random(RandomSeed.of(seed, "order of tasks", epoch));
    List<List<Integer>> order = new ArrayList<>();
    for (List<Integer> tasks : members) {
      List<Integer> copy = new ArrayList<>(tasks);
      Collections.shuffle(copy, random);
      order.add(copy);
    }
    List<Batch> batches = inOrder(shapes, order);
    Collections.shuffle(batches, random);
    return batches;
  }

  /** Returns how many batches an epoch has. */
  public int perEpoch() {
    return perEpoch;
  }

  /** Returns how many batches were given since the start. */
  public long position() {
    return position;
  }

  /** Returns the number of the epoch that the next batch belongs to, from 0. */
  public long epoch() {
    return position / perEpoch;
  }

  /**
   * Goes on as if so many batches had been given.
   *
   * @throws IllegalArgumentException if the position is negative
   */
  public void seek(long position) {
    if (position < 0) {
      throw new IllegalArgumentException(
          "position of the data (%d) must be 0 or more".formatted(position));
    }
    this.position = position;
  }

  /**
   * Tasks of one bucket that are computed together.
   *
   * @param shape holds them all
   * @param tasks their indices in the split, at most as many as the shape has rows
   */
  public record Batch(TaskShape shape, List<Integer> tasks) {
    /** Copies the indices. */
    public Batch {
      tasks = List.copyOf(tasks);
    }

    /** Returns the tasks themselves. */
    public <E> List<E> of(List<E> split) {
      return tasks.stream().map(split::get).toList();
    }
  }
}
