package org.reckoning.graph.inspect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Memory of a training step outside the segments. Temporary memory of a running segment
 * (activations, copies by XLA) is not included.
 *
 * @param resident bytes of the variables, by group: {@code weights}, {@code inner_rates}, {@code
 *     adam_m}, {@code adam_v}; and {@code accumulated}, which takes no memory before the first
 *     update of several passes
 * @param boundaries live bytes between consecutive calls, in the order of the calls
 */
public record MemoryReport(Map<String, Long> resident, List<Boundary> boundaries) {
  private static final Pattern INNER_STEP = Pattern.compile("((?:group_\\d+/)?)inner_.*");

  /**
   * The moment between two calls of a training step. For several pairs of calls with the same
   * names, it is the moment with the most bytes.
   *
   * @param after the finished call
   * @param before the next call
   * @param bytes bytes of live tensors: already computed and still needed, without the variables
   */
  public record Boundary(String after, String before, long bytes) {
    /** Returns whether another boundary has the same names of calls. */
    boolean isBetweenTheSameAs(Boundary other) {
      return after.equals(other.after) && before.equals(other.before);
    }

    /** Returns whether this boundary is between calls of one step. */
    boolean isInside() {
      return after.equals(before);
    }
  }

  /** Copies the lists. */
  public MemoryReport {
    boundaries = List.copyOf(boundaries);
  }

  /** Returns the first boundary with the most live bytes; empty for a single call. */
  public Optional<Boundary> peak() {
    return boundaries.stream()
        .sorted(Comparator.comparingLong(Boundary::bytes).reversed()) // stable
        .findFirst();
  }

  /**
   * Returns the memory that each further inner step adds, as differences between the boundaries
   * after inner steps. Empty if inner steps are not separate calls or are fewer than two.
   */
  public List<Long> addedByInnerSteps() {
    Map<String, List<Long>> byGroup = new TreeMap<>(); // of tasks
    for (Boundary boundary : boundaries) {
      Matcher step = INNER_STEP.matcher(boundary.after());
      if (step.matches() && !boundary.isInside()) {
        byGroup.computeIfAbsent(step.group(1), group -> new ArrayList<>()).add(boundary.bytes());
      }
    }
    return byGroup.values().stream().flatMap(MemoryReport::differences).toList();
  }

  private static Stream<Long> differences(List<Long> alive) {
    return IntStream.range(1, alive.size()).mapToObj(k -> alive.get(k) - alive.get(k - 1));
  }
}
