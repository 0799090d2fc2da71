package org.reckoning.graph.peers;

import java.util.Map;
import java.util.Optional;

/** A way to connect processes, found with {@link java.util.ServiceLoader}. */
public interface PeersProvider {
  /**
   * Joins the processes that were started together with this one.
   *
   * @param environment environment variables of this process
   * @return empty if this process was not started as one of several
   * @throws PeersException if it was, but they cannot be joined; the message says what to do
   */
  Optional<Peers> join(Map<String, String> environment);
}
