package org.reckoning.trainer.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.random.StableHash;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Chooses the distractors of a task and the order of its facts. Both depend only on the seed and
 * the id of the task, so that the method and its baselines get the same facts. The relevant facts
 * of a question keep the order of the record.
 *
 * <p>If the relevant facts of a task are unknown, all facts are kept.
 *
 * @param order the place of the distractors
 * @param distractors largest number of distractors, drawn without replacement; null for all
 * @param seed seed of the choice and of the shuffle
 */
public record FactOrder(LoadOrder order, @Nullable Integer distractors, long seed)
    implements UnaryOperator<ReasoningTask> {

  /**
   * Checks the number of distractors.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public FactOrder {
    if (distractors != null && distractors < 0) {
      throw new IllegalArgumentException(
          "distractors (%d) must be 0 or more".formatted(distractors));
    }
  }

  /** Returns the task with the chosen facts in their order. */
  @Override
  public ReasoningTask apply(ReasoningTask task) {
    List<Integer> order = order(task);
    int[] places = new int[task.facts().size()];
    Arrays.fill(places, -1);
    for (int place = 0; place < order.size(); place++) {
      places[order.get(place)] = place;
    }
    List<Question> questions =
        task.questions().stream()
            .map(
                question ->
                    new Question(
                        question.text(),
                        question.label(),
                        question.relevant().stream().map(index -> places[index]).toList()))
            .toList();
    List<Fact> facts = order.stream().map(task.facts()::get).toList();
    return new ReasoningTask(task.id(), task.type(), facts, questions, task.hops(), task.labels());
  }

  /** Returns the indices of the chosen facts, in their order. */
  private List<Integer> order(ReasoningTask task) {
    Map<Boolean, List<Integer>> isRelevant =
        IntStream.range(0, task.facts().size())
            .boxed()
            .collect(Collectors.partitioningBy(i -> task.facts().get(i).relevant()));
    List<Integer> relevant = List.copyOf(isRelevant.getOrDefault(true, List.of()));
    List<Integer> others = chosen(task, isRelevant.getOrDefault(false, List.of()));
    List<Integer> all = new ArrayList<>();
    switch (order) {
      case PRE -> {
        all.addAll(relevant);
        all.addAll(others);
      }
      case POST -> {
        all.addAll(others);
        all.addAll(relevant);
      }
      case IN, NORM -> {
        all.addAll(relevant);
        all.addAll(others);
        Collections.sort(all);
      }
    }
    if (order == LoadOrder.IN) {
      Collections.shuffle(all, new Random(StableHash.of("order", seed, task.id())));
    }
    return all;
  }

  private List<Integer> chosen(ReasoningTask task, List<Integer> available) {
    if (distractors == null || distractors >= available.size()) {
      return List.copyOf(available);
    }
    if (task.isOfClosedWorld()) {
      throw new IllegalArgumentException(
          "data.distractors (%d) must be null for theories of a closed world: without a sentence of '%s' another label may be right"
              .formatted(distractors, task.id()));
    }
    Random random = new Random(StableHash.of("distractors", seed, task.id()));
    List<Integer> chosen = new ArrayList<>(available);
    Collections.shuffle(chosen, random);
    return chosen.stream().limit(distractors).sorted().toList();
  }

  /** The place of the distractors among the facts of a task. */
  public enum LoadOrder {
    /** The relevant facts, then the distractors. */
    PRE,
    /** The distractors, then the relevant facts. */
    POST,
    /** All facts shuffled. */
    IN,
    /** The order of the record. */
    NORM
  }
}
