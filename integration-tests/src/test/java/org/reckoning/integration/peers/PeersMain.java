package org.reckoning.integration.peers;

import java.nio.ByteBuffer;
import java.util.ServiceLoader;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.peers.PeersProvider;

/**
 * One of several processes. Byte k of block i that rank r sends is {@code 100 r + 10 i + k}, so
 * that each received byte tells where it comes from.
 */
final class PeersMain {
  private static final int BLOCK = 5;

  private PeersMain() {}

  /**
   * Joins and exchanges bytes, or fails in one rank.
   *
   * @param args {@code exchange} or {@code abort}
   */
  public static void main(String[] args) {
    Peers peers =
        ServiceLoader.load(PeersProvider.class).stream()
            .flatMap(provider -> provider.get().join(System.getenv()).stream())
            .findFirst()
            .orElse(Peers.ALONE);
    try {
      if (args[0].equals("exchange")) {
        exchangeAll(peers);
        peers.close();
      } else {
        failInOneRank(peers);
      }
    } catch (IllegalStateException e) {
      System.err.println(e.getMessage());
      peers.abort(7);
    }
  }

  private static void exchangeAll(Peers peers) {
    int size = peers.size();
    int rank = peers.rank();
    ByteBuffer blocks = ByteBuffer.allocateDirect(size * BLOCK);
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < BLOCK; k++) {
        blocks.put((byte) (100 * rank + 10 * i + k));
      }
    }
    ByteBuffer received = ByteBuffer.allocateDirect(size * BLOCK);
    peers.exchange(blocks, received);
    for (int i = 0; i < size; i++) {
      requireBlock(received, i, 100 * i + 10 * rank);
    }

    ByteBuffer last = blocks.slice((size - 1) * BLOCK, BLOCK);
    peers.gather(last, received);
    for (int i = 0; i < size; i++) {
      requireBlock(received, i, 100 * i + 10 * (size - 1));
    }

    peers.broadcast(last);
    requireBlock(last, 0, 10 * (size - 1));
    System.out.println(
        "rank %d of %d has all bytes, %s".formatted(rank, size, peers.description()));
  }

  private static void requireBlock(ByteBuffer buffer, int block, int first) {
    for (int k = 0; k < BLOCK; k++) {
      byte found = buffer.get(block * BLOCK + k);
      if (found != (byte) (first + k)) {
        throw new IllegalStateException(
            "byte %d of block %d is %d but must be %d".formatted(k, block, found, first + k));
      }
    }
  }

  /** The other ranks wait in a collective call. */
  private static void failInOneRank(Peers peers) {
    if (peers.rank() == 1) {
      throw new IllegalStateException("rank 1 fails");
    }
    peers.broadcast(ByteBuffer.allocateDirect(1));
    peers.gather(ByteBuffer.allocateDirect(1), ByteBuffer.allocateDirect(peers.size()));
  }
}
