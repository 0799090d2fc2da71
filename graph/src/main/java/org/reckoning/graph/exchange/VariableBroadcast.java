package org.reckoning.graph.exchange;

import java.nio.ByteBuffer;
import java.util.List;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.variables.Variables;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.types.family.TNumber;

/** Overwrites variables with those of rank 0. */
public final class VariableBroadcast {
  private static final int SLICE_BYTES = 1 << 24;

  private final Peers peers;
  private final Session session;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(SLICE_BYTES);

  public VariableBroadcast(Peers peers, Session session) {
    this.peers = peers;
    this.session = session;
  }

  /** Sends variables, one at a time to limit memory. */
  public <T extends TNumber> void send(Variables<T> variables) {
    variables
        .shapes()
        .forEach(
            (name, shape) -> {
              try (Tensor tensor =
                  peers.isFirst()
                      ? variables.read(session, name)
                      : Tensor.of(variables.type(), shape)) {
                send(tensor);
                if (!peers.isFirst()) {
                  variables.assign(session, name, tensor);
                }
              }
            });
  }

  private void send(Tensor tensor) {
    TensorRow row = new TensorRow(List.of(tensor));
    for (long at = 0; at < row.size(); at += SLICE_BYTES) {
      ByteBuffer slice = buffer.slice(0, (int) Math.min(SLICE_BYTES, row.size() - at));
      if (peers.isFirst()) {
        row.read(at, slice);
      }
      peers.broadcast(slice);
      if (!peers.isFirst()) {
        row.write(at, slice.clear()); // rank 0 must not: this is the memory of its variable
      }
    }
  }

  /** Returns the number of rank 0. */
  public long send(long number) {
    ByteBuffer slice = buffer.slice(0, Long.BYTES).putLong(0, number);
    peers.broadcast(slice);
    return slice.getLong(0);
  }
}
