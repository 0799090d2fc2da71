package org.reckoning.trainer.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/** Counts requests, and writes what it counted in the text format of Prometheus. */
final class ServerMetrics {
  /** The content type of {@link #text}. */
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Upper bounds of the latency histogram, in milliseconds. */
  private static final int[] BOUNDS = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000
  };

  private static final double NANOS = 1e9;
  private static final Path STATUS = Path.of("/proc/self/status");

  private final Map<Kind, LongAdder> requests =
      new ConcurrentSkipListMap<>(
          Comparator.comparing(Kind::signature).thenComparing(Kind::status));
  private final Map<String, Latency> latencies = new ConcurrentSkipListMap<>();
  private final AtomicInteger answering = new AtomicInteger();

  /**
   * Requests that are counted together.
   *
   * @param signature name in the model; a word in angle brackets for all other requests
   */
  private record Kind(String signature, int status) {}

  /** Times of the requests of a signature. */
  private static final class Latency {
    private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
    private final LongAdder nanos = new LongAdder();

    Latency() {
      for (int i = 0; i < counts.length; i++) {
        counts[i] = new LongAdder();
      }
    }

    void add(long duration) {
      int bucket = 0;
      while (bucket < BOUNDS.length && duration > BOUNDS[bucket] * 1_000_000L) {
        bucket++;
      }
      counts[bucket].increment();
      nanos.add(duration);
    }
  }

  /** Notes that a request has arrived. */
  void arrived() {
    answering.incrementAndGet();
  }

  /**
   * Notes that the answer to an arrived request was sent, or could not be sent.
   *
   * @param signature as {@link Kind#signature}
   * @param nanos since it arrived
   */
  void answered(String signature, int status, long nanos) {
    answering.decrementAndGet();
    refused(signature, status);
    latencies.computeIfAbsent(signature, name -> new Latency()).add(nanos);
  }

  /** Counts a request that did not arrive as a whole. */
  void refused(String signature, int status) {
    requests.computeIfAbsent(new Kind(signature, status), kind -> new LongAdder()).increment();
  }

  /** Returns all metrics. */
  String text(IntSupplier connections) {
    StringBuilder text = new StringBuilder(1 << 12);
    head(text, "reckoning_requests_total", "counter", "Requests by signature and status.");
    requests.forEach(
        (kind, count) ->
            line(
                text,
                "reckoning_requests_total{signature=\"%s\",status=\"%d\"} %d",
                kind.signature(),
                kind.status(),
                count.sum()));
    head(
        text,
        "reckoning_request_seconds",
        "histogram",
        "Time from the last byte of a request to the last byte of its answer.");
    latencies.forEach((signature, latency) -> histogram(text, signature, latency));
    gauge(text, "reckoning_requests_in_progress", "Requests being answered.", answering.get());
    gauge(text, "reckoning_connections", "Open connections.", connections.getAsInt());
    gauge(
        text,
        "process_resident_memory_bytes",
        "Resident memory, that of TensorFlow included.",
        residentBytes());
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    gauge(text, "jvm_heap_used_bytes", "Used Java heap.", heap.getUsed());
    gauge(text, "jvm_heap_max_bytes", "Largest Java heap.", heap.getMax());
    gauge(
        text,
        "process_uptime_seconds",
        "Time since the start of the process.",
        ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
    return text.toString();
  }

  private static void histogram(StringBuilder text, String signature, Latency latency) {
    long count = 0;
    for (int i = 0; i <= BOUNDS.length; i++) {
      count += latency.counts[i].sum();
      line(
          text,
          "reckoning_request_seconds_bucket{signature=\"%s\",le=\"%s\"} %d",
          signature,
          i == BOUNDS.length ? "+Inf" : Double.toString(BOUNDS[i] / 1000.0),
          count);
    }
    double seconds = latency.nanos.sum() / NANOS;
    line(text, "reckoning_request_seconds_sum{signature=\"%s\"} %.6f", signature, seconds);
    line(text, "reckoning_request_seconds_count{signature=\"%s\"} %d", signature, count);
  }

  private static void gauge(StringBuilder text, String name, String help, long value) {
    head(text, name, "gauge", help);
    line(text, "%s %d", name, value);
  }

  private static void head(StringBuilder text, String name, String type, String help) {
    line(text, "# HELP %s %s", name, help);
    line(text, "# TYPE %s %s", name, type);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  /** Returns the resident memory of this process; 0 where the system does not tell. */
  private static long residentBytes() {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
