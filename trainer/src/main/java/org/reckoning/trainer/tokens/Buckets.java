package org.reckoning.trainer.tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.reckoning.graph.task.TaskShape;

/**
 * The static shapes of all batches. Each task goes to the shape in which it needs the least work.
 *
 * <p>The work of a task in a shape is its number of token positions, with padding: {@code K * facts
 * * factTokens + prefixTokens + questions * questionTokens}, with K at least 1. Tasks are sorted by
 * work, and by each of their sizes, and each order is cut into consecutive groups. The shape of a
 * group has the maximum of each size; the last batch is filled with rows of padding. Dynamic
 * programming finds the cuts of least work for each number of groups, and the best order wins. The
 * result is optimal among groups that are consecutive in one of the orders.
 *
 * <p>Each shape is compiled separately. So the number of shapes is the smallest within 10 % of the
 * least work of {@code maxBuckets} shapes.
 */
public final class Buckets {
  private static final double ACCEPTED_WORK = 1.1;

  /** Largest number of groups, since the search is quadratic; with more, sizes are rounded up. */
  private static final int MOST_GROUPS = 2048;

  private static final int MOST_IDS = 5;

  private final BucketLimits limits;
  private final List<TaskShape> shapes; // in ascending order of work

  private Buckets(Collection<TaskShape> shapes, BucketLimits limits) {
    this.limits = limits;
    this.shapes =
        shapes.stream()
            .distinct()
            .sorted(Comparator.comparingLong(shape -> Group.of(shape).work(limits)))
            .toList();
  }

  /** The maximum of each size of some tasks, and the number of these tasks. */
  private record Group(
      int facts, int factTokens, int questions, int questionTokens, int prefixTokens, int count) {
    static final Comparator<Group> BY_SIZE =
        Comparator.comparingInt(Group::facts)
            .thenComparingInt(Group::factTokens)
            .thenComparingInt(Group::questions)
            .thenComparingInt(Group::questionTokens)
            .thenComparingInt(Group::prefixTokens);

    static Group of(TaskLengths task) {
      return new Group(
          task.facts(),
          task.factTokens(),
          task.questions(),
          task.questionTokens(),
          task.prefixTokens(),
          1);
    }

    static Group of(TaskShape shape) {
      return new Group(
          shape.facts(),
          shape.factTokens(),
          shape.questions(),
          shape.questionTokens(),
          shape.prefixTokens(),
          1);
    }

    Group with(Group other) {
      return new Group(
          Math.max(facts, other.facts),
          Math.max(factTokens, other.factTokens),
          Math.max(questions, other.questions),
          Math.max(questionTokens, other.questionTokens),
          Math.max(prefixTokens, other.prefixTokens),
          count + other.count);
    }

    /** Returns the sizes in units of {@code grain}, rounded up. */
    List<Integer> rounded(int grain) {
      return List.of(
          ceilDiv(facts, grain),
          ceilDiv(factTokens, grain),
          ceilDiv(questions, grain),
          ceilDiv(questionTokens, grain),
          ceilDiv(prefixTokens, grain));
    }

    TaskShape shape(BucketLimits limits) {
      return new TaskShape(
          limits.tasks(), facts, factTokens, questions, questionTokens, prefixTokens);
    }

    /** Returns the token positions of one task. */
    long work(BucketLimits limits) {
      long passesOverFacts = Math.max(1, limits.innerSteps());
      return passesOverFacts * facts * factTokens
          + prefixTokens
          + (long) questions * questionTokens;
    }

    /** Returns the token positions of all tasks, in full batches. */
    long workOfBatches(BucketLimits limits) {
      return work(limits) * ceilDiv(count, limits.tasks()) * limits.tasks();
    }
  }

