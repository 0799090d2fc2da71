package org.reckoning.mpi;

import java.util.Map;
import java.util.Optional;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.peers.PeersProvider;

/** Joins the processes that {@code mpirun}, {@code mpiexec} or {@code srun} has started. */
public final class MpiProvider implements PeersProvider {
  /** Creates the provider. {@link java.util.ServiceLoader} calls it. */
  public MpiProvider() {}

  @Override
  public Optional<Peers> join(Map<String, String> environment) {
    Optional<MpiLaunch> launch = MpiLaunch.of(environment);
    // no method reference: it would load the native binding for a process that is alone
    return launch.isEmpty() ? Optional.empty() : Optional.of(MpiPeers.join(launch.get()));
  }
}
