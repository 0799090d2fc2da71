package org.reckoning.cli.process;

import org.reckoning.graph.peers.Peers;

/** A command that several processes run together. */
@FunctionalInterface
public interface PeerCommand {
  /**
   * Sets the processes, before the command runs. The command runs in each of them, and must call
   * collective methods equally often in all.
   */
  void join(Peers peers);
}
