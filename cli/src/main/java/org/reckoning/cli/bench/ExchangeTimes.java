package org.reckoning.cli.bench;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.reckoning.graph.inspect.Stopwatch;
import org.reckoning.graph.peers.Peers;

/**
 * Seconds to add up the gradients of all processes, without the additions.
 *
 * @param bytes size of the gradient of one process
 * @param exchange each process receives its part of the gradients of all
 * @param gather each process receives all parts of the sum
 * @param copy a process copies a gradient in its own memory, at the same time as the others
 */
record ExchangeTimes(long bytes, double exchange, double gather, double copy) {
  /** The names of {@link #cells}. */
  static final List<String> COLUMNS = List.of("MB", "exchange, s", "gather, s", "memory copy, s");

  private static final int WARM_UP = 1;
  private static final int SLICE = 1 << 26;
  private static final double MEGA = 1e6;

  /**
   * Measures; collective.
   *
   * @param runs measurements, of which the median counts
   */
  static ExchangeTimes measure(Peers peers, long bytes, int runs) {
    int size = peers.size();
    long slices = (bytes + SLICE - 1) / SLICE;
    int block = (int) Math.max(1, bytes / slices / size);
    ByteBuffer sent = ByteBuffer.allocateDirect(block * size);
    ByteBuffer received = ByteBuffer.allocateDirect(block * size);
    ByteBuffer part = ByteBuffer.allocateDirect(block);
    return new ExchangeTimes(
        bytes,
        median(runs, slices, () -> peers.exchange(sent, received)),
        median(runs, slices, () -> peers.gather(part, received)),
        median(runs, slices, () -> received.put(0, sent, 0, sent.capacity())));
  }

  private static double median(int runs, long slices, Runnable slice) {
    Runnable all =
        () -> {
          for (long i = 0; i < slices; i++) {
            slice.run();
          }
        };
    return Stopwatch.time(WARM_UP, runs, all).median();
  }

  List<String> cells() {
    return List.of(
        String.format(Locale.ROOT, "%.1f", bytes / MEGA),
        seconds(exchange),
        seconds(gather),
        seconds(copy));
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.5f", seconds);
  }
}
