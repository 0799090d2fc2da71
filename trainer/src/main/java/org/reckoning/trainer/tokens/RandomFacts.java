package org.reckoning.trainer.tokens;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.reckoning.graph.random.RandomSeed;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;

/** Draws facts of other tasks of a split: as many as a task has, and none of its own texts. */
final class RandomFacts {
  private final List<Fact> pool;
  private final long seed;

  /** Collects the facts of a split; equal texts count once. */
  RandomFacts(List<ReasoningTask> split, long seed) {
    Map<String, Fact> facts = new LinkedHashMap<>();
    for (ReasoningTask task : split) {
      for (Fact fact : task.facts()) {
        facts.putIfAbsent(fact.text(), new Fact(fact.text(), false));
      }
    }
    pool = List.copyOf(facts.values());
    this.seed = seed;
  }

  /**
   * Draws facts for a task of the split. The seed, the split and the id of the task determine the
   * facts.
   *
   * @throws IllegalArgumentException if the other tasks have too few facts
   */
  List<Fact> draw(ReasoningTask task) {
    Set<String> own = task.facts().stream().map(Fact::text).collect(Collectors.toSet());
    int wanted = task.facts().size();
    if (pool.size() - own.size() < wanted) {
      throw new IllegalArgumentException(
          "task '%s' needs %d facts of other tasks but its split has only %d; use more tasks for method random_facts"
              .formatted(task.id(), wanted, Math.max(0, pool.size() - own.size())));
    }
    Random random = new Random(RandomSeed.of(seed, "random facts of " + task.id()));
    Set<Fact> drawn = new LinkedHashSet<>();
    while (drawn.size() < wanted) {
      Fact fact = pool.get(random.nextInt(pool.size()));
      if (!own.contains(fact.text())) {
        drawn.add(fact);
      }
    }
    return List.copyOf(drawn);
  }
}
