package org.reckoning.graph.peers;

import java.nio.ByteBuffer;

/**
 * The processes of a run, seen from one of them. Every method but {@link #abort} is collective: all
 * processes call it, in the same order, with buffers of the same sizes.
 *
 * <p>Buffers are direct and used from 0 to their capacity. Bytes travel unchanged, so processes
 * must have the same byte order. Not thread-safe.
 */
public interface Peers extends AutoCloseable {
  /** A process that trains alone. Nothing but this constant initializes its class. */
  @SuppressWarnings("ClassInitializationDeadlock")
  Peers ALONE = new LonePeer();

  /** Returns the rank of this process, from 0. Rank 0 writes files and messages. */
  int rank();

  /** Returns the number of processes. */
  int size();

  /** Returns whether this process writes files and messages. */
  default boolean isFirst() {
    return rank() == 0;
  }

  /** Returns what connects the processes, for messages: {@code Open MPI 4.1.4}. */
  String description();

  /**
   * Sends block i of a buffer to rank i, and receives this process's block of every rank.
   *
   * @param sent {@code size} blocks of equal length
   * @param received {@code size} blocks of that length, in the order of the ranks
   */
  void exchange(ByteBuffer sent, ByteBuffer received);

  /**
   * Sends a block to all and receives the block of every rank.
   *
   * @param sent one block
   * @param received {@code size} blocks, in the order of the ranks
   */
  void gather(ByteBuffer sent, ByteBuffer received);

  /** Overwrites a buffer with that of rank 0. */
  void broadcast(ByteBuffer buffer);

  /**
   * Ends all processes at once. Other ranks may be inside a collective call, so an exception must
   * not just end this one.
   *
   * @param status exit status
   */
  void abort(int status);

  /** Leaves the group; collective, too. */
  @Override
  void close();
}
