package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.trainer.tokens.Buckets.BucketLimits;

class BucketsTest {
  private static TaskLengths task(String id, int facts, int factTokens, int questionTokens) {
    return new TaskLengths(id, facts, factTokens, 1, questionTokens);
  }

  private static List<TaskLengths> copies(int count, int facts, int factTokens, int question) {
    return IntStream.range(0, count)
        .mapToObj(i -> task(facts + "-" + i, facts, factTokens, question))
        .toList();
  }

  @Test
  void choose_equalTasks_isOneShape() {
    Buckets buckets = Buckets.choose(copies(10, 5, 12, 30), new BucketLimits(4, 3, 64, 4));
    assertThat(buckets.shapes()).containsExactly(new TaskShape(4, 5, 12, 1, 30));
  }

  @Test
  void choose_twoSizes_isTwoShapes_theSmallerFirst() {
    List<TaskLengths> tasks = new ArrayList<>(copies(8, 9, 20, 60));
    tasks.addAll(copies(8, 3, 10, 30));
    Buckets buckets = Buckets.choose(tasks, new BucketLimits(4, 3, 64, 4));
    assertThat(buckets.shapes())
        .containsExactly(new TaskShape(4, 3, 10, 1, 30), new TaskShape(4, 9, 20, 1, 60));
    assertThat(buckets.bucketOf(task("x", 2, 10, 30))).hasValue(0);
    assertThat(buckets.bucketOf(task("x", 4, 10, 30))).hasValue(1);
    assertThat(buckets.bucketOf(task("x", 4, 21, 30))).isEmpty();
  }

