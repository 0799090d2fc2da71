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
 * Threads of a server. A thread that waits too long for its client is interrupted, which closes the
 * connection: slow clients do not occupy all threads.
 */
final class ServingThreads implements Executor, AutoCloseable {
  private static final int MOST = 256;
  private static final int IDLE_SECONDS = 10;

  /** The task that interrupts the current thread, if it waits. */
  private static final ThreadLocal<Future<?>> WAITING = new ThreadLocal<>();

  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          MOST, MOST, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Duration patience;

  /**
   * @param patience time for a client to send a request, and to read an answer
   */
  ServingThreads(Duration patience) {
    this.patience = patience;
    threads.allowCoreThreadTimeOut(true);
  }

  /** Runs a task that begins with reading from a client. */
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

  /** Starts the time limit of the current thread, which now waits for its client. */
  void startWaiting() {
    Thread thread = Thread.currentThread();
    WAITING.set(clock.schedule(thread::interrupt, patience.toMillis(), TimeUnit.MILLISECONDS));
  }

  /** Ends the time limit of the current thread. */
  void stopWaiting() {
    Future<?> limit = WAITING.get();
    if (limit != null) {
      limit.cancel(false);
      WAITING.remove();
      Thread.interrupted(); // the limit may have just passed
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    clock.shutdownNow();
  }
}
