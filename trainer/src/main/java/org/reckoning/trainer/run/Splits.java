package org.reckoning.trainer.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.reckoning.trainer.data.ReasoningTask;

/**
 * Tasks of a run, in three splits.
 *
 * @param train tasks for training
 * @param val tasks that select the best checkpoint
 * @param test tasks for the results
 */
public record Splits(List<ReasoningTask> train, List<ReasoningTask> val, List<ReasoningTask> test) {
  /** Copies the lists. */
  public Splits {
    train = List.copyOf(train);
    val = List.copyOf(val);
    test = List.copyOf(test);
  }

  /** Returns splits for an evaluation: the test tasks decide shapes, too. */
  public static Splits ofTest(List<ReasoningTask> test) {
    return new Splits(test, List.of(), test);
  }

  /** Returns a text that only equal tasks have in common. */
  public String fingerprint() {
    return DataFingerprint.of(this).toString();
  }

  /**
   * Returns the labels if all tasks have the same ones and these are not those of their dataset
   * type.
   */
  public Optional<List<String>> labels() {
    List<ReasoningTask> all = all();
    List<String> labels = all.get(0).labels();
    boolean isCommon = all.stream().allMatch(task -> task.labels().equals(labels));
    return isCommon && !labels.equals(all.get(0).type().labels())
        ? Optional.of(labels)
        : Optional.empty();
  }

  /** Returns the tasks of all splits. */
  public List<ReasoningTask> all() {
    List<ReasoningTask> all = new ArrayList<>(train);
    all.addAll(val);
    all.addAll(test);
    return all;
  }
}
