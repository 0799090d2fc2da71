package org.reckoning.cli;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.reckoning.graph.peers.Peers;

/** A group whose other processes send the same as this one. */
record EchoPeers(int rank, int size, List<String> ends) implements Peers {
  EchoPeers(int rank, int size) {
    this(rank, size, new ArrayList<>());
  }

  @Override
  public String description() {
    return "echo";
  }

  @Override
  public void exchange(ByteBuffer sent, ByteBuffer received) {
    received.put(0, sent, 0, sent.capacity());
  }

  @Override
  public void gather(ByteBuffer sent, ByteBuffer received) {
    for (int i = 0; i < size; i++) {
      received.put(i * sent.capacity(), sent, 0, sent.capacity());
    }
  }

  @Override
  public void broadcast(ByteBuffer buffer) {}

  @Override
  public void abort(int status) {
    ends.add("aborted with " + status);
  }

  @Override
  public void close() {
    ends.add("closed");
  }
}