  /**
   * Chooses the shapes for tasks. Tasks with a sequence above the limit are ignored; {@link #unfit}
   * lists them.
   *
   * @param tasks lengths of the tasks of all splits
   * @throws IllegalArgumentException if all tasks are too long
   */
  public static Buckets choose(Collection<TaskLengths> tasks, BucketLimits limits) {
    List<TaskLengths> fitting =
        tasks.stream().filter(task -> task.longestSequence() <= limits.maxTokens()).toList();
    limits.requireFit(tasks, "tasks");
    Buckets all = new Buckets(leastWork(groups(fitting), limits), limits);
    // Drop shapes whose tasks all need less work in another.
    int[] used = fitting.stream().map(all::bucketOf).mapToInt(OptionalInt::getAsInt).toArray();
    return new Buckets(Arrays.stream(used).mapToObj(all.shapes::get).toList(), limits);
  }

  /**
   * Returns buckets of given shapes, such as those of a checkpoint.
   *
   * @throws IllegalArgumentException if no shape is given
   */
  public static Buckets of(List<TaskShape> shapes, BucketLimits limits) {
    if (shapes.isEmpty()) {
      throw new IllegalArgumentException("the number of buckets (0) must be at least 1");
    }
    return new Buckets(shapes, limits);
  }

  /** Groups tasks of the same sizes, rounded up if the groups are too many. */
  private static List<Group> groups(List<TaskLengths> tasks) {
    for (int grain = 1; ; grain *= 2) {
      Map<List<Integer>, Group> groups = new LinkedHashMap<>();
      for (TaskLengths task : tasks) {
        Group group = Group.of(task);
        groups.merge(group.rounded(grain), group, Group::with);
      }
      if (groups.size() <= MOST_GROUPS) {
        return List.copyOf(groups.values());
      }
    }
  }

  /** Shapes, and the work of all tasks in these shapes. */
  private record Plan(List<TaskShape> shapes, long work) {}

  private static List<TaskShape> leastWork(List<Group> groups, BucketLimits limits) {
    List<Plan> plans = new ArrayList<>();
    List<Comparator<Group>> orders =
        List.of(
            Comparator.comparingLong(group -> group.work(limits)),
            Comparator.comparingInt(Group::facts),
            Comparator.comparingInt(Group::factTokens),
            Comparator.comparingInt(Group::questions),
            Comparator.comparingInt(Group::questionTokens),
            Comparator.comparingInt(Group::prefixTokens));
    for (Comparator<Group> order : orders) {
      List<Group> ordered = groups.stream().sorted(order.thenComparing(Group.BY_SIZE)).toList();
      plans.addAll(leastWorkOfCuts(ordered, limits));
    }
    long least = plans.stream().mapToLong(Plan::work).min().orElseThrow();
    return plans.stream()
        .filter(plan -> plan.work() <= ACCEPTED_WORK * least)
        .min(Comparator.<Plan>comparingInt(plan -> plan.shapes().size()).thenComparing(Plan::work))
        .orElseThrow()
        .shapes();
  }

  /** Returns the cuts of least work of an ordered list, for each number of buckets. */
  private static List<Plan> leastWorkOfCuts(List<Group> groups, BucketLimits limits) {
    int n = groups.size();
    int most = Math.min(limits.maxBuckets(), n);
    // work[b][j]: least work of the first j groups in b buckets, the last of which starts at
    // start[b][j].
    long[][] work = new long[most + 1][n + 1];
    int[][] start = new int[most + 1][n + 1];
    for (long[] row : work) {
      Arrays.fill(row, Long.MAX_VALUE);
    }
    work[0][0] = 0;
    for (int j = 1; j <= n; j++) {
      Group bucket = groups.get(j - 1);
      for (int i = j - 1; i >= 0; i--) {
        bucket = i == j - 1 ? bucket : bucket.with(groups.get(i));
        long added = bucket.workOfBatches(limits);
        for (int b = 1; b <= most; b++) {
          if (work[b - 1][i] != Long.MAX_VALUE && work[b - 1][i] + added < work[b][j]) {
            work[b][j] = work[b - 1][i] + added;
            start[b][j] = i;
          }
        }
      }
    }
    List<Plan> plans = new ArrayList<>();
    for (int buckets = 1; buckets <= most; buckets++) {
      List<TaskShape> shapes = new ArrayList<>();
      int end = n;
      for (int b = buckets; b >= 1; b--) {
        int from = start[b][end];
        shapes.add(
            groups.subList(from, end).stream().reduce(Group::with).orElseThrow().shape(limits));
        end = from;
      }
      plans.add(new Plan(shapes, work[buckets][n]));
    }
    return plans;
  }

