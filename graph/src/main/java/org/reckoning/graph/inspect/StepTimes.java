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
 * Where the time of a training step goes, as TensorFlow's own trace of the graph tells it: medians
 * over some steps, in seconds. Not tried on a GPU, where a call may end before the work that it has
 * handed over.
 *
 * @param steps how many steps were traced
 * @param firstSeconds what the first step took, compilation included; it is not traced
 * @param plainSeconds what a step takes that is not traced
 * @param tracedSeconds from the start of the first node to the end of the last one
 * @param outsideSeconds of these, while no call was running
 * @param sideBySide whether calls ran at the same time: those of task groups do, and those of the
 *     blocks of an update
 * @param calls every call of a segment, in the order in which they were built
 * @param trace the last step that was traced
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

  /** Which part of the calls' time has to be common to several: times are whole microseconds. */
  private static final double COMMON = 0.01;

  /**
   * A call.
   *
   * @param call such as {@code inner_0}
   * @param segment such as {@code inner_step}
   * @param function the TensorFlow function of the segment
   * @param seconds from its start to its end
   */
  public record CallTime(String call, String segment, String function, double seconds) {}

  /** Copies the list. */
  public StepTimes {
    calls = List.copyOf(calls);
  }

  /**
   * Trains on a batch, one step to compile, then in turn one that is traced and one that is not.
   * Weights and rates change by it.
   *
   * @param steps how many of each, at least 1
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

  /** The nodes of the graph that ran, as they started; kernels of a GPU's streams are not nodes. */
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
   * Returns how many microseconds are in at least one interval.
   *
   * @param nodes in the order in which they started
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

  /** Returns the median, of two in the middle the longer; 0 if there is none. */
  private static double median(List<Double> values) {
    return values.isEmpty() ? 0 : values.stream().sorted().toList().get(values.size() / 2);
  }
}
