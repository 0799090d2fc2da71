package org.reckoning.trainer.tensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Puts safetensors files together byte by byte, well-formed or not. */
public final class SafetensorsBytes {
  private SafetensorsBytes() {}

  /** Returns a file with an honest length before its header. */
  public static byte[] file(String header, byte... data) {
    return file(header.getBytes(StandardCharsets.UTF_8), data);
  }

  public static byte[] file(byte[] header, byte... data) {
    return claiming(header.length, header, data);
  }

  /** Returns a file that says its header has {@code headerLength} bytes. */
  public static byte[] claiming(long headerLength, byte[] header, byte... data) {
    return littleEndian(8 + header.length + data.length)
        .putLong(headerLength)
        .put(header)
        .put(data)
        .array();
  }

  public static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
