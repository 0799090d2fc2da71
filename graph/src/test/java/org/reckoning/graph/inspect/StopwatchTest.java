package org.reckoning.graph.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StopwatchTest {
  private static Stopwatch withLaps(double... seconds) {
    AtomicInteger reading = new AtomicInteger();
    Stopwatch watch =
        new Stopwatch(
            () -> {
              double sum = 0;
              for (int i = 0; i < reading.get(); i++) {
                sum += seconds[i];
              }
              reading.incrementAndGet();
              return Math.round(1e9 * sum);
            });
    for (double each : seconds) {
      assertThat(watch.lap()).isCloseTo(each, within(1e-9));
    }
    return watch;
  }

  @Test
  void median_isTheMiddleLap_orTheLongerOfTwo() {
    assertThat(withLaps(5, 1, 3).median()).isCloseTo(3, within(1e-9));
    assertThat(withLaps(5, 1, 3, 2).median()).isCloseTo(3, within(1e-9));
  }

  @Test
  void min_isTheShortestLap() {
    assertThat(withLaps(5, 1, 3).min()).isCloseTo(1, within(1e-9));
  }

  @Test
  void time_runsWarmUpsWithoutALap() {
    Iterator<Integer> sleeps = List.of(300, 0, 0, 0).iterator();
    Stopwatch watch =
        Stopwatch.time(
            1,
            3,
            () -> {
              try {
                Thread.sleep(sleeps.next());
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });

    assertThat(sleeps).isExhausted();
    assertThat(watch.median()).isLessThan(0.3);
  }
}
