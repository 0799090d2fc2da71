package org.reckoning.graph.inspect;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.SegmentNode;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorShapeProto;

/** Blocks of nodes of one graph or function, with the edges between the blocks. */
final class Blocks {
  static final AttrValue NONE = AttrValue.getDefaultInstance();

  private final String outputMark;
  private final Map<String, String> blockOf = new LinkedHashMap<>();
  private final Map<String, Block> blocks = new LinkedHashMap<>();

  /** A block, which is one node of the diagram. */
  private static final class Block {
    final Map<String, Integer> types = new TreeMap<>();
    final Map<String, Set<String>> inputs = new LinkedHashMap<>(); // by argument of a call
    final Map<String, Long> leaves = new LinkedHashMap<>(); // element counts, by output
    @Nullable Segment callee;
    int nodes;
    long flops;
  }

  /** Shapes of all outputs of each node. */
  private final Map<String, List<Shape>> shapes = new LinkedHashMap<>();

  /**
   * @param outputMark text between a node and its output number; empty for a graph, which uses a
   *     colon, and neither for output 0
   */
  Blocks(String outputMark) {
    this.outputMark = outputMark;
  }

  /** Adds a node to a block. */
  void put(String block, SegmentNode node) {
    blockOf.put(node.name(), block);
    shapes.put(node.name(), node.outputs());
    Block of = blocks.computeIfAbsent(block, name -> new Block());
    of.types.merge(node.type(), 1, Integer::sum);
    of.nodes++;
    of.flops += Flops.of(node).total();
  }

  /**
   * Adds a call as a separate block. A second block holds the results of the call and its time.
   * TensorBoard replaces the first block by the function, which has no times.
   *
   * @param scope scope of the call, with a slash at the end
   */
  void call(String node, String scope, Segment callee) {
    String name = scope + ProgramReport.nameOf(callee.functionName());
    String block = name;
    for (int i = 1; blocks.containsKey(block); i++) {
      block = name + "_" + i;
    }
    blockOf.put(node, block);
    Block of = new Block();
    of.callee = callee;
    for (String argument : callee.passedArguments()) {
      of.inputs.putIfAbsent(BlockName.group(argument), new LinkedHashSet<>());
    }
    blocks.put(block, of);
  }

  /**
   * Adds an argument of a function to its group and returns whether it is the first in the group.
   */
  boolean argument(String node, String block) {
    boolean first = !blockOf.containsValue(block);
    blockOf.put(node, block);
    return first;
  }

  /** Adds the output of a group of results and returns whether it is new. */
  boolean result(String block) {
    boolean first = !blocks.containsKey(block);
    blockOf.put(block, block);
    blocks.computeIfAbsent(block, name -> new Block());
    return first;
  }

  /** Adds an edge from the output of a node to another node; outputs of constants are not drawn. */
  void edge(String from, int output, String to, int input) {
    String source = blockOf.get(from);
    String target = blockOf.get(to);
    if (source == null || target == null || source.equals(target)) {
      return;
    }
    Block reader = blocks.get(target);
    Block maker = blocks.get(source);
    if (reader == null) {
      return;
    }
    int port = 0;
    if (maker != null && maker.callee != null) {
      List<String> groups = groups(maker.callee.computedResults());
      port = groups.indexOf(BlockName.group(maker.callee.computedResults().get(output)));
    }
    String group =
        reader.callee == null ? "" : BlockName.group(reader.callee.passedArguments().get(input));
    reader
        .inputs
        .computeIfAbsent(group, name -> new LinkedHashSet<>())
        .add(maker == null ? source : port(timed(source), port));
    List<Shape> made = shapes.getOrDefault(from, List.of());
    if (maker != null && output < made.size() && made.get(output).size() > 0) {
      maker.leaves.put(from + ":" + output, made.get(output).size());
    }
  }

  private String port(String block, int output) {
    if (outputMark.isEmpty()) {
      return output == 0 ? block : block + ":" + output;
    }
    return block + outputMark + output;
  }

  private static List<String> groups(List<String> names) {
    return names.stream().map(BlockName::group).distinct().toList();
  }

