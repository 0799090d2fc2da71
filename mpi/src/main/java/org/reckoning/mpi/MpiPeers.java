package org.reckoning.mpi;

import com.sun.jna.ptr.IntByReference;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.peers.PeersException;

/** The processes of {@code MPI_COMM_WORLD}. */
final class MpiPeers implements Peers {
  /**
   * {@code MPI_THREAD_SERIALIZED}: calls come from one thread at a time. Only {@link #abort} may
   * come from the thread of a signal at any time, as it ends the process anyway.
   */
  private static final int SERIALIZED = 2;

  private final MpiLibrary library;
  private final Object world;
  private final Object bytes;
  private final int rank;
  private final int size;

  private MpiPeers(MpiLibrary library) {
    this.library = library;
    world = library.world();
    bytes = library.bytes();
    library.call("MPI_Comm_set_errhandler", world, library.errorsReturn());
    rank = library.ask("MPI_Comm_rank", world);
    size = library.ask("MPI_Comm_size", world);
  }

  /**
   * Loads a library and joins the processes that its launcher has started.
   *
   * @throws PeersException if the library cannot be loaded, or is not that of the launcher
   */
  static Peers join(MpiLaunch launch) {
    MpiLibrary library = MpiLibrary.load(launch.libraries(), launch.notLoaded());
    library.call("MPI_Init_thread", null, null, SERIALIZED, new IntByReference());
    MpiPeers peers = new MpiPeers(library);
    try {
      checkSize(launch.size(), peers.size, peers.description() + ", " + library.file());
    } catch (PeersException e) {
      peers.close();
      throw e;
    }
    return peers;
  }

  /** A library that does not know its launcher starts as many groups of one. */
  static void checkSize(OptionalInt started, int joined, String library) {
    if (started.orElse(joined) != joined) {
      throw new PeersException(
          ("the launcher has started %d processes, but %s has joined %d:"
                  + " start them with the launcher of this library, or set %s to the file of the launcher's library")
              .formatted(started.getAsInt(), library, joined, MpiLaunch.VARIABLE));
    }
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public String description() {
    return library.version();
  }

  @Override
  public void exchange(ByteBuffer sent, ByteBuffer received) {
    checkCapacities(sent, received, sent.capacity());
    if (sent.capacity() % size != 0) {
      throw new IllegalArgumentException(
          "sent (%d bytes) must be %d blocks of equal length".formatted(sent.capacity(), size));
    }
    int block = sent.capacity() / size;
    library.call("MPI_Alltoall", all(sent), block, bytes, all(received), block, bytes, world);
  }

  @Override
  public void gather(ByteBuffer sent, ByteBuffer received) {
    checkCapacities(sent, received, (long) sent.capacity() * size);
    int block = sent.capacity();
    library.call("MPI_Allgather", all(sent), block, bytes, all(received), block, bytes, world);
  }

  @Override
  public void broadcast(ByteBuffer buffer) {
    checkDirect(buffer);
    int root = 0;
    library.call("MPI_Bcast", all(buffer), buffer.capacity(), bytes, root, world);
  }

  /** The library writes where it is told to, so a wrong size would destroy memory. */
  private static void checkCapacities(ByteBuffer sent, ByteBuffer received, long required) {
    checkDirect(sent);
    checkDirect(received);
    if (received.capacity() != required) {
      throw new IllegalArgumentException(
          "received (%d bytes) must have %d bytes".formatted(received.capacity(), required));
    }
  }

  /** The binding passes the address of a buffer's position. */
  private static ByteBuffer all(ByteBuffer buffer) {
    return buffer.duplicate().clear();
  }

  private static void checkDirect(ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException("a buffer for MPI must be direct");
    }
  }

  @Override
  public void abort(int status) {
    try {
      library.call("MPI_Abort", world, status);
    } finally {
      Runtime.getRuntime().halt(status);
    }
  }

  @Override
  public void close() {
    library.call("MPI_Finalize");
  }
}
