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
 * A node under differentiation, as its rules see it: inputs, outputs and attributes, and the scope
 * for new nodes.
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

  /** Returns the ops of the scope for new nodes. */
  public Ops tf() {
    return tf;
  }

  /** Returns the op type, the key of the rule tables. */
  String type() {
    return op.type();
  }

  /** Returns the name of the node in its graph. */
  public String name() {
    return op.name();
  }

  /** Returns the number of inputs. */
  public int inputs() {
    return op.numInputs();
  }

  /** Returns the number of outputs. */
  public int outputs() {
    return op.numOutputs();
  }

  /** Returns input {@code i}. */
  @SuppressWarnings("unchecked") // rules compute with any number type; the driver checks dtypes
  public Operand<TNumber> in(int i) {
    return (Operand<TNumber>) op.input(i);
  }

  /** Returns input {@code i} as a tensor of the given dtype, such as {@code TBool}. */
  public <T extends TType> Operand<T> in(int i, Class<T> type) {
    return op.input(i).expect(type);
  }

  /** Returns the inputs from {@code from}, inclusive, to {@code to}, exclusive. */
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

  /** Emits a scalar constant of the dtype of the first output. */
  public Operand<TNumber> scalar(double value) {
    return emitter.scalar(out(), value);
  }

  /** Emits a vector of integers, such as a shape, as a constant. */
  public Operand<TInt64> ints(long... values) {
    return tf.constant(values);
  }

  /**
   * Returns the integers of a constant input, such as axes, sizes or paddings.
   *
   * @throws IllegalArgumentException if the input is not a constant or holds no integers
   */
  public long[] constantInts(int input) {
    return Constants.ints(op, input);
  }

  /**
   * Emits an op of the same type on other inputs. For an op that is linear in its inputs, this is
   * the pushforward.
   *
   * @param inputs one operand for each input, in order
   * @param attributes names of the attributes to copy; TensorFlow infers dtypes and counts from the
   *     inputs
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

  /** Returns type and name for messages: {@code op type 'MatMul' (node 'h.0/MatMul')}. */
  @Override
  public String toString() {
    return "op type '" + type() + "' (node '" + name() + "')";
  }
}
