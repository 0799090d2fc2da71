package org.reckoning.trainer.server;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** What the connections of a server share: its answers, its threads, its limits and its counts. */
final class Work {
  /** Bytes of all bodies together that wait in memory, unless one body may have more. */
  private static final long WAITING_BYTES = 1L << 28;

  private final ServerSettings settings;
  private final RestApi api;
  private final ServerMetrics metrics;
  private final Executor threads;
  private final AtomicLong reserved = new AtomicLong();

  /** Requests without an answer yet, and the server itself. */
  private final Phaser open = new Phaser(1);

  private volatile boolean stopping;

  /**
   * @param threads that compute
   */
  Work(ServerSettings settings, RestApi api, ServerMetrics metrics, Executor threads) {
    this.settings = settings;
    this.api = api;
    this.metrics = metrics;
    this.threads = threads;
  }

  ServerSettings settings() {
    return settings;
  }

  RestApi api() {
    return api;
  }

  /** Reserves memory for a part of a body; returns false if there is none left. */
  boolean reserve(int bytes) {
    if (reserved.addAndGet(bytes) > Math.max(WAITING_BYTES, settings.bodyBytes())) {
      reserved.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void release(int bytes) {
    reserved.addAndGet(-bytes);
  }

  /** Notes a complete request; returns false if the server stops and does not take it. */
  boolean begin() {
    if (stopping || open.register() < 0) {
      return false;
    }
    metrics.arrived();
    return true;
  }

  /** Notes that the answer to a request has been sent. */
  void end(String signature, int status, long nanos) {
    metrics.answered(signature, status, nanos);
    open.arriveAndDeregister();
  }

  /** Notes a request that was not complete. */
  void refused(String signature, int status) {
    metrics.refused(signature, status);
  }

  void compute(Runnable task) {
    threads.execute(task);
  }

  boolean isStopping() {
    return stopping;
  }

  /**
   * Takes no further request, and waits until all others are answered; returns whether they are.
   */
  boolean finish(Duration grace) {
    stopping = true;
    try {
      int phase = open.arriveAndDeregister();
      open.awaitAdvanceInterruptibly(phase, grace.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
