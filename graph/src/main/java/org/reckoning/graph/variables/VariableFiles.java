package org.reckoning.graph.variables;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.train.Restore;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * Nodes that save all variables to a TensorFlow checkpoint and restore them. The files are {@code
 * PREFIX.index} and {@code PREFIX.data-00000-of-00001}; {@code tf.train.load_checkpoint} reads them
 * too.
 *
 * <p>A weight is saved under its own name, and the state of the outer optimizer under {@code
 * NAME/adam_m} and {@code NAME/adam_v}. The inner rates are {@code inner_rates}; the number of
 * updates is {@code global_step}.
 */
public final class VariableFiles {
  private static final String UPDATES = "global_step";
  private static final List<String> MOMENTS = List.of("/adam_m", "/adam_v");

  private final Operand<TString> prefix;
  private final Operand<TInt64> updates;
  private final Op save;
  private final List<Op> restores;
  private final Operand<?> restoredUpdates;

  private VariableFiles(
      Operand<TString> prefix,
      Operand<TInt64> updates,
      Op save,
      List<Op> restores,
      Operand<?> restoredUpdates) {
    this.prefix = prefix;
    this.updates = updates;
    this.save = save;
    this.restores = restores;
    this.restoredUpdates = restoredUpdates;
  }

  /**
   * Emits the nodes.
   *
   * @param moments first and second moments of the outer optimizer; empty without training
   */
  public static <T extends TNumber> VariableFiles of(
      Ops tf, Variables<T> weights, Variables<T> rates, List<Variables<T>> moments) {
    Operand<TString> prefix =
        tf.withName("file").placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    Operand<TInt64> updates =
        tf.withName(UPDATES).placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    List<String> names = new ArrayList<>();
    List<Operand<?>> values = new ArrayList<>();
    List<Op> restores = new ArrayList<>();
    add(tf, prefix, weights, "", names, values, restores);
    add(tf, prefix, rates, "", names, values, restores);
    for (int i = 0; i < moments.size(); i++) {
      add(tf, prefix, moments.get(i), MOMENTS.get(i), names, values, restores);
    }
    names.add(UPDATES);
    values.add(updates);
    Op save = save(tf, prefix, names, values);
    Operand<?> restoredUpdates = read(tf, prefix, UPDATES, TInt64.class);
    return new VariableFiles(prefix, updates, save, restores, restoredUpdates);
  }

  /**
   * Emits nodes that restore variables, and adds them to lists, with the saved names and values.
   *
   * @param suffix of the saved names
   */
  static <T extends TNumber> void add(
      Ops tf,
      Operand<TString> prefix,
      Variables<T> variables,
      String suffix,
      List<String> names,
      List<Operand<?>> values,
      List<Op> restores) {
    variables
        .reads()
        .forEach(
            (name, read) -> {
              String saved = savedName(name) + suffix;
              names.add(saved);
              values.add(read);
              restores.add(
                  variables.assignment(
                      tf, name, read(tf.withSubScope("restore"), prefix, saved, variables.type())));
            });
  }

  /** Emits the node that writes all values. */
  static Op save(Ops tf, Operand<TString> prefix, List<String> names, List<Operand<?>> values) {
    Operand<TString> wholeTensors = texts(tf, Collections.nCopies(names.size(), ""));
    return tf.train.save(prefix, texts(tf, names), wholeTensors, values);
  }

  /** Returns the name of a variable in the files. */
  public static String savedName(String name) {
    return name.equals(MetaParameters.RATES) ? "inner_rates" : name;
  }

  private static <U extends TType> Operand<U> read(
      Ops tf, Operand<TString> prefix, String name, Class<U> type) {
    Restore restore =
        tf.train.restore(prefix, texts(tf, List.of(name)), texts(tf, List.of("")), List.of(type));
    return restore.tensors().get(0).expect(type);
  }

  private static Operand<TString> texts(Ops tf, List<String> texts) {
    return tf.constant(StandardCharsets.UTF_8, texts.toArray(String[]::new));
  }

  /** Saves all variables. */
  public void save(Session session, String file, long numberOfUpdates) {
    try (TString name = TString.scalarOf(file);
        TInt64 number = TInt64.scalarOf(numberOfUpdates)) {
      session.runner().feed(prefix, name).feed(updates, number).addTarget(save).run().close();
    }
  }

  /**
   * Restores all variables, one by one. After a failure, those before it have the values of the
   * file.
   *
   * @return the number of updates
   */
  public long restore(Session session, String file) {
    try (TString name = TString.scalarOf(file)) {
      for (Op restore : restores) { // one at a time, to limit memory
        session.runner().feed(prefix, name).addTarget(restore).run().close();
      }
      try (Result result = session.runner().feed(prefix, name).fetch(restoredUpdates).run()) {
        return ((TInt64) result.get(0)).getLong();
      }
    }
  }
}
