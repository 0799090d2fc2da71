package org.reckoning.cli.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Times laps, in seconds. */
final class Stopwatch {
  private final List<Double> laps = new ArrayList<>();
  private long last = System.nanoTime();

  /** Ends a lap and returns how long it took. */
  double lap() {
    long now = System.nanoTime();
    double seconds = (now - last) / 1e9;
    laps.add(seconds);
    last = now;
    return seconds;
  }

  /** Returns the median lap, of two in the middle the longer. */
  double median() {
    return laps.stream().sorted().toList().get(laps.size() / 2);
  }

  /** Returns the shortest lap. */
  double min() {
    return Collections.min(laps);
  }
}
