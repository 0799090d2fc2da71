package org.reckoning.trainer.data;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * An unlimited source of tasks. A task depends only on its split, its index and the settings of the
 * generator. No problem is in two splits.
 */
public interface TaskGenerator {
  /** Returns a task of a split, made without the tasks before it. */
  ReasoningTask task(Split split, long index);

  /** Returns the first tasks of a split, generated lazily. */
  default Stream<ReasoningTask> tasks(Split split, long count) {
    return LongStream.range(0, count).mapToObj(index -> task(split, index));
  }

  /**
   * Returns tasks that together contain each word of this generator in each place where it can
   * stand: in facts, questions and labels, first or later in a text. They define a vocabulary and
   * need not make sense.
   */
  List<ReasoningTask> lexicon();
}
