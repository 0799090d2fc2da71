package org.reckoning.trainer.tokens;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.graph.task.TaskShape;

/**
 * An endless sequence of the batches of a split, epoch after epoch. In each epoch every task that
 * fits a bucket is in one batch. The tasks of a bucket and the order of the batches are shuffled
 * for each epoch. The last batch of a bucket may have fewer tasks than rows.
 *
 * <p>An epoch depends only on the split, the seed and the number of the epoch. So a single number,
 * the {@linkplain #position position}, is the whole state.
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
   * Assigns the tasks of a split to buckets.
   *
   * @param tasks lengths of the tasks of the split, in their order
   * @throws IllegalArgumentException if no task fits a bucket
   */
  public Batches(Buckets buckets, List<TaskLengths> tasks, long seed) {
    this.shapes = buckets.shapes();
    this.members = members(buckets, tasks);
    this.seed = seed;
    this.perEpoch = inOrder(shapes, members).size();
    if (perEpoch == 0) {
      throw new IllegalArgumentException(
          "none of the %d tasks fits one of the %d buckets; choose buckets for these tasks"
              .formatted(tasks.size(), shapes.size()));
    }
  }

  /** Returns the batches of a single pass over a split: unshuffled, bucket by bucket. */
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

  /** Returns the next batch and advances the position. */
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

  /** Returns the number of batches of an epoch. */
  public int perEpoch() {
    return perEpoch;
  }

  /** Returns the number of batches that were returned since the start. */
  public long position() {
    return position;
  }

  /** Returns the number of the epoch of the next batch, from 0. */
  public long epoch() {
    return position / perEpoch;
  }

  /**
   * Sets the position.
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
   * @param shape the shape of the bucket
   * @param tasks indices of the tasks in the split, at most the number of rows of the shape
   */
  public record Batch(TaskShape shape, List<Integer> tasks) {
    /** Copies the indices. */
    public Batch {
      tasks = List.copyOf(tasks);
    }

    /** Returns the elements of a split at the indices of this batch. */
    public <E> List<E> of(List<E> split) {
      return tasks.stream().map(split::get).toList();
    }
  }
}
