package org.reckoning.trainer.tensorboard;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Writes TensorFlow's record files. A record is the length (8 bytes), the checksum of the length (4
 * bytes), the data, and the checksum of the data (4 bytes), all little-endian.
 */
public final class RecordOutput implements Closeable {
  private final OutputStream out;

  /** Takes a stream; {@link #close} closes it. */
  public RecordOutput(OutputStream out) {
    this.out = new BufferedOutputStream(out);
  }

  /** Adds a record. */
  public void write(byte[] data) throws IOException {
    byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
    out.write(length);
    out.write(littleEndian(Integer.BYTES).putInt(checksum(length)).array());
    out.write(data);
    out.write(littleEndian(Integer.BYTES).putInt(checksum(data)).array());
  }

  /** Passes all records to the operating system. */
  void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /**
   * Returns the masked CRC-32C of the format: rotated, plus a constant, so that data may contain
   * checksums.
   */
  static int checksum(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
