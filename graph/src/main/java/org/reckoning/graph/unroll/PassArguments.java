package org.reckoning.graph.unroll;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.model.TaskInputs;
import org.reckoning.graph.model.TaskModel;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * Arguments of a pass.
 *
 * @param weights theta_0 and the shared weights, which the inner loop does not adapt, without a
 *     task axis
 * @param rates inner rates [J, K]; null without inner steps
 * @param tasks the batch
 */
public record PassArguments<T extends TNumber>(
    Map<String, Operand<T>> weights, @Nullable Operand<T> rates, TaskInputs<T> tasks) {
  private static final String WEIGHTS = "weights";
  private static final String RATES = "rates";

  /** Returns the arguments of a segment that holds a whole pass. */
  static Specs specs(TaskModel<?> model) {
    return new Specs().all(initialSpecs(model)).all(TaskInputs.specs(model));
  }

  /** Returns the arguments of a segment that reads the initial weights and the rates. */
  static Specs initialSpecs(TaskModel<?> model) {
    return new Specs()
        .tensors(WEIGHTS, model.type(), model.layout().shapes())
        .tensor(RATES, model.type(), model.config().rateShape());
  }

  /** Reads the arguments of a segment that holds a whole pass. */
  static <T extends TNumber> PassArguments<T> of(Tensors in, Class<T> type) {
    return new PassArguments<>(
        in.under(WEIGHTS, type), in.get(RATES, type), TaskInputs.of(in, type));
  }

  /** Returns the arguments by name, for a segment that holds a whole pass. */
  Tensors named() {
    return initial(weights, rates).putAll(tasks.named());
  }

  static <T extends TNumber> Map<String, Operand<T>> weights(Tensors in, Class<T> type) {
    return in.under(WEIGHTS, type);
  }

  static <T extends TNumber> Operand<T> rates(Tensors in, Class<T> type) {
    return in.get(RATES, type);
  }

  static <T extends TNumber> Tensors initial(
      Map<String, Operand<T>> weights, @Nullable Operand<T> rates) {
    Tensors named = new Tensors().putAll(WEIGHTS, weights);
    return rates == null ? named : named.put(RATES, rates);
  }
}
