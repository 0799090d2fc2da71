package org.reckoning.trainer.tokens;

import java.util.List;
import org.reckoning.graph.task.TaskShape;

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
