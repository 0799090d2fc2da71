package org.reckoning.trainer.serving;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads of a server. One that waits for its client for too long is interrupted, which closes the
 * connection, so that slow clients do not use up the threads.
 */
final class ServingThreads implements Executor, AutoCloseable {
  private static final int MOST = 256;
  private static final int IDLE_SECONDS = 10;

  /** What interrupts the current thread, if it waits. */
  private static final ThreadLocal<Future<?>> WAITING = new ThreadLocal<>();

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          MOST, MOST, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Duration patience;

  /**
   * @param patience how long a client may take to send a request, and to read an answer
   */
  ServingThreads(Duration patience) {
    this.patience = patience;
    threads.allowCoreThreadTimeOut(true);
  }

  /** Runs a task, which begins to read from a client. */
  @Override
  public void execute(Runnable task) {
    threads.execute(
        () -> {
          startWaiting();
          try {
            task.run();
          } finally {
            stopWaiting();
          }
        });
  }

  /** Notes that the current thread waits for its client from here on. */
  void startWaiting() {
    Thread thread = Thread.currentThread();
    WAITING.set(clock.schedule(thread::interrupt, patience.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Notes that the current thread does not wait for its client any more. */
  void stopWaiting() {
    Future<?> limit = WAITING.get();
    if (limit != null) {
      limit.cancel(false);
      WAITING.remove();
      Thread.interrupted(); // the limit may just have passed
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    clock.shutdownNow();
  }
}
