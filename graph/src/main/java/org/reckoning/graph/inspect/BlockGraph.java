package org.reckoning.graph.inspect;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.SegmentNode;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.StepStats;
import org.tensorflow.proto.VersionDef;

/**
 * Diagram of the static graph of a training step for TensorBoard. A block, such as {@code
 * gradient/facts/h.0/attn}, combines many nodes. Each segment is one function, and each call is a
 * block that opens into its function. The diagram cannot be run.
 *
 * <pre>{@code
 * feeds/facts  weights -> theta_0 -> inner_0 -> .. -> outer -> .. -> pullback_0 -> gradient -> apply
 * }</pre>
 */
public final class BlockGraph {
  private final GraphDef graph;
  private final Map<String, String> blocks;

  private BlockGraph(GraphDef graph, Map<String, String> blocks) {
    this.graph = graph;
    this.blocks = blocks;
  }

  /**
   * Draws the training step of a program for one shape.
   *
   * @throws IllegalArgumentException if the shape is unknown to the program
   */
  public static BlockGraph of(BilevelProgram<?> program, TaskShape shape) {
    Map<String, Segment> segments = new LinkedHashMap<>();
    program.segments(shape).forEach(segment -> segments.put(segment.functionName(), segment));
    program.wholePasses(shape).forEach(segment -> segments.put(segment.functionName(), segment));
    StepGraph step = new StepGraph(program.graph(), program.trainingFetches(shape));
    GraphDef.Builder picture = GraphDef.newBuilder().setVersions(versions());
    Map<String, Segment> called = new LinkedHashMap<>();
    Map<String, String> blocks = drawStep(step, segments, picture, called);
    Set<Segment> drawn = new HashSet<>();
    while (drawn.size() < called.size()) { // a drawn function may call others
      for (Segment segment : List.copyOf(called.values())) {
        if (drawn.add(segment)) {
          draw(segment, segments, picture, called);
        }
      }
    }
    return new BlockGraph(picture.build(), blocks);
  }

  private static VersionDef versions() {
    try (Graph empty = new Graph()) {
      return empty.toGraphDef().getVersions();
    }
  }

  private static Map<String, String> drawStep(
      StepGraph step,
      Map<String, Segment> segments,
      GraphDef.Builder picture,
      Map<String, Segment> called) {
    Blocks blocks = new Blocks("");
    for (GraphOperation op : step.nodes()) {
      if (step.calls().contains(op)) {
        Segment segment = Objects.requireNonNull(segments.get(StepGraph.functionOf(op)));
        called.put(segment.functionName(), segment);
        blocks.call(op.name(), BlockName.scopeOfCall(op.name()), segment);
      } else if (!op.type().equals("Const")) {
        blocks.put(BlockName.inGraph(op.name()), SegmentNode.of(op));
      }
    }
    for (GraphOperation op : step.nodes()) {
      for (int i = 0; i < op.numInputs(); i++) {
        Output<?> input = op.input(i);
        blocks.edge(input.op().name(), input.index(), op.name(), i);
      }
    }
    blocks.draw().forEach(picture::addNode);
    return blocks.names();
  }

  /** Draws a segment as a function with grouped arguments and results. */
  private static void draw(
      Segment segment,
      Map<String, Segment> segments,
      GraphDef.Builder picture,
      Map<String, Segment> called) {
    FunctionDef function = segment.function();
    FunctionDef.Builder drawn = FunctionDef.newBuilder();
    OpDef.Builder signature = drawn.getSignatureBuilder().setName(segment.functionName());
    Blocks blocks = new Blocks(":output:");
    Map<String, SegmentNode> nodes = new LinkedHashMap<>();
    segment.nodes().forEach(node -> nodes.put(node.name(), node));
    Set<String> scopes = new HashSet<>();
    nodes.keySet().forEach(name -> scopes.add(BlockName.group(name)));

    List<String> arguments = segment.passedArguments();
    for (int i = 0; i < arguments.size(); i++) {
      OpDef.ArgDef argument = function.getSignature().getInputArg(i);
      String block = BlockName.group(arguments.get(i)) + "_in";
      if (blocks.argument(argument.getName(), block)) {
        signature.addInputArg(OpDef.ArgDef.newBuilder().setName(block).setType(argument.getType()));
      }
    }
    for (NodeDef node : function.getNodeDefList()) {
      Segment callee = segments.get(node.getAttrOrDefault("f", Blocks.NONE).getFunc().getName());
      if (callee != null) {
        called.put(callee.functionName(), callee);
        blocks.call(node.getName(), BlockName.scopeOfCall(node.getName()), callee);
      } else if (!node.getOp().equals("Const")) {
        blocks.put(
            BlockName.inSegment(node.getName(), scopes),
            Objects.requireNonNull(nodes.get(node.getName())));
      }
    }
    for (NodeDef node : function.getNodeDefList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        String[] input = node.getInput(i).split(":", -1);
        if (!input[0].startsWith("^")) {
          blocks.edge(input[0], output(input), node.getName(), i);
        }
      }
    }
    List<String> results = segment.computedResults();
    for (int i = 0; i < results.size(); i++) {
      OpDef.ArgDef result = function.getSignature().getOutputArg(i);
      String block = BlockName.group(results.get(i)) + "_out";
      if (blocks.result(block)) {
        signature.addOutputArg(OpDef.ArgDef.newBuilder().setName(block).setType(result.getType()));
        drawn.putRet(block, block + ":output:0");
      }
      String[] source = function.getRetOrThrow(result.getName()).split(":", -1);
      blocks.edge(source[0], output(source), block, i);
    }
    blocks.draw().forEach(drawn::addNodeDef);
    picture.getLibraryBuilder().addFunction(drawn);
  }

  private static int output(String[] input) {
    return input.length == 3 ? Integer.parseInt(input[2]) : 0;
  }

  /** Returns the diagram. */
  public GraphDef graph() {
    return graph;
  }

  /**
   * Returns a trace of the step with the names of the blocks. A block starts with the first of its
   * nodes; its time is the sum over its nodes.
   */
  public StepStats stats(StepStats trace) {
    StepStats.Builder renamed = StepStats.newBuilder();
    for (DeviceStepStats device : trace.getDevStatsList()) {
      Map<String, NodeExecStats.Builder> byBlock = new LinkedHashMap<>();
      StepStats one = StepStats.newBuilder().addDevStats(device).build();
      for (NodeExecStats node : StepTimes.nodes(one)) {
        String block = blocks.get(node.getNodeName());
        if (block != null) {
          byBlock.merge(block, renamed(node, block), BlockGraph::together);
        }
      }
      DeviceStepStats.Builder own = renamed.addDevStatsBuilder().setDevice(device.getDevice());
      byBlock.values().forEach(own::addNodeStats);
    }
    return renamed.build();
  }

  private static NodeExecStats.Builder renamed(NodeExecStats node, String block) {
    return node.toBuilder().setNodeName(block).clearTimelineLabel().clearOutput();
  }

  private static NodeExecStats.Builder together(
      NodeExecStats.Builder sum, NodeExecStats.Builder more) {
    return sum.setOpEndRelMicros(
            sum.getOpEndRelMicros() + more.getOpEndRelMicros() - more.getOpStartRelMicros())
        .setAllEndRelMicros(sum.getAllEndRelMicros() + more.getAllEndRelMicros())
        .addAllMemory(new ArrayList<>(more.getMemoryList()));
  }
}