  /** Returns the shapes in ascending order of work. */
  public List<TaskShape> shapes() {
    return shapes;
  }

  /** Returns the index of the first shape that fits a task; empty if none fits. */
  public OptionalInt bucketOf(TaskLengths task) {
    return IntStream.range(0, shapes.size()).filter(i -> task.fits(shapes.get(i))).findFirst();
  }

  /** Returns the ids of the tasks that fit no shape. */
  public List<String> unfit(Collection<TaskLengths> tasks) {
    return tasks.stream().filter(task -> bucketOf(task).isEmpty()).map(TaskLengths::id).toList();
  }

  /**
   * Returns a table of tasks, batches and padding for each shape, then the tasks that fit no shape.
   * The table does not end with a line break.
   */
  public String report(Collection<TaskLengths> tasks) {
    StringBuilder table = new StringBuilder();
    table.append("bucket    tasks  batches    facts x tokens  questions x tokens  padding");
    for (int b = 0; b < shapes.size(); b++) {
      int bucket = b;
      List<Group> inside =
          tasks.stream()
              .filter(task -> bucketOf(task).equals(OptionalInt.of(bucket)))
              .map(Group::of)
              .toList();
      TaskShape shape = shapes.get(b);
      int batches = ceilDiv(inside.size(), shape.tasks());
      double computed = (double) batches * shape.tasks() * Group.of(shape).work(limits);
      double needed = inside.stream().mapToLong(group -> group.work(limits)).sum();
      table.append(
          String.format(
              Locale.ROOT,
              "%n%6d %8d %8d %8d x %6d %10d x %6d %8s",
              b + 1,
              inside.size(),
              batches,
              shape.facts(),
              shape.factTokens(),
              shape.questions(),
              shape.questionTokens(),
              inside.isEmpty() ? "-" : Math.round(100 * (1 - needed / computed)) + " %"));
    }
    List<String> unfit = unfit(tasks);
    if (!unfit.isEmpty()) {
      table.append(
          String.format(
              Locale.ROOT,
              "%n%6s %8d left out, too large: %s",
              "none",
              unfit.size(),
              named(unfit)));
    }
    return table.toString();
  }

  private static String named(List<String> ids) {
    String first = ids.stream().limit(MOST_IDS).collect(Collectors.joining(", "));
    return ids.size() <= MOST_IDS ? first : first + " and %d more".formatted(ids.size() - MOST_IDS);
  }

  private static int ceilDiv(int dividend, int divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  /**
   * Limits for the choice of shapes.
   *
   * @param tasks number of tasks N of a batch
   * @param maxBuckets largest number of shapes; each is compiled once
   * @param maxTokens length of the longest fact or question that fits, in tokens
   * @param innerSteps number of inner steps K: facts are read K times, questions once
   */
  public record BucketLimits(int tasks, int maxBuckets, int maxTokens, int innerSteps) {
    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException if one is too small
     */
    public BucketLimits {
      require("tasks of a batch", tasks, 1);
      require("max_buckets", maxBuckets, 1);
      require("max_tokens", maxTokens, 2);
      require("n_inner_iter", innerSteps, 0);
    }

    /**
     * Checks that at least one task fits.
     *
     * @param tasks lengths of tasks
     * @param named what they are, in the plural, for the message
     * @throws IllegalArgumentException if all tasks are too long
     */
    public void requireFit(Collection<TaskLengths> tasks, String named) {
      int shortest = tasks.stream().mapToInt(TaskLengths::longestSequence).min().orElse(0);
      if (shortest > maxTokens) {
        throw new IllegalArgumentException(
            "all %d %s exceed max_tokens (%d); the shortest needs %d: raise data.max_tokens, and model.n_positions of a run that has not begun, or cut long facts with data.segment_tokens"
                .formatted(tasks.size(), named, maxTokens, shortest));
      }
    }

    private static void require(String name, int value, int least) {
      if (value < least) {
        throw new IllegalArgumentException(
            "%s (%d) must be at least %d".formatted(name, value, least));
      }
    }
  }
}
