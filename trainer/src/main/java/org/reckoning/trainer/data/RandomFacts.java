package org.reckoning.trainer.data;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The random-facts baseline: gives a task as many facts as it has, all of them different facts of
 * other tasks of the split and none of its own. What it draws depends on the seed, the split and
 * the id of the task. No question has a relevant fact then.
 */
public final class RandomFacts implements UnaryOperator<ReasoningTask> {
  /** Draws for each fact before the whole split is searched. */
  private static final int DRAWS = 100;

  private final List<ReasoningTask> split;
  private final long seed;

  /**
   * Draws from a split.
   *
   * @param split its tasks, of which it is enough to have some thousands
   * @param seed of the draws
   */
  public RandomFacts(List<ReasoningTask> split, long seed) {
    this.split = List.copyOf(split);
    this.seed = seed;
  }

  /**
   * Returns the task with other facts.
   *
   * @throws IllegalArgumentException if the split has too few facts that are not the task's own
   */
  @Override
  public ReasoningTask apply(ReasoningTask task) {
    Set<String> own = task.facts().stream().map(Fact::text).collect(Collectors.toSet());
    List<String> texts = draw(task, own);
    List<Question> questions =
        task.questions().stream()
            .map(question -> new Question(question.text(), question.label(), List.of()))
            .toList();
    return new ReasoningTask(
        task.id(),
        task.type(),
        texts.stream().map(text -> new Fact(text, false)).toList(),
        questions,
        task.hops(),
        task.labels());
  }

  private List<String> draw(ReasoningTask task, Set<String> own) {
    int count = task.facts().size();
    Random random = StableHash.random("random facts", seed, task.id());
    Set<String> drawn = new LinkedHashSet<>();
    for (int i = 0; i < count * DRAWS && drawn.size() < count && !split.isEmpty(); i++) {
      List<Fact> facts = split.get(random.nextInt(split.size())).facts();
      if (!facts.isEmpty()) {
        String text = facts.get(random.nextInt(facts.size())).text();
        if (!own.contains(text)) {
          drawn.add(text);
        }
      }
    }
    if (drawn.size() < count) {
      // Few different facts: take whatever there is, in the order of the split.
      split.stream()
          .flatMap(other -> other.facts().stream())
          .map(Fact::text)
          .filter(text -> !own.contains(text))
          .forEach(drawn::add);
    }
    if (drawn.size() < count) {
      throw new IllegalArgumentException(
          "random_facts needs %d facts of other tasks than '%s' but the split has %d; use more tasks"
              .formatted(count, task.id(), drawn.size()));
    }
    return new ArrayList<>(drawn).subList(0, count);
  }
}
