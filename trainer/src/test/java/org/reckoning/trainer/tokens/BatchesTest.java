package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.trainer.tokens.Batches.Batch;
import org.reckoning.trainer.tokens.Buckets.BucketLimits;

class BatchesTest {
  private static final TaskShape SMALL = new TaskShape(4, 2, 10, 1, 20);
  private static final TaskShape LARGE = new TaskShape(4, 5, 10, 1, 20);

  /** Ten small tasks, seven large ones, and one (17) that fits none, in turn. */
  private static final List<TaskLengths> TASKS =
      IntStream.range(0, 18)
          .mapToObj(
              i -> new TaskLengths("t" + i, i == 17 ? 9 : i % 2 == 1 && i < 14 ? 5 : 2, 10, 1, 20))
          .toList();

  private static final Buckets BUCKETS =
      Buckets.of(List.of(LARGE, SMALL), new BucketLimits(4, 2, 64, 1));

  private static List<Batch> take(Batches batches, int count) {
    return Stream.generate(batches::next).limit(count).toList();
  }

  private static List<Integer> tasksOf(List<Batch> batches) {
    return batches.stream().flatMap(batch -> batch.tasks().stream()).toList();
  }

  @Test
  void next_overAnEpoch_givesEveryFittingTaskOnce_inItsBucket() {
    Batches batches = new Batches(BUCKETS, TASKS, 42);
    assertThat(batches.perEpoch()).isEqualTo(5); // 4 + 4 + 2 small ones, 4 + 3 large ones
    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(batches.epoch()).isEqualTo(epoch);
      List<Batch> given = take(batches, 5);
      assertThat(tasksOf(given))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 17).boxed().toList());
      for (Batch batch : given) {
        assertThat(batch.tasks()).hasSizeBetween(1, 4);
        assertThat(batch.of(TASKS)).allMatch(task -> task.facts() == batch.shape().facts());
      }
    }
  }

  @Test
  void next_sameSeed_givesTheSame_otherSeedOrEpochDoesNot() {
    List<Batch> first = take(new Batches(BUCKETS, TASKS, 42), 10);
    assertThat(take(new Batches(BUCKETS, TASKS, 42), 10)).isEqualTo(first);
    assertThat(take(new Batches(BUCKETS, TASKS, 43), 10)).isNotEqualTo(first);
    assertThat(first.subList(5, 10)).isNotEqualTo(first.subList(0, 5));
  }

  @Test
  void next_manyBuckets_areInterleaved() {
    Batches batches = new Batches(BUCKETS, TASKS, 42);
    List<List<Integer>> orders =
        IntStream.range(0, 10)
            .mapToObj(
                epoch -> take(batches, 5).stream().map(batch -> batch.shape().facts()).toList())
            .distinct()
            .toList();
    assertThat(orders).hasSizeGreaterThan(3);
  }

  @Test
  void seek_anyPosition_goesOnExactly() {
    Batches whole = new Batches(BUCKETS, TASKS, 42);
    for (int position = 0; position < 12; position++) {
      assertThat(whole.position()).isEqualTo(position);
      Batches resumed = new Batches(BUCKETS, TASKS, 42);
      resumed.seek(position);
      assertThat(resumed.next()).isEqualTo(whole.next());
    }
    whole.seek(3);
    Batches other = new Batches(BUCKETS, TASKS, 42);
    assertThat(take(whole, 1).get(0)).isEqualTo(take(other, 4).get(3));
  }

  @Test
  void seek_negativePosition_isAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Batches(BUCKETS, TASKS, 42).seek(-1))
        .withMessage("position of the data (-1) must be 0 or more");
  }

  @Test
  void inOrder_isBucketByBucket_inTheOrderOfTheSplit() {
    List<Batch> batches = Batches.inOrder(BUCKETS, TASKS);
    assertThat(batches)
        .containsExactly(
            new Batch(SMALL, List.of(0, 2, 4, 6)),
            new Batch(SMALL, List.of(8, 10, 12, 14)),
            new Batch(SMALL, List.of(15, 16)),
            new Batch(LARGE, List.of(1, 3, 5, 7)),
            new Batch(LARGE, List.of(9, 11, 13)));
  }

  @Test
  void batches_noFittingTask_isAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Batches(BUCKETS, TASKS.subList(17, 18), 42))
        .withMessage(
            "none of the 1 tasks fits one of the 2 buckets; choose buckets for these tasks");
  }
}
