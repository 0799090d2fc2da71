package org.reckoning.graph.inner;

import java.util.List;
import java.util.Map;
import org.reckoning.graph.model.Weights;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The tensors of an unrolled inner loop. Only tensors with later readers stay in memory.
 *
 * @param steps arguments of each step
 * @param gradients g of each step by name, if the pullbacks need it
 * @param products {@link WeightProducts} of each step by name, if they are kept
 * @param losses inner loss before each step [N]
 * @param adapted adapted weights after the last step
 */
public record InnerTrajectory<T extends TNumber>(
    List<StepArguments<T>> steps,
    List<Map<String, Operand<T>>> gradients,
    List<Map<String, Operand<T>>> products,
    List<Operand<T>> losses,
    Weights<T> adapted) {}
