package org.reckoning.graph.peers;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A thread as one of several processes. */
public final class ThreadPeers implements Peers {
  private final int rank;
  private final ByteBuffer[] sent; // by rank
  private final CyclicBarrier barrier;

  private ThreadPeers(int rank, ByteBuffer[] sent, CyclicBarrier barrier) {
    this.rank = rank;
    this.sent = sent;
    this.barrier = barrier;
  }

  /** The work of one thread. */
  public interface Work<R> {
    R run(Peers peers) throws Exception;
  }

  /**
   * Runs work in several threads.
   *
   * @return the results, in the order of the ranks
   * @throws Exception that ended one of them first
   */
  public static <R> List<R> run(int size, Work<R> work) throws Exception {
    ByteBuffer[] sent = new ByteBuffer[size];
    CyclicBarrier barrier = new CyclicBarrier(size);
    ExecutorService threads = Executors.newFixedThreadPool(size);
    List<Future<R>> running = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      ThreadPeers peers = new ThreadPeers(rank, sent, barrier);
      running.add(threads.submit(() -> peers.work(work)));
    }
    threads.shutdown();
    List<R> results = new ArrayList<>();
    List<Exception> failures = new ArrayList<>();
    for (Future<R> each : running) {
      try {
        results.add(each.get());
      } catch (ExecutionException e) {
        Exception cause = (Exception) e.getCause();
        failures.add(cause instanceof PeersException ? failures.size() : 0, cause);
      }
    }
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
    return results;
  }

  private <R> R work(Work<R> work) throws Exception {
    try {
      return work.run(this);
    } catch (Exception e) {
      abort(1);
      throw e;
    }
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return sent.length;
  }

  @Override
  public String description() {
    return "threads";
  }

  @Override
  public void exchange(ByteBuffer own, ByteBuffer received) {
    collect(own, received, received.capacity() / size(), rank);
  }

  @Override
  public void gather(ByteBuffer own, ByteBuffer received) {
    collect(own, received, own.capacity(), 0);
  }

  private void collect(ByteBuffer own, ByteBuffer received, int bytes, int block) {
    sent[rank] = own;
    await();
    for (int from = 0; from < size(); from++) {
      received.put(from * bytes, sent[from], block * bytes, bytes);
    }
    await();
  }

  @Override
  public void broadcast(ByteBuffer buffer) {
    sent[rank] = buffer;
    await();
    if (rank > 0) {
      buffer.put(0, sent[0], 0, buffer.capacity());
    }
    await();
  }

  private void await() {
    try {
      barrier.await();
    } catch (BrokenBarrierException e) {
      throw new PeersException("another thread failed");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void abort(int status) {
    Thread.currentThread().interrupt(); // breaks the barrier for all
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      Thread.interrupted();
    }
  }

  @Override
  public void close() {}
}
