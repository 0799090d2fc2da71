package org.reckoning.graph.inspect;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.runtime.CpuRuntime;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.unroll.UnrolledPass;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.SegmentNode;
import org.tensorflow.GraphOperation;
import org.tensorflow.op.core.StatefulPartitionedCall;

/**
 * Contents of a program for tasks of one shape. A training step is one pass over a batch of that
 * shape and one update.
 *
 * @param config configuration of the program
 * @param shape shape of the batch
 * @param segments segments that a training step or an evaluation calls, in the order of the calls;
 *     with {@code XlaMode.WHOLE} also the function of the whole pass
 * @param graph nodes of the static graph that a training step runs, including calls, with the
 *     operations of these nodes
 * @param tensors largest tensors of the segments and of the graph, see {@link TensorReport}
 * @param parameters counts of weights and inner rates
 * @param memory bytes of variables and live bytes between calls; with {@code XlaMode.WHOLE} the
 *     memory inside the pass is unknown
 */
public record ProgramReport(
    BilevelConfig config,
    TaskShape shape,
    List<SegmentReport> segments,
    GraphReport graph,
    List<TensorReport> tensors,
    ParameterReport parameters,
    MemoryReport memory) {

  /**
   * The static graph around the segments.
   *
   * @param nodes number of nodes that a training step runs
   * @param nodesByType number of nodes of each op type, the most frequent first
   * @param flops operations of these nodes, without those of the called segments
   */
  public record GraphReport(int nodes, Map<String, Integer> nodesByType, FlopCount flops) {}

  /** Copies the lists. */
  public ProgramReport {
    segments = List.copyOf(segments);
    tensors = List.copyOf(tensors);
  }

  /**
   * Inspects a program without running or compiling it.
   *
   * @param shape one of the shapes of the program's configuration
   * @throws IllegalArgumentException if the shape is not in the configuration
   */
  public static ProgramReport of(BilevelProgram<?> program, TaskShape shape) {
    StepGraph training = new StepGraph(program.graph(), program.trainingFetches(shape));
    StepGraph evaluation = new StepGraph(program.graph(), program.evaluationFetches(shape));
    Map<String, Segment> known = new HashMap<>();
    program.segments(shape).forEach(segment -> known.put(segment.functionName(), segment));
    program.wholePasses(shape).forEach(segment -> known.put(segment.functionName(), segment));
    Calls trainingCalls = new Calls(known, training);
    Calls evaluationCalls = new Calls(known, evaluation);

    Set<Segment> called = new LinkedHashSet<>(trainingCalls.counts.keySet());
    called.addAll(evaluationCalls.counts.keySet());
    List<SegmentReport> segments = new ArrayList<>();
    for (Segment segment : called) {
      segments.add(segmentReport(segment, trainingCalls, evaluationCalls));
    }
    List<SegmentNode> nodes = training.nodes().stream().map(SegmentNode::of).toList();
    Map<String, List<SegmentNode>> makers = new LinkedHashMap<>();
    called.forEach(
        segment ->
            makers
                .computeIfAbsent(nameOf(segment), name -> new ArrayList<>())
                .addAll(segment.nodes()));
    makers.put("", nodes);
    return new ProgramReport(
        program.config(),
        shape,
        segments,
        new GraphReport(nodes.size(), byType(nodes), Flops.of(nodes)),
        TensorReport.largest(makers),
        ParameterReport.of(program),
        new MemoryReport(resident(program), training.boundaries()));
  }

  /** Returns the operations of a training step: those of all calls and of the graph around them. */
  public FlopCount trainingFlops() {
    return segments.stream()
        .map(SegmentReport::trainingFlops)
        .reduce(graph.flops(), FlopCount::plus);
  }

  /** Returns the number of distinct nodes of a training step, with each segment counted once. */
  public int trainingNodes() {
    return graph.nodes()
        + segments.stream()
            .filter(segment -> segment.trainingCalls() > 0)
            .mapToInt(SegmentReport::nodes)
            .sum();
  }

  /** Returns whether XLA calls oneDNN for products of large matrices. */
  public boolean callsOneDnn() {
    return config.xla().compiles() && CpuRuntime.callsOneDnn();
  }

  /** Returns the bytes of the matrix products that an inner step keeps; 0 if it keeps none. */
  public long keptProductBytes() {
    return segments.stream().mapToLong(SegmentReport::productBytes).max().orElse(0);
  }

  /**
   * Returns the segment with a name.
   *
   * @throws IllegalArgumentException if no segment has this name
   */
  public SegmentReport segment(String name) {
    return segments.stream()
        .filter(segment -> segment.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no segment '%s'; known: %s"
                        .formatted(name, segments.stream().map(SegmentReport::name).toList())));
  }

  /** Number of calls of each segment in a run, with one call of each to read the shapes from. */
  private static final class Calls {
    final Map<Segment, Integer> counts = new LinkedHashMap<>();
    final Map<Segment, SegmentNode> examples = new HashMap<>();
    private final Map<String, Segment> known;

    Calls(Map<String, Segment> known, StepGraph run) {
      this.known = known;
      for (GraphOperation call : run.calls()) {
        add(StepGraph.functionOf(call), SegmentNode.of(call));
      }
    }

    private void add(String function, SegmentNode call) {
      Segment segment = known.get(function);
      if (segment == null) {
        throw new IllegalStateException(
            "call '%s' of function '%s', which is no segment of the program; known: %s"
                .formatted(call.name(), function, known.keySet()));
      }
      counts.merge(segment, 1, Integer::sum);
      examples.putIfAbsent(segment, call);
      if (!segment.callees().isEmpty()) {
        Map<String, String> functions =
            segment.function().getNodeDefList().stream()
                .filter(node -> node.getOp().equals(StatefulPartitionedCall.OP_NAME))
                .collect(
                    Collectors.toMap(
                        node -> node.getName(),
                        node -> node.getAttrOrThrow("f").getFunc().getName()));
        for (SegmentNode node : segment.nodes()) {
          String callee = functions.get(node.name());
          if (callee != null) {
            add(callee, node);
          }
        }
      }
    }
  }

  private static SegmentReport segmentReport(Segment segment, Calls training, Calls evaluation) {
    @Nullable SegmentNode trained = training.examples.get(segment);
    SegmentNode call = trained != null ? trained : evaluation.examples.get(segment);
    if (call == null) {
      throw new IllegalStateException("segment '" + segment.functionName() + "' is not called");
    }
    String function = segment.functionName();
    return new SegmentReport(
        nameOf(segment),
        function,
        training.counts.getOrDefault(segment, 0),
        evaluation.counts.getOrDefault(segment, 0),
        segment.nodes().size(),
        byType(segment.nodes()),
        Flops.of(segment.nodes()),
        TensorBytes.ofArguments(segment, call),
        TensorBytes.ofResults(segment, call),
        TensorBytes.ofResults(segment, call, UnrolledPass.KEPT_PRODUCTS));
  }

  private static String nameOf(Segment segment) {
    return nameOf(segment.functionName());
  }

  /** Returns the name of the segment of a function, without the hash of the content. */
  static String nameOf(String function) {
    return function.substring(0, function.lastIndexOf('_'));
  }

  private static Map<String, Integer> byType(List<SegmentNode> nodes) {
    Map<String, Integer> counts = new TreeMap<>();
    nodes.forEach(node -> counts.merge(node.type(), 1, Integer::sum));
    Map<String, Integer> sorted = new LinkedHashMap<>();
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return Collections.unmodifiableMap(sorted);
  }

  private static Map<String, Long> resident(BilevelProgram<?> program) {
    Map<String, Long> bytes = new LinkedHashMap<>();
    program
        .graph()
        .operations()
        .forEachRemaining(
            op -> {
              if (op.type().equals("VarHandleOp")) {
                String group = op.name().substring(0, op.name().indexOf('/'));
                bytes.merge(
                    group,
                    TensorBytes.of(
                        op.attributes().getAttrType("dtype"),
                        op.attributes().getAttrShape("shape"),
                        op.name()),
                    Long::sum);
              }
            });
    return Collections.unmodifiableMap(bytes);
  }
}
