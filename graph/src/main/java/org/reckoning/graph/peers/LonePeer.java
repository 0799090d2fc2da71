package org.reckoning.graph.peers;

import java.nio.ByteBuffer;

/** A group of one. What it sends, it receives. */
final class LonePeer implements Peers {
  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public String description() {
    return "one process";
  }

  @Override
  public void exchange(ByteBuffer sent, ByteBuffer received) {
    received.duplicate().clear().put(sent.duplicate().clear());
  }

  @Override
  public void gather(ByteBuffer sent, ByteBuffer received) {
    exchange(sent, received);
  }

  @Override
  public void broadcast(ByteBuffer buffer) {}

  @Override
  public void abort(int status) {
    Runtime.getRuntime().halt(status);
  }

  @Override
  public void close() {}
}
