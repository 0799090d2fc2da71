package org.reckoning.graph.autodiff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.RewriterConfig;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

/** A graph and its session. Values are flat float64 arrays, whatever the dtype of the tensor. */
final class TestGraph implements AutoCloseable {
  private static final ConfigProto CONFIG =
      ConfigProto.newBuilder()
          .setGraphOptions(
              GraphOptions.newBuilder()
                  .setRewriteOptions(
                      RewriterConfig.newBuilder().setDisableMetaOptimizer(true).build())
                  .build())
          .setIntraOpParallelismThreads(1)
          .setInterOpParallelismThreads(1)
          .build();

  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final Session session = new Session(graph, CONFIG);
  private final Map<Output<?>, Operand<TFloat64>> feeds = new HashMap<>();
  private final Map<Output<?>, Operand<TFloat64>> casts = new HashMap<>();

  Graph graph() {
    return graph;
  }

  Ops tf() {
    return tf;
  }

  /** Adds a tensor of any dtype that is fed in float64. */
  Operand<TNumber> input(Class<? extends TNumber> type, Shape shape) {
    Operand<TFloat64> placeholder = tf.placeholder(TFloat64.class, Placeholder.shape(shape));
    Operand<TNumber> input =
        number(type == TFloat64.class ? placeholder : tf.dtypes.cast(placeholder, type));
    feeds.put(input.asOutput(), placeholder);
    return input;
  }

  /** Adds a float64 input. */
  Operand<TNumber> input(long... shape) {
    return input(TFloat64.class, Shape.of(shape));
  }

  /** Adds an input of the shape and dtype of a tensor, such as its seed. */
  Operand<TNumber> inputLike(Operand<TNumber> tensor) {
    return input(tensor.type(), tensor.shape());
  }

  List<Operand<TNumber>> inputsLike(List<Operand<TNumber>> tensors) {
    return tensors.stream().map(this::inputLike).toList();
  }

  List<double[]> run(Feeds values, List<? extends Operand<?>> fetches) {
    Session.Runner runner = session.runner();
    List<Tensor> tensors = new ArrayList<>();
    try {
      values.byInput.forEach(
          (input, value) -> {
            Operand<TFloat64> placeholder = feeds.get(input);
            if (placeholder == null) {
              throw new IllegalArgumentException(input.op().name() + " is not an input");
            }
            TFloat64 tensor = TFloat64.tensorOf(placeholder.shape(), DataBuffers.of(value));
            tensors.add(tensor);
            runner.feed(placeholder, tensor);
          });
      List<Operand<TFloat64>> distinct = fetches.stream().map(this::doubles).distinct().toList();
      distinct.forEach(runner::fetch);
      try (Result result = runner.run()) {
        List<double[]> fetched = new ArrayList<>();
        for (Operand<?> fetch : fetches) {
          Tensor tensor = result.get(distinct.indexOf(doubles(fetch)));
          double[] value = new double[(int) tensor.shape().size()];
          tensor.asRawTensor().data().asDoubles().read(value);
          fetched.add(value);
        }
        return fetched;
      }
    } finally {
      tensors.forEach(Tensor::close);
    }
  }

  double[] run(Feeds values, Operand<?> fetch) {
    return run(values, List.of(fetch)).get(0);
  }

  /** Returns the number of nodes. */
  int size() {
    int size = 0;
    for (var nodes = graph.operations(); nodes.hasNext(); nodes.next()) {
      size++;
    }
    return size;
  }

  /** Returns the op types of all but the first nodes, sorted. */
  Set<String> opTypesAfter(int first) {
    Set<String> types = new TreeSet<>();
    int index = 0;
    for (var nodes = graph.operations(); nodes.hasNext(); index++) {
      String type = nodes.next().type();
      if (index >= first) {
        types.add(type);
      }
    }
    return types;
  }

  @Override
  public void close() {
    session.close();
    graph.close();
  }

  @SuppressWarnings("unchecked") // the tests compute with any number type
  static Operand<TNumber> number(Operand<?> x) {
    return (Operand<TNumber>) x;
  }

  /** Returns a cast to float64: always a new node, as a tensor cannot be both fed and fetched. */
  private Operand<TFloat64> doubles(Operand<?> x) {
    return casts.computeIfAbsent(x.asOutput(), y -> tf.dtypes.cast(y, TFloat64.class));
  }

  /** Values for inputs. */
  static final class Feeds {
    private final Map<Output<?>, double[]> byInput = new HashMap<>();

    Feeds put(Operand<?> input, double... value) {
      byInput.put(input.asOutput(), value);
      return this;
    }

    Feeds putAll(List<? extends Operand<?>> inputs, List<double[]> values) {
      for (int i = 0; i < inputs.size(); i++) {
        put(inputs.get(i), values.get(i));
      }
      return this;
    }
  }
}
