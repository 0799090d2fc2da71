package org.reckoning.trainer.training;

import org.reckoning.graph.peers.PeerMessages;
import org.reckoning.graph.peers.Peers;

/**
 * Request to stop a run of several processes: one that was asked stops all of them, at the same
 * point. {@link #requested} and {@link #release} are collective.
 */
final class GroupStop implements StopRequest {
  private final StopRequest own;
  private final PeerMessages messages;

  private GroupStop(StopRequest own, Peers peers) {
    this.own = own;
    this.messages = new PeerMessages(peers);
  }

  /** Returns a request that all processes share. */
  static StopRequest of(StopRequest own, Peers peers) {
    return peers.size() == 1 || own instanceof GroupStop ? own : new GroupStop(own, peers);
  }

  @Override
  public boolean requested() {
    return messages.any(own.requested());
  }

  @Override
  public boolean requestedHere() {
    return own.requested();
  }

  @Override
  public void hold() {
    own.hold();
  }

  @Override
  public boolean release() {
    messages.any(false); // waits until rank 0 has saved
    return !messages.any(!own.release());
  }
}
