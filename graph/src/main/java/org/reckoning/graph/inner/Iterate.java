package org.reckoning.graph.inner;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.model.Weights;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.family.TNumber;

/**
 * The adapted weights and the state of the inner optimizer, which an inner step updates. Its
 * cotangent has the same structure.
 *
 * @param theta adapted weights by name [N, ...]
 * @param state state of the inner optimizer, by slot and name [N, ...]
 */
public record Iterate<T extends TNumber>(
    Map<String, Operand<T>> theta, Map<String, Map<String, Operand<T>>> state) {
  private static final String STATE = "state";
  static final String D_THETA = "d_theta";
  private static final String D_STATE = "d_state";

  /** Returns the arguments of a segment that reads the state of some weights. */
  static Specs stateSpecs(
      List<String> slots, Map<String, Shape> weights, Class<? extends TNumber> type) {
    return specs(STATE, slots, weights, type);
  }

  /** Returns the arguments of a segment that reads an iterate of some weights. */
  static Specs specs(
      List<String> slots, Map<String, Shape> weights, Class<? extends TNumber> type) {
    return new Specs().tensors(Weights.THETA, type, weights).all(stateSpecs(slots, weights, type));
  }

  /** Returns the arguments of a segment that reads the cotangent of an iterate of some weights. */
  static Specs cotangentSpecs(
      List<String> slots, Map<String, Shape> weights, Class<? extends TNumber> type) {
    return new Specs().tensors(D_THETA, type, weights).all(specs(D_STATE, slots, weights, type));
  }

  private static Specs specs(
      String path, List<String> slots, Map<String, Shape> weights, Class<? extends TNumber> type) {
    Specs specs = new Specs();
    slots.forEach(slot -> specs.tensors(path + "/" + slot, type, weights));
    return specs;
  }

  /** Reads an iterate from the arguments or results of a segment. */
  static <T extends TNumber> Iterate<T> of(Tensors in, List<String> slots, Class<T> type) {
    return read(in, Weights.THETA, STATE, slots, type);
  }

  /** Reads the cotangent of an iterate from the arguments or results of a segment. */
  public static <T extends TNumber> Iterate<T> cotangentOf(
      Tensors in, List<String> slots, Class<T> type) {
    return read(in, D_THETA, D_STATE, slots, type);
  }

  private static <T extends TNumber> Iterate<T> read(
      Tensors in, String theta, String state, List<String> slots, Class<T> type) {
    Map<String, Map<String, Operand<T>>> ofSlots = new LinkedHashMap<>();
    slots.forEach(slot -> ofSlots.put(slot, in.under(state + "/" + slot, type)));
    return new Iterate<>(in.under(theta, type), ofSlots);
  }

  /**
   * Returns the iterate as named arguments or results of a segment, each weight followed by its
   * state.
   */
  Tensors named() {
    Tensors named = new Tensors();
    theta.forEach(
        (name, weight) -> {
          named.put(Weights.THETA + "/" + name, weight);
          state.forEach(
              (slot, values) ->
                  named.put(
                      STATE + "/" + slot + "/" + name,
                      Objects.requireNonNull(values.get(name), name)));
        });
    return named;
  }

  /**
   * Returns the cotangent as named arguments or results of a segment, all weights before the state.
   */
  public Tensors namedCotangent() {
    Tensors named = new Tensors().putAll(D_THETA, theta);
    state.forEach((slot, values) -> named.putAll(D_STATE + "/" + slot, values));
    return named;
  }

  /** Returns the part of a block, under local names. */
  Iterate<T> local(WeightBlock block) {
    Map<String, Map<String, Operand<T>>> ofSlots = new LinkedHashMap<>();
    state.forEach((slot, values) -> ofSlots.put(slot, block.local(values)));
    return new Iterate<>(block.local(theta), ofSlots);
  }

  /** Returns an iterate of a block, given under local names, under the names of the weights. */
  Iterate<T> global(WeightBlock block) {
    Map<String, Operand<T>> all = new LinkedHashMap<>();
    block.addTo(all, theta);
    Map<String, Map<String, Operand<T>>> ofSlots = new LinkedHashMap<>();
    state.forEach(
        (slot, values) -> {
          Map<String, Operand<T>> ofSlot = new LinkedHashMap<>();
          block.addTo(ofSlot, values);
          ofSlots.put(slot, ofSlot);
        });
    return new Iterate<>(all, ofSlots);
  }

  /** Returns one iterate of all weights of several blocks. */
  static <T extends TNumber> Iterate<T> joined(List<Iterate<T>> blocks) {
    Iterate<T> all = new Iterate<>(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (Iterate<T> block : blocks) {
      all.theta().putAll(block.theta());
      block
          .state()
          .forEach(
              (slot, values) ->
                  all.state().computeIfAbsent(slot, each -> new LinkedHashMap<>()).putAll(values));
    }
    return all;
  }
}