  @Test
  void choose_prefixes_haveShapesOfTheirOwn_withinTheLimitOfTheWhole() {
    List<TaskLengths> tasks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tasks.add(new TaskLengths("short " + i, 1, 2, 2, 10, 20));
      tasks.add(new TaskLengths("long " + i, 1, 2, 2, 10, 54));
    }
    tasks.add(new TaskLengths("too long", 1, 2, 2, 10, 55));
    Buckets buckets = Buckets.choose(tasks, new BucketLimits(4, 3, 64, 0));
    assertThat(buckets.shapes())
        .containsExactly(new TaskShape(4, 1, 2, 2, 10, 20), new TaskShape(4, 1, 2, 2, 10, 54));
    assertThat(buckets.unfit(tasks)).containsExactly("too long");
  }

  @Test
  void choose_littleToSave_isNotWorthAShape() {
    List<TaskLengths> tasks = new ArrayList<>(copies(8, 5, 20, 60));
    tasks.addAll(copies(8, 5, 19, 60));
    Buckets buckets = Buckets.choose(tasks, new BucketLimits(4, 3, 64, 4));
    assertThat(buckets.shapes()).containsExactly(new TaskShape(4, 5, 20, 1, 60));
  }

  @Test
  void choose_oneLargerTask_fillsTheBatchOfTheOthers() {
    // Alone, the larger task would be a batch with three rows of padding.
    List<TaskLengths> tasks = new ArrayList<>(copies(3, 4, 10, 10));
    tasks.add(task("large", 4, 11, 10));
    Buckets buckets = Buckets.choose(tasks, new BucketLimits(4, 2, 64, 4));
    assertThat(buckets.shapes()).containsExactly(new TaskShape(4, 4, 11, 1, 10));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void choose_randomTasks_isNoWorseThanAnyCut(long seed) {
    Random random = new Random(seed);
    List<TaskLengths> tasks =
        IntStream.range(0, 12)
            .mapToObj(
                i ->
                    task(
                        "t" + i,
                        1 + random.nextInt(8),
                        5 + random.nextInt(20),
                        10 + random.nextInt(40)))
            .sorted((a, b) -> Long.compare(work(a), work(b)))
            .toList();
    BucketLimits limits = new BucketLimits(1, 2, 64, 1);
    long chosen = work(tasks, Buckets.choose(tasks, limits));
    long best = Long.MAX_VALUE;
    for (int cut = 1; cut <= tasks.size(); cut++) {
      best =
          Math.min(best, workOfGroup(tasks.subList(0, cut)) + workOfGroup(tasks.subList(cut, 12)));
    }
    assertThat((double) chosen).isLessThanOrEqualTo(1.1 * best);
  }

  private static long work(TaskLengths task) {
    return (long) task.facts() * task.factTokens() + task.questionTokens();
  }

  private static long work(List<TaskLengths> tasks, Buckets buckets) {
    return tasks.stream()
        .map(task -> buckets.shapes().get(buckets.bucketOf(task).orElseThrow()))
        .mapToLong(shape -> (long) shape.facts() * shape.factTokens() + shape.questionTokens())
        .sum();
  }

  private static long workOfGroup(List<TaskLengths> tasks) {
    long facts = tasks.stream().mapToInt(TaskLengths::facts).max().orElse(0);
    long factTokens = tasks.stream().mapToInt(TaskLengths::factTokens).max().orElse(0);
    long questionTokens = tasks.stream().mapToInt(TaskLengths::questionTokens).max().orElse(0);
    return tasks.size() * (facts * factTokens + questionTokens);
  }

  @Test
  void choose_thousandsOfSizes_holdsAllOfThem() {
    Random random = new Random(1);
    List<TaskLengths> tasks =
        IntStream.range(0, 20_000)
            .mapToObj(
                i ->
                    task(
                        "t" + i,
                        1 + random.nextInt(25),
                        5 + random.nextInt(40),
                        20 + random.nextInt(200)))
            .toList();
    Buckets buckets = Buckets.choose(tasks, new BucketLimits(4, 3, 1024, 4));
    assertThat(buckets.shapes()).hasSizeBetween(2, 3);
    assertThat(buckets.unfit(tasks)).isEmpty();
  }

  @Test
  void choose_orderOfTasks_doesNotMatter() {
    List<TaskLengths> tasks = new ArrayList<>(copies(8, 9, 20, 60));
    tasks.addAll(copies(9, 3, 10, 30));
    tasks.addAll(copies(2, 5, 11, 64));
    BucketLimits limits = new BucketLimits(4, 2, 64, 4);
    List<TaskShape> shapes = Buckets.choose(tasks, limits).shapes();
    Collections.reverse(tasks);
    assertThat(Buckets.choose(tasks, limits).shapes()).isEqualTo(shapes);
  }

  @Test
  void choose_tooLongTasks_areLeftOutAndNamed() {
    List<TaskLengths> tasks = new ArrayList<>(copies(5, 3, 10, 30));
    tasks.add(task("long-fact", 3, 33, 30));
    tasks.add(task("long-question", 3, 10, 33));
    Buckets buckets = Buckets.choose(tasks, new BucketLimits(4, 3, 32, 4));
    assertThat(buckets.shapes()).containsExactly(new TaskShape(4, 3, 10, 1, 30));
    assertThat(buckets.unfit(tasks)).containsExactly("long-fact", "long-question");
    assertThat(buckets.bucketOf(tasks.get(5))).isEqualTo(OptionalInt.empty());
  }

  @Test
  void choose_allTooLong_isAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Buckets.choose(copies(2, 3, 10, 70), new BucketLimits(4, 3, 64, 4)))
        .withMessage(
            "all 2 tasks exceed max_tokens (64); the shortest needs 70: raise data.max_tokens,"
                + " and model.n_positions of a run that has not begun, or cut long facts with"
                + " data.segment_tokens");
  }

  @Test
  void limits_zeroBuckets_isAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BucketLimits(4, 0, 64, 4))
        .withMessage("max_buckets (0) must be at least 1");
  }

  @Test
  void report_showsTasksBatchesPaddingAndUnfit() {
    List<TaskLengths> tasks = new ArrayList<>(copies(4, 2, 10, 20));
    tasks.addAll(copies(6, 4, 20, 40));
    IntStream.range(0, 7).forEach(i -> tasks.add(task("long-" + i, 2, 10, 100)));
    Buckets buckets = Buckets.choose(tasks, new BucketLimits(4, 3, 64, 1));
    // 6 of the 8 rows of the second bucket are tasks.
    assertThat(buckets.report(tasks).lines())
        .containsExactly(
            "bucket    tasks  batches    facts x tokens  questions x tokens  padding",
            "     1        4        1        2 x     10          1 x     20      0 %",
            "     2        6        2        4 x     20          1 x     40     25 %",
            "  none        7 left out, too large: long-0, long-1, long-2, long-3, long-4 and 2"
                + " more");
  }
}
