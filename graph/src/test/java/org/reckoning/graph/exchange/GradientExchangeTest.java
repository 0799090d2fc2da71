package org.reckoning.graph.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.peers.ThreadPeers;
import org.reckoning.graph.variables.Variables;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TNumber;

class GradientExchangeTest {
  private static final Map<String, Shape> SHAPES = new LinkedHashMap<>();

  static {
    SHAPES.put("a", Shape.of(3, 5));
    SHAPES.put("b", Shape.scalar());
    SHAPES.put("c", Shape.of(21));
  }

  @ParameterizedTest
  @CsvSource({"2,5,1", "2,4,40", "3,5,50", "4,5,100", "4,4,1000"})
  void sums_ofAnySlices_areThoseOfOneProcess(int ranks, int passes, int sliceBytes)
      throws Exception {
    assertSums(TFloat32.class, ranks, passes, sliceBytes);
    assertSums(TFloat64.class, ranks, passes, sliceBytes);
  }

  private static <T extends TNumber> void assertSums(
      Class<T> type, int ranks, int passes, int sliceBytes) throws Exception {
    Map<String, double[]> want = accumulated(type, passes);
    List<Map<String, double[]>> all =
        ThreadPeers.run(ranks, peers -> exchanged(type, peers, passes, sliceBytes));
    for (Map<String, double[]> got : all) {
      want.forEach((name, values) -> assertThat(got.get(name)).as(name).containsExactly(values));
    }
  }

  /** Adds as one process does. */
  private static <T extends TNumber> Map<String, double[]> accumulated(Class<T> type, int passes) {
    try (Graph graph = new Graph();
        Session session = GraphSession.open(graph)) {
      Ops tf = GraphScope.root(graph);
      Variables<T> variables = new Variables<>(tf, "accumulated", SHAPES, type);
      Map<String, Operand<T>> fed = new LinkedHashMap<>();
      SHAPES.forEach(
          (name, shape) -> fed.put(name, tf.placeholder(type, Placeholder.shape(shape))));
      List<Op> set = variables.assignments(tf, fed);
      List<Op> add = variables.additions(tf, fed);
      for (int pass = 0; pass < passes; pass++) {
        Session.Runner runner = session.runner();
        List<Tensor> gradients = gradients(type, pass);
        int i = 0;
        for (Operand<T> each : fed.values()) {
          runner.feed(each, gradients.get(i++));
        }
        (pass == 0 ? set : add).forEach(runner::addTarget);
        runner.run().close();
      }
      return values(session, variables);
    }
  }

  private static <T extends TNumber> Map<String, double[]> exchanged(
      Class<T> type, Peers peers, int passes, int sliceBytes) {
    try (Graph graph = new Graph();
        Session session = GraphSession.open(graph)) {
      Ops tf = GraphScope.root(graph);
      Variables<T> variables = new Variables<>(tf, "accumulated", SHAPES, type);
      var exchange = new GradientExchange<>(tf, session, variables, peers, sliceBytes);
      try (GradientExchange<T>.Sum sum = exchange.start()) {
        for (int first = 0; first < passes; first += peers.size()) {
          int own = first + peers.rank();
          sum.add(
              own < passes ? gradients(type, own) : List.of(),
              Math.min(peers.size(), passes - first));
        }
        sum.assign();
      }
      return values(session, variables);
    }
  }

  /** Numbers whose sum depends on the order, and numbers whose sum is too small to be normal. */
  private static <T extends TNumber> List<Tensor> gradients(Class<T> type, int pass) {
    Random random = new Random(pass);
    double normal = type == TFloat64.class ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    List<Tensor> gradients = new ArrayList<>();
    for (Shape shape : SHAPES.values()) {
      double[] values = new double[(int) shape.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            i % 4 == 1
                ? normal * (pass % 2 == 0 ? 1.5 : -1.25)
                : random.nextGaussian() * Math.pow(10, random.nextInt(6));
      }
      gradients.add(HostTensors.of(type, shape, values));
    }
    return gradients;
  }

  private static <T extends TNumber> Map<String, double[]> values(
      Session session, Variables<T> variables) {
    Map<String, double[]> values = new LinkedHashMap<>();
    for (String name : SHAPES.keySet()) {
      try (Tensor tensor = variables.read(session, name)) {
        values.put(name, HostTensors.toDoubles(tensor));
      }
    }
    return values;
  }

  /** Copies go in pieces; a variable of 20 MB is sent in two slices. */
  @Test
  void broadcast_ofALargeVariable_isComplete() throws Exception {
    int count = 5_000_001;
    List<double[]> all =
        ThreadPeers.run(
            2,
            peers -> {
              try (Graph graph = new Graph();
                  Session session = GraphSession.open(graph);
                  TFloat32 own = TFloat32.tensorOf(Shape.of(count))) {
                Variables<TFloat32> variables =
                    new Variables<>(
                        GraphScope.root(graph),
                        "large",
                        Map.of("one", Shape.of(count)),
                        TFloat32.class);
                own.asRawTensor().data().asFloats().write(numbers(count, peers.rank()));
                variables.assign(session, "one", own);
                new VariableBroadcast(peers, session).send(variables);
                try (Tensor tensor = variables.read(session, "one")) {
                  return HostTensors.toDoubles(tensor);
                }
              }
            });
    assertThat(all.get(1)).isEqualTo(all.get(0));
    assertThat(all.get(0)[count - 1]).isEqualTo(numbers(count, 0)[count - 1]);
  }

  private static float[] numbers(int count, int seed) {
    float[] numbers = new float[count];
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat();
    }
    return numbers;
  }

  @Test
  void row_ofTensors_readsAndWritesAcrossThem() {
    try (Tensor one = HostTensors.of(TFloat64.class, Shape.of(40_000), new double[40_000]);
        Tensor two = HostTensors.of(TFloat64.class, Shape.of(2), 5, 6);
        Tensor three = HostTensors.of(TFloat64.class, Shape.of(40_000), new double[40_000])) {
      TensorRow row = new TensorRow(List.of(one, two, three));
      byte[] want = new byte[(int) row.size()];
      row.read(0, ByteBuffer.wrap(want));
      Random random = new Random(1);
      for (int i = 0; i < 30; i++) {
        int from = random.nextInt(want.length);
        byte[] some = new byte[random.nextInt(600_000)];
        random.nextBytes(some);
        row.write(from, ByteBuffer.wrap(some));
        int fitting = Math.min(some.length, want.length - from);
        System.arraycopy(some, 0, want, from, fitting);
        ByteBuffer got = ByteBuffer.allocate(some.length);
        row.read(from, got);
        assertThat(got.position()).isEqualTo(fitting);
        assertThat(got.array()).startsWith(Arrays.copyOf(some, fitting));
      }
      byte[] all = new byte[want.length];
      row.read(0, ByteBuffer.wrap(all));
      assertThat(all).isEqualTo(want);
      assertThat(row.size()).isEqualTo(640_016);
    }
  }
}
