package org.reckoning.graph.gpt2;

import java.util.List;
import org.reckoning.graph.autodiff.Scalars;
import org.reckoning.graph.random.RandomSeed;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/**
 * Random initial weights of a GPT-2.
 *
 * <ul>
 *   <li>Matrices are normal with standard deviation {@link Gpt2Config#initializerRange}. It is
 *       divided by {@code sqrt(2 L)} for the projections that add to the residual stream.
 *   <li>Layer normalizations start as the identity, biases at 0.
 *   <li>Low-rank factors A are normal with standard deviation {@code 1/sqrt(rank)}, factors B are
 *       0: their product is 0 at first.
 * </ul>
 */
public final class Gpt2Initializer {
  private Gpt2Initializer() {}

  /**
   * Emits the initial value of a weight. It is drawn in float32 whatever the dtype, so a float64
   * program can check a float32 one.
   *
   * @param name Hugging Face name of the weight
   * @param shape shape of the weight, without a task axis
   * @param seed scalar; the value is a function of seed and name
   */
  public static <T extends TNumber> Operand<T> initialValue(
      Ops tf, Gpt2Config config, String name, Shape shape, Operand<TInt64> seed, Class<T> type) {
    double deviation = deviation(config, name, shape);
    if (deviation == 0) {
      double constant = name.contains("ln_") && name.endsWith(".weight") ? 1 : 0;
      return tf.fill(tf.constant(shape.asArray()), Scalars.of(tf, type, constant));
    }
    Operand<TInt64> key = RandomSeed.of(tf, seed, "weight " + name);
    Operand<TFloat32> normal =
        tf.random.statelessRandomNormal(
            tf.constant(shape.asArray()), tf.stack(List.of(key, tf.constant(0L))), TFloat32.class);
    return tf.dtypes.cast(tf.math.mul(normal, tf.constant((float) deviation)), type);
  }

  private static double deviation(Gpt2Config config, String name, Shape shape) {
    if (name.endsWith(".lora_A")) {
      return 1 / Math.sqrt((double) shape.get(0));
    }
    if (name.endsWith(".lora_B") || name.endsWith(".bias") || name.contains("ln_")) {
      return 0;
    }
    return name.endsWith("c_proj.weight")
        ? config.initializerRange() / Math.sqrt(2.0 * config.nLayer())
        : config.initializerRange();
  }
}
