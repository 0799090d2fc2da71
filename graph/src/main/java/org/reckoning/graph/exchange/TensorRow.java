package org.reckoning.graph.exchange;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.tensorflow.RawTensor;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;

/** The bytes of several tensors, concatenated. */
final class TensorRow {
  /** Bytes that are copied at once, through the heap. */
  private static final int PIECE = 1 << 18;

  private final List<RawTensor> tensors;
  private final byte[] piece = new byte[PIECE];

  TensorRow(Collection<? extends Tensor> tensors) {
    this.tensors = tensors.stream().map(Tensor::asRawTensor).toList();
  }

  /** Returns the number of bytes. */
  long size() {
    return tensors.stream().mapToLong(Tensor::numBytes).sum();
  }

  /**
   * Copies bytes into a buffer until the buffer is full or the row ends.
   *
   * @param from index of the first byte
   */
  void read(long from, ByteBuffer to) {
    forPieces(
        from,
        to.remaining(),
        (bytes, count) -> {
          bytes.read(piece, 0, count);
          to.put(piece, 0, count);
        });
  }

  /**
   * Overwrites bytes with those of a buffer until the buffer or the row ends.
   *
   * @param at index of the first byte
   */
  void write(long at, ByteBuffer from) {
    forPieces(
        at,
        from.remaining(),
        (bytes, count) -> {
          from.get(piece, 0, count);
          bytes.write(piece, 0, count);
        });
  }

  private void forPieces(long from, int length, ObjIntConsumer<ByteDataBuffer> copy) {
    long start = 0; // of the tensor in the row
    for (RawTensor tensor : tensors) {
      long end = start + tensor.numBytes();
      long last = Math.min(end, from + length);
      for (long at = Math.max(start, from); at < last; at += PIECE) {
        int count = (int) Math.min(PIECE, last - at);
        copy.accept(tensor.data().slice(at - start, count), count);
      }
      start = end;
    }
  }
}