  /** Returns the block that has the time of each node. */
  Map<String, String> names() {
    Map<String, String> names = new LinkedHashMap<>();
    blockOf.forEach((node, block) -> names.put(node, timed(block)));
    return names;
  }

  /**
   * Returns whether calls open into their functions. Calls inside a function do not, as TensorBoard
   * would fail with an exception.
   */
  private boolean opens() {
    return outputMark.isEmpty();
  }

  private String timed(String block) {
    Block of = blocks.get(block);
    return of == null || of.callee == null ? block : block + "_results";
  }

  /** Returns the nodes of the diagram. */
  List<NodeDef> draw() {
    List<NodeDef> drawn = new ArrayList<>();
    blocks.forEach(
        (name, block) -> {
          NodeDef.Builder node = NodeDef.newBuilder().setName(name);
          if (block.callee == null) {
            node.setOp(name.substring(name.lastIndexOf('/') + 1));
            block.inputs.values().forEach(node::addAllInput);
            describe(node, block);
          } else {
            node.setOp(
                opens()
                    ? block.callee.functionName()
                    : ProgramReport.nameOf(block.callee.functionName()));
            block.inputs.forEach(
                (group, sources) -> node.addInput(joined(name, group, sources, drawn)));
            AttrValue sizes = shapes(resultSizes(block.callee));
            node.putAttr("_output_shapes", sizes);
            NodeDef.Builder results = NodeDef.newBuilder().setName(timed(name)).setOp("results");
            int outputs = groups(block.callee.computedResults()).size();
            for (int i = 0; i < outputs; i++) {
              results.addInput(port(name, i));
            }
            drawn.add(results.putAttr("_output_shapes", sizes).build());
          }
          drawn.add(node.build());
        });
    return drawn;
  }

  /**
   * Returns the source of a group of arguments of a call. A call reads one tensor for each group,
   * so a block joins several sources.
   */
  private String joined(String call, String group, Set<String> sources, List<NodeDef> drawn) {
    if (sources.size() == 1) {
      return sources.iterator().next();
    }
    String name = call + "_" + group;
    drawn.add(NodeDef.newBuilder().setName(name).setOp(group).addAllInput(sources).build());
    return port(name, 0);
  }

  private static void describe(NodeDef.Builder node, Block block) {
    if (block.nodes > 0) {
      String types =
          block.types.entrySet().stream()
              .map(type -> type.getKey() + " " + type.getValue())
              .collect(Collectors.joining(", "));
      node.putAttr("ops", AttrValue.newBuilder().setS(ByteString.copyFromUtf8(types)).build());
      node.putAttr("nodes", AttrValue.newBuilder().setI(block.nodes).build());
      node.putAttr("flops", AttrValue.newBuilder().setI(block.flops).build());
    }
    long numbers = block.leaves.values().stream().mapToLong(Long::longValue).sum();
    node.putAttr("_output_shapes", shapes(List.of(numbers)));
  }

  /** Returns the number of elements in each group of results. */
  private static List<Long> resultSizes(Segment segment) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    Map<String, SegmentNode> nodes =
        segment.nodes().stream().collect(Collectors.toMap(SegmentNode::name, node -> node));
    List<String> results = segment.computedResults();
    for (int i = 0; i < results.size(); i++) {
      String output = segment.function().getSignature().getOutputArg(i).getName();
      String[] source = segment.function().getRetOrThrow(output).split(":", -1);
      SegmentNode maker = nodes.get(source[0]);
      int index = Integer.parseInt(source[source.length - 1]);
      long size =
          maker == null || index >= maker.outputs().size()
              ? 0
              : Math.max(maker.outputs().get(index).size(), 0);
      sizes.merge(BlockName.group(results.get(i)), size, Long::sum);
    }
    return List.copyOf(sizes.values());
  }

  /**
   * Returns vector shapes with the given sizes. The diagram shows only the number of elements
   * between blocks.
   */
  private static AttrValue shapes(List<Long> sizes) {
    AttrValue.Builder shapes = AttrValue.newBuilder();
    sizes.forEach(
        size ->
            shapes
                .getListBuilder()
                .addShape(
                    TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(size))));
    return shapes.build();
  }
}
