package org.reckoning.graph.bilevel;

import java.util.List;
import java.util.Map;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * The tensors of an unrolled inner loop. Only those that something reads later are kept in memory.
 *
 * @param states arguments of each step, and of the outer loss after the last
 * @param gradients g of each step, by name, where the pullbacks need it
 * @param losses inner loss before each step [N]
 */
record InnerLoop<T extends TNumber>(
    List<Tensors> states, List<Map<String, Operand<T>>> gradients, List<Operand<T>> losses) {
  Tensors last() {
    return states.get(states.size() - 1);
  }
}
