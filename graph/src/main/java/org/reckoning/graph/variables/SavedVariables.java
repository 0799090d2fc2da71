package org.reckoning.graph.variables;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TNumber;

/**
 * Nodes that write and read the variables of a SavedModel. They have the names that TensorFlow Java
 * looks for. Without them it would add nodes for another kind of variable.
 *
 * <p>The files use the names of {@link VariableFiles}, so the same nodes also read a checkpoint.
 */
public final class SavedVariables {
  private final Operand<TString> prefix;
  private final Op restore;

  private SavedVariables(Operand<TString> prefix, Op restore) {
    this.prefix = prefix;
    this.restore = restore;
  }

  /** Emits the nodes. */
  public static <T extends TNumber> SavedVariables of(
      Ops root, Variables<T> weights, Variables<T> rates) {
    Ops tf = root.withSubScope("save");
    Operand<TString> prefix =
        tf.withName("filename").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    List<String> names = new ArrayList<>();
    List<Operand<?>> values = new ArrayList<>();
    List<Op> restores = new ArrayList<>();
    VariableFiles.add(tf, prefix, weights, "", names, values, restores);
    VariableFiles.add(tf, prefix, rates, "", names, values, restores);
    Op save = VariableFiles.save(tf, prefix, names, values);
    tf.withName("control_dependency").withControlDependencies(List.of(save)).identity(prefix);
    Op restore = tf.withName("restore_all").withControlDependencies(restores).noOp();
    return new SavedVariables(prefix, restore);
  }

  /** Reads all variables. */
  public void restore(Session session, String file) {
    try (TString name = TString.scalarOf(file)) {
      session.runner().feed(prefix, name).addTarget(restore).run().close();
    }
  }
}
