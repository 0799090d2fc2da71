package org.reckoning.trainer.training;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.reckoning.graph.peers.Peers;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.config.RunConfig;

/**
 * The passes of an update by process: pass i belongs to rank i mod N.
 *
 * @param passes number of passes of an update
 * @param peers the processes, at most as many
 */
public record PassShares(int passes, Peers peers) {
  /** Ranks that a text lists one by one. */
  private static final int LISTED = 8;

  /**
   * @throws ConfigException if there are more processes than passes
   */
  public PassShares {
    if (peers.size() > passes) {
      throw new ConfigException(
          List.of(
              "gradient_accumulation_steps (%d) must be at least the number of processes (%d), as each of them computes whole passes of an update: raise it, or start %s"
                  .formatted(
                      passes,
                      peers.size(),
                      passes == 1 ? "one process" : "at most %d processes".formatted(passes))));
    }
  }

  /**
   * Returns the shares of a run.
   *
   * @throws ConfigException if there are more processes than passes
   */
  public static PassShares of(RunConfig config, Peers peers) {
    return new PassShares(config.gradientAccumulationSteps(), peers);
  }

  /** Returns ranks and passes: {@code 3 ranks by Open MPI 4.1.4: passes 2, 2, 1 of each update}. */
  @Override
  public String toString() {
    int ranks = peers.size();
    int each = passes / ranks;
    int more = passes % ranks; // ranks with one pass more
    String shares =
        ranks <= LISTED
            ? IntStream.range(0, ranks)
                .mapToObj(rank -> Integer.toString(each + (rank < more ? 1 : 0)))
                .collect(Collectors.joining(", "))
            : more == 0
                ? "%d x %d".formatted(ranks, each)
                : "%d x %d, %d x %d".formatted(more, each + 1, ranks - more, each);
    return "%d ranks by %s: passes %s of each update".formatted(ranks, peers.description(), shares);
  }
}
