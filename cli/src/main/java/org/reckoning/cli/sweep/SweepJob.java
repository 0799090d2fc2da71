package org.reckoning.cli.sweep;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.text.EnumWord;

/**
 * One run of a sweep, as stored in {@code sweep.json}.
 *
 * @param number number of the run from 0, and the name of its directory
 * @param overrides overrides of this run
 * @param status progress of the run
 * @param reason reason of a failure; null without one
 * @param methods metrics on the test split by finished method
 */
record SweepJob(
    int number,
    List<String> overrides,
    Status status,
    @Nullable String reason,
    Map<String, Map<String, Double>> methods) {

  /** Progress of a run. */
  enum Status {
    /** Not started, or not finished. */
    OPEN,
    /** All methods are trained and evaluated. */
    DONE,
    /** The run ended with an error. */
    FAILED;

    /** Returns the word in files and tables: {@code done}. */
    @JsonValue
    String word() {
      return EnumWord.of(this);
    }
  }

  /** Copies the lists. */
  SweepJob {
    Objects.requireNonNull(status); // a file may hold null
    overrides = List.copyOf(overrides);
    methods = Collections.unmodifiableMap(new LinkedHashMap<>(methods));
  }

  /** Returns a run that has not started. */
  static SweepJob open(int number, List<String> overrides) {
    return new SweepJob(number, overrides, Status.OPEN, null, Map.of());
  }

  /** Returns this run as done, with its metrics. */
  SweepJob done(Map<String, Map<String, Double>> found) {
    return new SweepJob(number, overrides, Status.DONE, null, found);
  }

  /** Returns this run as failed, with a reason and the metrics so far. */
  SweepJob failed(String why, Map<String, Map<String, Double>> found) {
    return new SweepJob(number, overrides, Status.FAILED, why, found);
  }

  /** Returns number and overrides: {@code #0 seed=1 model=tiny}. */
  @Override
  public String toString() {
    return "#" + number + " " + String.join(" ", overrides);
  }
}
