package org.reckoning.trainer.tensors;

import java.nio.ByteBuffer;

/**
 * Element types of safetensors files. The types from {@link #F64} to {@link #BF16} can be read as
 * numbers.
 */
enum DType {
  /** IEEE 754 double precision. */
  F64(8),
  /** IEEE 754 single precision. */
  F32(4),
  /** IEEE 754 half precision. */
  F16(2),
  /** The upper half of an {@link #F32}. */
  BF16(2),
  /** Signed 64-bit integer. */
  I64(8),
  /** Signed 32-bit integer. */
  I32(4),
  /** Signed 16-bit integer. */
  I16(2),
  /** Signed 8-bit integer. */
  I8(1),
  /** Unsigned 64-bit integer. */
  U64(8),
  /** Unsigned 32-bit integer. */
  U32(4),
  /** Unsigned 16-bit integer. */
  U16(2),
  /** Unsigned 8-bit integer. */
  U8(1),
  /** A truth value in one byte. */
  BOOL(1),
  /** Eight bits, four of them exponent. */
  F8_E4M3(1),
  /** Eight bits, five of them exponent. */
  F8_E5M2(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the size of one element in bytes. */
  int bytes() {
    return bytes;
  }

  /** Returns whether elements of this type can be read as numbers. */
  boolean isReadable() {
    return compareTo(BF16) <= 0;
  }

  /** Reads the next element of a little-endian buffer exactly. */
  double nextDouble(ByteBuffer buffer) {
    return this == F64 ? buffer.getDouble() : nextFloat(buffer);
  }

  /** Reads the next element of a little-endian buffer; an F64 is rounded to the nearest float. */
  float nextFloat(ByteBuffer buffer) {
    return switch (this) {
      case F64 -> (float) buffer.getDouble();
      case F32 -> buffer.getFloat();
      case F16 -> halfToFloat(buffer.getShort());
      case BF16 -> Float.intBitsToFloat(buffer.getShort() << 16);
      default -> throw new IllegalStateException(this + " is not readable");
    };
  }

  /** Reads the next elements of a little-endian buffer, as {@link #nextFloat} does. */
  void nextFloats(ByteBuffer buffer, float[] values, int count) {
    if (this == F32) {
      buffer.asFloatBuffer().get(values, 0, count);
      buffer.position(buffer.position() + count * bytes);
      return;
    }
    for (int i = 0; i < count; i++) {
      values[i] = nextFloat(buffer);
    }
  }

  /** Widens a half: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction. */
  private static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & 0x1f;
    int fraction = half & 0x3ff;
    int magnitude =
        switch (exponent) {
          case 0 -> Float.floatToRawIntBits(fraction * 0x1p-24f); // zero and subnormal halves
          case 0x1f -> 0x7f80_0000 | (fraction << 13); // infinities and NaN
          default -> ((exponent + 127 - 15) << 23) | (fraction << 13);
        };
    return Float.intBitsToFloat(sign | magnitude);
  }
}
