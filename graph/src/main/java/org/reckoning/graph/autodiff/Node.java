package org.reckoning.graph.autodiff;

import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.OperationBuilder;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * An op of the graph under differentiation, as its rules see it: its inputs, outputs and
 * attributes, and the scope to emit derivative nodes to.
 */
public final class Node {
  private final GraphOperation op;
  private final Ops tf;
  private final Emitter emitter;

  Node(Emitter emitter, GraphOperation op) {
    this.op = op;
    this.emitter = emitter;
    this.tf = emitter.scopeOf(op.name());
  }

  /** Returns the scope for new nodes. */
  public Ops tf() {
    return tf;
  }

  /** Returns the op type. */
  public String type() {
    return op.type();
  }

  /** Returns the name of the node in its graph. */
  public String name() {
    return op.name();
  }

  /** Returns how many inputs the node has. */
  public int inputs() {
    return op.numInputs();
  }

  /** Returns how many outputs the node has. */
  public int outputs() {
    return op.numOutputs();
  }

  /** Returns input {@code i}. */
  @SuppressWarnings("unchecked") // rules compute with any number type; the driver checks dtypes
  public Operand<TNumber> in(int i) {
    return (Operand<TNumber>) op.input(i);
  }

  /** Returns input {@code i} as a tensor of the given dtype, for inputs that are not numbers. */
  public <T extends TType> Operand<T> in(int i, Class<T> type) {
    return op.input(i).expect(type);
  }

  /** Returns the inputs {@code from} to {@code to}, the latter excluded. */
  public List<Operand<TNumber>> ins(int from, int to) {
    return IntStream.range(from, to).mapToObj(this::in).toList();
  }

  /** Returns the only output. */
  public Operand<TNumber> out() {
    return out(0);
  }

  /** Returns output {@code i}. */
  public Operand<TNumber> out(int i) {
    return op.<TNumber>output(i);
  }

  /** Returns the static shape of input {@code i}. */
  public Shape inShape(int i) {
    return Shapes.staticShape(op.input(i));
  }

  /** Returns the static shape of output {@code i}. */
  public Shape outShape(int i) {
    return Shapes.staticShape(op.output(i));
  }

  /** Returns a boolean attribute. */
  public boolean flag(String attribute) {
    return op.attributes().getAttrBool(attribute);
  }

  /** Returns an integer attribute. */
  public int integer(String attribute) {
    return (int) op.attributes().getAttrInt(attribute);
  }

  /** Returns a string attribute. */
  public String text(String attribute) {
    return op.attributes().getAttrString(attribute);
  }

  /** Returns a scalar constant of the dtype of the first output. */
  public Operand<TNumber> scalar(double value) {
    return emitter.scalar(out(), value);
  }

  /** Returns a shape, or any other list of integers, as a constant. */
  public Operand<TInt64> ints(long... values) {
    return tf.constant(values);
  }

  /**
   * Reads the integers of an input that must be known when the graph is built (axes, sizes,
   * paddings).
   *
   * @throws IllegalArgumentException if the input is not a constant
   */
  public long[] constantInts(int input) {
    return Shapes.constantInts(op, input);
  }

  /**
   * Emits an op of the same type on other inputs, which is the tangent of an op that is linear in
   * them.
   *
   * @param inputs one operand for each input, in order
   * @param attributes the attributes to copy; those that TensorFlow infers from the inputs are not
   *     needed
   */
  public GraphOperation replay(List<? extends Operand<?>> inputs, String... attributes) {
    OperationBuilder builder =
        tf.scope().env().opBuilder(op.type(), tf.scope().makeOpName(op.type()), tf.scope());
    for (Operand<?> input : inputs) {
      builder.addInput(input.asOutput());
    }
    for (String attribute : attributes) {
      builder.setAttr(attribute, op.attributes().getAttrValueProto(attribute));
    }
    return (GraphOperation) builder.build();
  }

  /** Returns what the node computes, for messages: {@code op type 'MatMul' (node 'h.0/MatMul')}. */
  @Override
  public String toString() {
    return "op type '" + type() + "' (node '" + name() + "')";
  }
}
