package org.reckoning.graph.inspect;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Memory of a training step outside of segments. What a segment needs while it runs (activations,
 * copies that XLA makes) is not in it.
 *
 * @param resident bytes of the variables, by group: {@code weights}, {@code inner_rates}, {@code
 *     adam_m}, {@code adam_v}; and {@code accumulated}, which takes memory only from the first
 *     update of several passes on
 * @param boundaries bytes alive between consecutive calls, in the order of the calls
 */
public record MemoryReport(Map<String, Long> resident, List<Boundary> boundaries) {

  /** Copies the lists. */
  public MemoryReport {
    boundaries = List.copyOf(boundaries);
  }

  /** Returns the boundary at which most is alive, the first of them; none if there is one call. */
  public Optional<Boundary> peak() {
    return boundaries.stream()
        .sorted(Comparator.comparingLong(Boundary::bytes).reversed()) // stable
        .findFirst();
  }

  /**
   * Returns what each further inner step adds: the differences between the boundaries after inner
   * steps. None if inner steps are not calls of their own or there are fewer than two.
   */
  public List<Long> addedByInnerSteps() {
    List<Long> alive =
        boundaries.stream()
            .filter(boundary -> boundary.after().startsWith("inner_") && !boundary.isInside())
            .map(Boundary::bytes)
            .toList();
    return IntStream.range(1, alive.size()).mapToObj(k -> alive.get(k) - alive.get(k - 1)).toList();
  }
}
