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
import org.jspecify.annotations.Nullable;
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
 * Compiles the largest functions of a run on other threads while the run starts. In the run itself
 * the calls wait for each other, so XLA would compile one function after the other.
 *
 * <p>XLA compiles a function in its first call. So each of these functions is called once with
 * zeros, and the results are dropped. A call of the run that needs the function meanwhile waits for
 * it. If a function cannot be compiled, the run says why. Functions that write variables are left
 * to the run; they are small.
 */
public final class Precompilation implements AutoCloseable {
  /** All attributes of a call that {@link Segment} sets. */
  private static final List<String> ATTRIBUTES =
      List.of("Tin", "Tout", "f", "config_proto", "_noinline", "_XlaMustCompile");

  private @Nullable List<Future<?>> calls;

  /**
   * Starts to compile functions, in the runtime where this saves time. The run should begin now.
   * Does nothing if it was called before.
   *
   * @param tf scope of the calls
   * @param fetches fetches of the run; XLA must compile every call that they need
   */
  public void begin(Session session, Ops tf, List<? extends Operand<?>> fetches) {
    boolean saves = CpuRuntime.compilesOnOneThread();
    begin(session, tf, fetches, saves ? Runtime.getRuntime().availableProcessors() - 1 : 0);
  }

  /** Starts to compile a function on each thread, and leaves at least one to the run. */
  void begin(Session session, Ops tf, List<? extends Operand<?>> fetches, int threads) {
    if (calls != null) {
      return;
    }
    calls = new ArrayList<>();
    List<GraphOperation> ofRun = new ArrayList<>(calls(fetches).values());
    ofRun.sort(comparingInt(GraphOperation::numInputs).reversed()); // the largest first
    int most = Math.max(0, Math.min(threads, ofRun.size() - 1));
    Map<TensorSpec, Operand<?>> zeros = new HashMap<>();
    List<Operation> ofZeros =
        ofRun.subList(0, most).stream().map(call -> ofZeros(tf, call, zeros)).toList();
    ExecutorService pool = Executors.newCachedThreadPool();
    for (Operation call : ofZeros) {
      calls.add(pool.submit(() -> session.runner().addTarget(call).run().close()));
    }
    pool.shutdown();
  }

  /** Waits until all calls with zeros have ended. The session must not be closed before. */
  @Override
  public void close() {
    for (Future<?> call : calls == null ? List.<Future<?>>of() : calls) {
      try {
        call.get();
      } catch (ExecutionException e) {
        // the run needs the same function, and says why it failed
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
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

  private static Operation ofZeros(Ops tf, GraphOperation call, Map<TensorSpec, Operand<?>> zeros) {
    Output<?>[] inputs =
        call.inputs().stream()
            .map(input -> zeros(tf, input.asOutput(), zeros))
            .toArray(Output<?>[]::new);
    OperationBuilder builder =
        tf.scope()
            .env()
            .opBuilder(call.type(), tf.scope().makeOpName(call.type()), tf.scope())
            .addInputList(inputs);
    ATTRIBUTES.forEach(name -> builder.setAttr(name, call.attributes().getAttrValueProto(name)));
    return builder.build();
  }

  private static Output<?> zeros(
      Ops tf, Output<? extends TType> like, Map<TensorSpec, Operand<?>> zeros) {
    return zeros
        .computeIfAbsent(
            TensorSpec.of(like.type(), like.shape()),
            spec -> tf.zeros(tf.constant(spec.shape().asArray()), like.type()))
        .asOutput();
  }
}
