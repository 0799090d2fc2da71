package org.reckoning.trainer.config;

import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/** Type of all numbers of a model. */
public enum FloatType {
  /** Single precision. */
  FLOAT32(TFloat32.class),
  /** Double precision, for comparisons: twice the memory, and slow on a GPU. */
  FLOAT64(TFloat64.class);

  private final Class<? extends TNumber> tensorType;

  FloatType(Class<? extends TNumber> tensorType) {
    this.tensorType = tensorType;
  }

  /** Returns TensorFlow's type. */
  public Class<? extends TNumber> tensorType() {
    return tensorType;
  }
}
