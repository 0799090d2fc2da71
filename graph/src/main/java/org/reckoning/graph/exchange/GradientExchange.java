package org.reckoning.graph.exchange;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.variables.Variables;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/**
 * Sums gradients of several processes in the order of the passes, as one process accumulates them:
 * floating-point addition in another order would give other bits.
 *
 * <p>The gradients of a process are one row of numbers. It is cut into slices, and a slice into one
 * block a rank. Each rank adds its block of every slice.
 *
 * <pre>{@code
 * rank 0: gradients of pass 0 [a0 b0]   exchange   [a0 a1] -> a0 + a1 = a   gather   [a b]
 * rank 1: gradients of pass 1 [a1 b1]  --------->  [b0 b1] -> b0 + b1 = b  ------->  [a b]
 * }</pre>
 *
 * <p>TensorFlow adds, as in one process: its threads flush subnormal numbers to 0, Java does not.
 */
public final class GradientExchange<T extends TNumber> {
  private static final int SLICE_BYTES = 1 << 26;

  private final Session session;
  private final Variables<T> accumulated;
  private final Peers peers;
  private final List<Operand<T>> addends = new ArrayList<>();
  private final List<Operand<T>> sums = new ArrayList<>(); // of the first, the first two, ..
  private final List<Slice> slices = new ArrayList<>();
  private final ByteBuffer sent;
  private final ByteBuffer received;

  /**
   * A part of the row.
   *
   * @param start index of its first byte
   * @param block bytes of each rank; the last blocks may extend beyond the row
   */
  private record Slice(long start, int block) {}

  /**
   * Emits the addition.
   *
   * @param session session that also runs nodes added later
   * @param accumulated variables that get the sums
   */
  public GradientExchange(Ops tf, Session session, Variables<T> accumulated, Peers peers) {
    this(tf, session, accumulated, peers, SLICE_BYTES);
  }

  /**
   * @param sliceBytes limit on the bytes that are exchanged at once
   */
  GradientExchange(Ops tf, Session session, Variables<T> accumulated, Peers peers, int sliceBytes) {
    this.session = session;
    this.accumulated = accumulated;
    this.peers = peers;
    emitSums(tf.withSubScope("sum_of_passes"));
    long bytes =
        numberBytes() * accumulated.shapes().values().stream().mapToLong(Shape::size).sum();
    int ranks = peers.size();
    long at = 0;
    while (at < bytes) {
      long even = Math.min(sliceBytes, bytes - at) / ranks;
      int block = (int) (even / Double.BYTES + 1) * Double.BYTES; // rounded up, for both dtypes
      slices.add(new Slice(at, block));
      at += (long) ranks * block;
    }
    sent = ByteBuffer.allocateDirect(ranks * slices.get(0).block());
    received = ByteBuffer.allocateDirect(sent.capacity());
  }

  private void emitSums(Ops tf) {
    for (int i = 0; i <= peers.size(); i++) {
      Operand<T> addend =
          tf.placeholder(accumulated.type(), Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
      addends.add(addend);
      sums.add(i == 0 ? addend : tf.math.add(sums.get(i - 1), addend));
    }
  }

  private int numberBytes() {
    return accumulated.type() == TFloat64.class ? Double.BYTES : Float.BYTES;
  }

  /** Returns the processes. */
  public Peers peers() {
    return peers;
  }

  /** Returns the names of the gradients, in their order in the row. */
  public Set<String> names() {
    return accumulated.shapes().keySet();
  }

  /** Starts the sum of an update. */
  public Sum start() {
    return new Sum();
  }

  /** The sum over the passes of an update. */
  public final class Sum implements AutoCloseable {
    private final Map<Slice, Tensor> blocks = new LinkedHashMap<>(); // those of this rank

    /**
     * Adds the gradients of a round; collective.
     *
     * @param gradients those of this process, in the order of {@link #names}; empty if it had no
     *     pass
     * @param passes number of passes of the round, those of the first ranks
     */
    public void add(List<Tensor> gradients, int passes) {
      TensorRow row = new TensorRow(gradients);
      for (Slice slice : slices) {
        int bytes = peers.size() * slice.block();
        ByteBuffer from = received.slice(0, bytes);
        row.read(slice.start(), sent.slice(0, bytes));
        peers.exchange(sent.slice(0, bytes), from);
        Tensor before = blocks.get(slice);
        List<Tensor> terms = new ArrayList<>();
        try {
          for (int rank = 0; rank < passes; rank++) {
            terms.add(tensor(from.slice(rank * slice.block(), slice.block())));
          }
          blocks.put(slice, sum(before, terms));
        } finally {
          terms.forEach(Tensor::close);
        }
        if (before != null) {
          before.close();
        }
      }
    }

    /** Assigns the sums of all ranks to the variables; collective. */
    public void assign() {
      Map<String, Tensor> totals = new LinkedHashMap<>();
      try {
        accumulated
            .shapes()
            .forEach((name, shape) -> totals.put(name, Tensor.of(accumulated.type(), shape)));
        TensorRow row = new TensorRow(totals.values());
        blocks.forEach(
            (slice, sum) -> {
              ByteBuffer all = received.slice(0, peers.size() * slice.block());
              new TensorRow(List.of(sum)).read(0, sent.slice(0, slice.block()));
              peers.gather(sent.slice(0, slice.block()), all);
              row.write(slice.start(), all);
            });
        accumulated.assign(session, totals);
      } finally {
        totals.values().forEach(Tensor::close);
      }
    }

    @Override
    public void close() {
      blocks.values().forEach(Tensor::close);
    }
  }

  private Tensor tensor(ByteBuffer bytes) {
    Tensor tensor = Tensor.of(accumulated.type(), Shape.of(bytes.capacity() / numberBytes()));
    new TensorRow(List.of(tensor)).write(0, bytes);
    return tensor;
  }

  private Tensor sum(@Nullable Tensor before, List<Tensor> terms) {
    Session.Runner runner = session.runner();
    int count = 0;
    if (before != null) {
      runner.feed(addends.get(count++), before);
    }
    for (Tensor term : terms) {
      runner.feed(addends.get(count++), term);
    }
    return runner.fetch(sums.get(count - 1)).run().get(0);
  }
}
