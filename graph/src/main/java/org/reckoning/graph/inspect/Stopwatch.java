package org.reckoning.graph.inspect;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;

/** Times laps, in seconds. */
public final class Stopwatch {
  private final LongSupplier nanos;
  private final List<Double> laps = new ArrayList<>();
  private long last;

  /** Creates a stopwatch that runs from now on. */
  public Stopwatch() {
    this(System::nanoTime);
  }

  /** Creates a stopwatch with another clock, in nanoseconds. */
  Stopwatch(LongSupplier nanos) {
    this.nanos = nanos;
    last = nanos.getAsLong();
  }

  /** Runs work several times and times all runs but the first ones, a lap each. */
  public static Stopwatch time(int warmUps, int runs, Runnable work) {
    for (int i = 0; i < warmUps; i++) {
      work.run();
    }
    Stopwatch watch = new Stopwatch();
    for (int i = 0; i < runs; i++) {
      work.run();
      watch.lap();
    }
    return watch;
  }

  /** Ends a lap and returns its seconds. */
  public double lap() {
    long now = nanos.getAsLong();
    double seconds = (now - last) / 1e9;
    laps.add(seconds);
    last = now;
    return seconds;
  }

  /** Returns the median lap; of two in the middle, the longer. */
  public double median() {
    return laps.stream().sorted().toList().get(laps.size() / 2);
  }

  /** Returns the shortest lap. */
  public double min() {
    return Collections.min(laps);
  }
}
