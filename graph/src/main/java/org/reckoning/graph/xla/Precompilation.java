package org.reckoning.graph.xla;

import static java.util.Comparator.comparingInt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.reckoning.graph.runtime.CpuRuntime;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StatefulPartitionedCall;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TType;

/**
 * Compiles the functions that a run needs before the run, several at a time. In the run itself the
 * calls wait for each other, so XLA would compile one function after the other.
 *
 * <p>XLA compiles a function in its first call. So each function is called once with zeros, and the
 * results are dropped. Functions that write variables are left to the run; they are small.
 */
public final class Precompilation {
  /** All attributes of a call that {@link Segment} sets. */
  private static final List<String> ATTRIBUTES =
      List.of("Tin", "Tout", "f", "config_proto", "_noinline", "_XlaMustCompile");

  private final Ops tf;
  private final Map<TensorSpec, Operand<?>> zeros = new HashMap<>();

  private Precompilation(Ops tf) {
    this.tf = tf;
  }

  /**
   * Compiles the functions that fetches need, in the runtime where this saves time.
   *
   * @param tf scope of the calls
   * @param fetches fetches of the run; XLA must compile every call that they need
   */
  public static void run(Session session, Ops tf, List<? extends Operand<?>> fetches) {
    if (CpuRuntime.compilesOnOneThread()) {
      compile(session, tf, fetches);
    }
  }

  /** Compiles the functions that fetches need. With less than two, it leaves them to the run. */
  static void compile(Session session, Ops tf, List<? extends Operand<?>> fetches) {
    List<GraphOperation> calls = new ArrayList<>(calls(fetches).values());
    if (calls.size() < 2) {
      return;
    }
    calls.sort(comparingInt(GraphOperation::numInputs).reversed()); // the largest first
    Precompilation precompilation = new Precompilation(tf);
    List<Operation> ofZeros = calls.stream().map(precompilation::ofZeros).toList();
    runAll(session, ofZeros);
  }

  /** Returns a call of each function that takes tensors alone, by function. */
  private static Map<String, GraphOperation> calls(List<? extends Operand<?>> fetches) {
    Map<String, GraphOperation> calls = new LinkedHashMap<>();
    Set<Operation> seen = new HashSet<>();
    Deque<GraphOperation> open = new ArrayDeque<>();
    fetches.forEach(fetch -> open.push((GraphOperation) fetch.op()));
    while (!open.isEmpty()) {
      GraphOperation op = open.pop();
      if (seen.add(op)) {
        op.inputs().forEach(input -> open.push((GraphOperation) input.op()));
        if (op.type().equals(StatefulPartitionedCall.OP_NAME) && takesTensors(op)) {
          calls.putIfAbsent(op.attributes().getAttrValueProto("f").getFunc().getName(), op);
        }
      }
    }
    return calls;
  }

  private static boolean takesTensors(GraphOperation call) {
    return call.inputs().stream()
        .noneMatch(input -> input.asOutput().dataType() == DataType.DT_RESOURCE);
  }

  private Operation ofZeros(GraphOperation call) {
    Output<?>[] inputs =
        call.inputs().stream().map(input -> zeros(input.asOutput())).toArray(Output<?>[]::new);
    OperationBuilder builder =
        tf.scope()
            .env()
            .opBuilder(call.type(), tf.scope().makeOpName(call.type()), tf.scope())
            .addInputList(inputs);
    ATTRIBUTES.forEach(name -> builder.setAttr(name, call.attributes().getAttrValueProto(name)));
    return builder.build();
  }

  private Output<?> zeros(Output<? extends TType> like) {
    return zeros
        .computeIfAbsent(
            TensorSpec.of(like.type(), like.shape()),
            spec -> tf.zeros(tf.constant(spec.shape().asArray()), like.type()))
        .asOutput();
  }

  private static void runAll(Session session, List<Operation> calls) {
    int processors = Runtime.getRuntime().availableProcessors();
    ExecutorService pool = Executors.newFixedThreadPool(Math.min(calls.size(), processors));
    try {
      List<Future<?>> runs = new ArrayList<>();
      calls.forEach(
          call -> runs.add(pool.submit(() -> session.runner().addTarget(call).run().close())));
      for (Future<?> run : runs) {
        run.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      pool.shutdown();
    }
  }
}
