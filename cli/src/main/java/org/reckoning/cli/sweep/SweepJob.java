package org.reckoning.cli.sweep;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run of a sweep, as {@code sweep.json} has it.
 *
 * @param number from 0; its directory is named so
 * @param overrides the words of this run
 * @param status how far it is
 * @param reason why it failed; null if it did not
 * @param methods metrics on the test split of each method that is done
 */
record SweepJob(
    int number,
    List<String> overrides,
    Status status,
    @Nullable String reason,
    Map<String, Map<String, Double>> methods) {

  /** How far a run is. */
  enum Status {
    /** Not begun, or begun and not done. */
    OPEN,
    /** All methods are trained and evaluated. */
    DONE,
    /** It ended with an error. */
    FAILED
  }

  /** Copies the lists. */
  SweepJob {
    Objects.requireNonNull(status); // a file may say null
    overrides = List.copyOf(overrides);
    methods = Collections.unmodifiableMap(new LinkedHashMap<>(methods));
  }

  static SweepJob open(int number, List<String> overrides) {
    return new SweepJob(number, overrides, Status.OPEN, null, Map.of());
  }

  SweepJob done(Map<String, Map<String, Double>> found) {
    return new SweepJob(number, overrides, Status.DONE, null, found);
  }

  SweepJob failed(String why, Map<String, Map<String, Double>> found) {
    return new SweepJob(number, overrides, Status.FAILED, why, found);
  }

  @Override
  public String toString() {
    return "#" + number + " " + String.join(" ", overrides);
  }
}
