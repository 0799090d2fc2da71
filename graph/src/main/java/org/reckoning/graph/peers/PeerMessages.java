package org.reckoning.graph.peers;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sends texts of any length between processes. Lengths travel first, then slices of equal size.
 * Every method is collective.
 *
 * @param peers the processes
 */
public record PeerMessages(Peers peers) {
  /** Bytes that a call receives at most. */
  private static final int MOST_BYTES = 1 << 24;

  /**
   * Returns the texts of all ranks, in the order of the ranks.
   *
   * @param own the text of this rank
   */
  public List<String> gather(String own) {
    if (peers.size() == 1) {
      return List.of(own);
    }
    byte[] bytes = own.getBytes(StandardCharsets.UTF_8);
    int[] lengths = gather(bytes.length);
    int longest = Arrays.stream(lengths).max().orElse(0);
    byte[][] all = new byte[peers.size()][];
    for (int rank = 0; rank < all.length; rank++) {
      all[rank] = new byte[lengths[rank]];
    }
    int slice = Math.min(longest, Math.max(1, MOST_BYTES / peers.size()));
    ByteBuffer sent = ByteBuffer.allocateDirect(slice);
    ByteBuffer received = ByteBuffer.allocateDirect(slice * peers.size());
    for (int at = 0; at < longest; at += slice) {
      sent.clear().put(bytes, Math.min(at, bytes.length), part(bytes, at, slice));
      peers.gather(sent, received);
      for (int rank = 0; rank < all.length; rank++) {
        int count = part(all[rank], at, slice);
        received.get(rank * slice, all[rank], Math.min(at, all[rank].length), count);
      }
    }
    List<String> texts = new ArrayList<>();
    for (byte[] each : all) {
      texts.add(new String(each, StandardCharsets.UTF_8));
    }
    return texts;
  }

  /** Returns how many bytes of a text are in the slice from an index. */
  private static int part(byte[] text, int from, int slice) {
    return Math.max(0, Math.min(slice, text.length - from));
  }

  /**
   * Returns the numbers of all ranks, in the order of the ranks.
   *
   * @param own the number of this rank
   */
  public int[] gather(int own) {
    if (peers.size() == 1) {
      return new int[] {own};
    }
    ByteBuffer received = ByteBuffer.allocateDirect(Integer.BYTES * peers.size());
    peers.gather(ByteBuffer.allocateDirect(Integer.BYTES).putInt(0, own), received);
    int[] numbers = new int[peers.size()];
    received.clear().asIntBuffer().get(numbers);
    return numbers;
  }

  /** Returns whether a condition holds for any rank. */
  public boolean any(boolean own) {
    return Arrays.stream(gather(own ? 1 : 0)).anyMatch(each -> each == 1);
  }

  /**
   * Returns the text of rank 0.
   *
   * @param own the text of this rank, ignored for other ranks than 0
   */
  public String broadcast(String own) {
    if (peers.size() == 1) {
      return own;
    }
    byte[] bytes = own.getBytes(StandardCharsets.UTF_8);
    ByteBuffer length = ByteBuffer.allocateDirect(Integer.BYTES).putInt(0, bytes.length);
    peers.broadcast(length);
    byte[] first = peers.isFirst() ? bytes : new byte[length.getInt(0)];
    for (int at = 0; at < first.length; at += MOST_BYTES) {
      int count = part(first, at, MOST_BYTES);
      ByteBuffer slice = ByteBuffer.allocateDirect(count).put(0, first, at, count);
      peers.broadcast(slice);
      slice.get(0, first, at, count);
    }
    return new String(first, StandardCharsets.UTF_8);
  }
}
