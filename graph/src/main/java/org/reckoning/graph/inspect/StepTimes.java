package org.reckoning.graph.inspect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.TaskBatch;
import org.tensorflow.GraphOperation;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.StepStats;

/**
 * Times of a training step from TensorFlow's trace of the graph, as medians over some steps, in
 * seconds. Not tested on a GPU, where a call may end before its asynchronous work.
 *
 * @param steps number of traced steps
 * @param firstSeconds time of the first step, including compilation, without tracing
 * @param plainSeconds time of a step without tracing
 * @param tracedSeconds time of a traced step, from the start of the first node to the end of the
 *     last node
 * @param outsideSeconds part of {@code tracedSeconds} in which no call was running
 * @param sideBySide whether calls overlapped, as those of task groups and of the blocks of an
 *     update do
 * @param calls all calls of segments, in the order in which they were built
 * @param trace trace of the last traced step
 */
public record StepTimes(
    int steps,
    double firstSeconds,
    double plainSeconds,
    double tracedSeconds,
    double outsideSeconds,
    boolean sideBySide,
    List<CallTime> calls,
    StepStats trace) {
  private static final double MICROS = 1e6;
  private static final double NANOS = 1e9;

  /**
   * Smallest overlap that counts, as a fraction of the time in calls; times are whole microseconds.
   */
  private static final double COMMON = 0.01;

  /**
   * Time of one call.
   *
   * @param call name of the call, such as {@code inner_0}
   * @param segment name of the segment, such as {@code inner_step}
   * @param function TensorFlow function of the segment
   * @param seconds seconds from the start to the end of the call
   */
  public record CallTime(String call, String segment, String function, double seconds) {}

  /** Copies the list. */
  public StepTimes {
    calls = List.copyOf(calls);
  }

  /**
   * Trains on a batch: one step to compile, then alternately a traced and an untraced step. This
   * changes weights and rates.
   *
   * @param steps number of steps of each kind, at least 1
   */
  public static StepTimes measure(
      BilevelProgram<?> program, TaskBatch batch, OuterRates rates, int steps) {
    double first = plain(program, batch, rates);
    List<StepStats> traces = new ArrayList<>();
    List<Double> plain = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      traces.add(program.trace(batch, rates, 0));
      plain.add(plain(program, batch, rates));
    }
    StepGraph graph = new StepGraph(program.graph(), program.trainingFetches(batch.shape()));
    return of(graph.calls(), traces, first, plain);
  }

  private static double plain(BilevelProgram<?> program, TaskBatch batch, OuterRates rates) {
    long start = System.nanoTime();
    program.train(List.of(batch), rates, 0);
    return (System.nanoTime() - start) / NANOS;
  }

  private static StepTimes of(
      List<GraphOperation> calls, List<StepStats> traces, double first, List<Double> plain) {
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    calls.forEach(call -> seconds.put(call.name(), new ArrayList<>()));
    List<Double> traced = new ArrayList<>();
    List<Double> outside = new ArrayList<>();
    boolean sideBySide = false;
    for (StepStats trace : traces) {
      List<NodeExecStats> nodes = nodes(trace);
      List<NodeExecStats> running =
          nodes.stream().filter(node -> seconds.containsKey(node.getNodeName())).toList();
      running.forEach(
          node ->
              Objects.requireNonNull(seconds.get(node.getNodeName()))
                  .add(node.getAllEndRelMicros() / MICROS));
      long end = nodes.stream().mapToLong(StepTimes::end).max().orElseThrow();
      double span = (end - nodes.get(0).getAllStartMicros()) / MICROS;
      traced.add(span);
      long covered = covered(running);
      outside.add(span - covered / MICROS);
      long together = running.stream().mapToLong(NodeExecStats::getAllEndRelMicros).sum();
      sideBySide |= together - covered > COMMON * covered;
    }
    List<CallTime> times = new ArrayList<>();
    for (GraphOperation call : calls) {
      times.add(
          new CallTime(
              StepGraph.label(call),
              ProgramReport.nameOf(StepGraph.functionOf(call)),
              StepGraph.functionOf(call),
              median(Objects.requireNonNull(seconds.get(call.name())))));
    }
    return new StepTimes(
        traces.size(),
        first,
        median(plain),
        median(traced),
        median(outside),
        sideBySide,
        times,
        traces.get(traces.size() - 1));
  }

  /**
   * Returns the nodes of the graph that ran, in the order of their starts. Kernels on GPU streams
   * are not nodes.
   */
  static List<NodeExecStats> nodes(StepStats trace) {
    return trace.getDevStatsList().stream()
        .filter(device -> !device.getDevice().contains("/stream"))
        .map(DeviceStepStats::getNodeStatsList)
        .flatMap(List::stream)
        .sorted(Comparator.comparingLong(NodeExecStats::getAllStartMicros))
        .toList();
  }

  private static long end(NodeExecStats node) {
    return node.getAllStartMicros() + node.getAllEndRelMicros();
  }

  /**
   * Returns the number of microseconds in which at least one node ran.
   *
   * @param nodes nodes in the order in which they started
   */
  private static long covered(List<NodeExecStats> nodes) {
    long covered = 0;
    long until = Long.MIN_VALUE;
    for (NodeExecStats node : nodes) {
      long from = Math.max(node.getAllStartMicros(), until);
      covered += Math.max(end(node) - from, 0);
      until = Math.max(until, end(node));
    }
    return covered;
  }

  /** Returns the median, which is the larger of two middle values; 0 for an empty list. */
  private static double median(List<Double> values) {
    return values.isEmpty() ? 0 : values.stream().sorted().toList().get(values.size() / 2);
  }
}
