package org.reckoning.graph.xla;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.StatefulPartitionedCall;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.VersionDef;

/**
 * A TensorFlow function: built once, compiled by XLA once, called any number of times from the
 * static graph.
 *
 * <p>Arguments and results have names. An argument that no result needs is not passed to the
 * function, so its memory can be freed. A result that is an argument bypasses the function.
 */
public final class Segment {
  /** The version of graphs that this TensorFlow builds. */
  private static final VersionDef VERSIONS = versions();

  /** Names of the functions that a graph has: an import costs time for every node of the graph. */
  private static final Map<Graph, Set<String>> FUNCTIONS =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final FunctionDef function;
  private final List<Segment> callees;
  private final Map<String, TensorSpec> specs;
  private final List<String> passed;
  private final Map<String, Result> results;
  private final List<SegmentNode> nodes;

  /** Builds the body of a segment. */
  @FunctionalInterface
  public interface Body {
    /**
     * Builds named results from named arguments. An op with a side effect runs only if a result
     * depends on it, by data or by control.
     *
     * @param tf ops of the segment's own graph
     * @param arguments placeholders, in the order of the specs
     */
    Tensors build(Ops tf, Tensors arguments);
  }

  /** The source of a result. */
  private sealed interface Result {
    /** A result that is an output of the function. */
    record Computed(int output) implements Result {}

    /** A result that is an argument. */
    record PassedThrough(String argument) implements Result {}
  }

  private Segment(
      FunctionDef function,
      List<Segment> callees,
      Map<String, TensorSpec> specs,
      List<String> passed,
      Map<String, Result> results,
      List<SegmentNode> nodes) {
    this.nodes = nodes;
    this.function = function;
    this.callees = callees;
    this.specs = specs;
    this.passed = passed;
    this.results = results;
  }

  /**
   * Builds a segment.
   *
   * @param name prefix of the function's name, which ends with a hash of its content: the name is
   *     the same in every process, so XLA's cache on disk finds the function
   * @param specs dtypes and shapes of the arguments
   * @param callees segments that the body calls
   */
  public static Segment define(String name, Specs specs, List<Segment> callees, Body body) {
    return define(name, specs, callees, body, false);
  }

  /**
   * Builds a segment whose function takes every argument and returns every result, in order. Ops
   * such as {@code StatelessWhile} call functions by position and need them all.
   */
  static Segment ofFullSignature(String name, Specs specs, List<Segment> callees, Body body) {
    return define(name, specs, callees, body, true);
  }

  private static Segment define(
      String name, Specs specs, List<Segment> callees, Body body, boolean fullSignature) {
    try (Graph graph = new Graph()) {
      callees.forEach(callee -> callee.addTo(graph));
      Ops tf = GraphScope.body(graph);
      Tensors arguments = specs.placeholders(tf);
      Map<Output<?>, String> argumentNames = new HashMap<>();
      arguments.names().forEach(each -> argumentNames.put(arguments.get(each).asOutput(), each));

      Tensors built = body.build(tf, arguments);
      Map<String, Result> results = new LinkedHashMap<>();
      Tensors outputs = new Tensors();
      for (String result : built.names()) {
        Operand<?> operand = built.get(result);
        String argument = argumentNames.get(operand.asOutput());
        if (argument != null && !fullSignature) {
          results.put(result, new Result.PassedThrough(argument));
        } else {
          results.put(result, new Result.Computed(outputs.names().size()));
          outputs.put(result, argument == null ? operand : tf.identity(operand));
        }
      }
      Set<Operation> needed = ancestors(outputs, built.known());
      // TensorFlow builds the function before KnownTensors replaces nodes. So it takes the
      // arguments that are needed before or after the replacement.
      Set<Operation> neededBefore = ancestors(outputs, Map.of());
      Tensors passed = arguments.from(op -> fullSignature || needed.contains(op));
      Tensors inputs =
          arguments.from(op -> fullSignature || needed.contains(op) || neededBefore.contains(op));
      FunctionDef whole = function(name, graph, inputs, outputs);
      FunctionDef function =
          CanonicalFunction.of(
              name, KnownTensors.replace(whole, inputs, passed.names(), built.known()), graph);
      return new Segment(
          function,
          List.copyOf(callees),
          specs.asMap(),
          List.copyOf(passed.names()),
          results,
          nodes(graph, needed, passed, function));
    }
  }

  private static FunctionDef function(String name, Graph graph, Tensors inputs, Tensors outputs) {
    Signature.Builder signature = Signature.builder().key(name);
    inputs.names().forEach(each -> signature.input(each, inputs.get(each)));
    outputs.names().forEach(each -> signature.output(each, outputs.get(each)));
    try (ConcreteFunction function = ConcreteFunction.create(signature.build(), graph)) {
      return function.getFunctionDef();
    }
  }

  /** Describes the needed nodes of a graph that are inputs or nodes of a function. */
  private static List<SegmentNode> nodes(
      Graph graph, Set<Operation> needed, Tensors inputs, FunctionDef function) {
    Set<String> names = new HashSet<>();
    inputs.values().forEach(input -> names.add(input.op().name()));
    function.getNodeDefList().forEach(node -> names.add(node.getName()));
    List<SegmentNode> nodes = new ArrayList<>();
    graph
        .operations()
        .forEachRemaining(
            op -> {
              if (needed.contains(op) && names.contains(op.name())) {
                nodes.add(SegmentNode.of(op));
              }
            });
    return List.copyOf(nodes);
  }

  /**
   * Adds a call to a graph. A call in the body of another segment is compiled with that segment and
   * has no mark for XLA of its own.
   *
   * @param tf scope of the call
   * @param arguments one operand for each spec; those that the segment does not need may be missing
   * @param compiled whether XLA must compile a call in the static graph
   * @return the results, in order
   * @throws IllegalArgumentException if an argument is missing or has another dtype or shape than
   *     its spec
   */
  public Tensors call(Ops tf, Tensors arguments, boolean compiled) {
    boolean computes = results.values().stream().anyMatch(Result.Computed.class::isInstance);
    List<Operand<?>> outputs = computes ? outputs(tf, arguments, compiled) : List.of();
    Tensors returned = new Tensors();
    results.forEach(
        (name, result) -> {
          if (result instanceof Result.Computed computed) {
            returned.put(name, outputs.get(computed.output()));
          } else if (result instanceof Result.PassedThrough through) {
            returned.put(name, argument(arguments, through.argument()));
          }
        });
    return returned;
  }

  private List<Operand<?>> outputs(Ops tf, Tensors arguments, boolean compiled) {
    OperationBuilder builder =
        caller(tf, StatefulPartitionedCall.OP_NAME)
            .addInputList(inputs(arguments))
            .setAttr("Tin", inputTypes())
            .setAttr("Tout", outputTypes())
            .setAttr("f", reference())
            .setAttr("config_proto", GraphSession.FUNCTIONS.toByteArray())
            // An inlined call that recomputes would be merged with the forward pass.
            .setAttr("_noinline", true);
    if (compiled && !GraphScope.isInBody(tf)) {
      builder.setAttr("_XlaMustCompile", true);
    }
    return outputs(builder.build());
  }

  /** Returns all outputs of an op. */
  static List<Operand<?>> outputs(Operation op) {
    List<Operand<?>> outputs = new ArrayList<>();
    for (int i = 0; i < op.numOutputs(); i++) {
      outputs.add(op.output(i));
    }
    return outputs;
  }

  /** Returns the builder of an op that calls this function; adds the function to the graph. */
  OperationBuilder caller(Ops tf, String type) {
    Graph graph = (Graph) tf.scope().env();
    addTo(graph);
    return graph.opBuilder(type, tf.scope().makeOpName(type), tf.scope());
  }

  /** Returns the arguments that the function takes, in order; checks their dtypes and shapes. */
  Output<?>[] inputs(Tensors arguments) {
    return passed.stream()
        .map(name -> argument(arguments, name).asOutput())
        .toArray(Output<?>[]::new);
  }

  DataType[] inputTypes() {
    return types(function.getSignature().getInputArgList());
  }

  DataType[] outputTypes() {
    return types(function.getSignature().getOutputArgList());
  }

  /** Returns the name of the function, with the hash. */
  public String functionName() {
    return function.getSignature().getName();
  }

  /** Returns the function. */
  public FunctionDef function() {
    return function;
  }

  /** Returns the nodes of the body in the order of building, arguments included. */
  public List<SegmentNode> nodes() {
    return nodes;
  }

  /** Returns the names of the arguments that the function takes, in order. */
  public List<String> passedArguments() {
    return passed;
  }

  /** Returns the names of the results that the function computes, in the order of its outputs. */
  public List<String> computedResults() {
    return results.entrySet().stream()
        .filter(result -> result.getValue() instanceof Result.Computed)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns the segments that this one calls. */
  public List<Segment> callees() {
    return callees;
  }

  /** Returns the function as an attribute of an op that calls it. */
  AttrValue reference() {
    return AttrValue.newBuilder()
        .setFunc(NameAttrList.newBuilder().setName(functionName()))
        .build();
  }

  /** Adds this function and those that it calls to a graph that does not have them yet. */
  void addTo(Graph graph) {
    FunctionDefLibrary.Builder library = FunctionDefLibrary.newBuilder();
    collect(library, FUNCTIONS.computeIfAbsent(graph, each -> new HashSet<>()));
    if (library.getFunctionCount() == 0) {
      return;
    }
    // Without a version the graph would count as old: scalar placeholders would have no shape.
    graph.importGraphDef(GraphDef.newBuilder().setVersions(VERSIONS).setLibrary(library).build());
  }

  private void collect(FunctionDefLibrary.Builder library, Set<String> seen) {
    if (seen.add(functionName())) {
      callees.forEach(callee -> callee.collect(library, seen));
      library.addFunction(function);
    }
  }

  private Operand<?> argument(Tensors arguments, String name) {
    Operand<?> operand = arguments.get(name);
    TensorSpec spec = specs.get(name);
    if (spec == null) {
      throw new IllegalStateException(
          "argument '%s' of segment '%s' has no spec".formatted(name, functionName()));
    }
    if (spec.type() != null
        && (operand.asOutput().type() != spec.type()
            || !Arrays.equals(operand.shape().asArray(), spec.shape().asArray()))) {
      throw new IllegalArgumentException(
          "argument '%s' of segment '%s' must be %s %s but is %s %s"
              .formatted(
                  name,
                  functionName(),
                  spec.type().getSimpleName(),
                  spec.shape(),
                  operand.asOutput().type().getSimpleName(),
                  operand.shape()));
    }
    return operand;
  }

  /**
   * Returns the ops that outputs depend on, those of the outputs included.
   *
   * @param known tensors that are read from arguments instead
   */
  private static Set<Operation> ancestors(Tensors outputs, Map<Output<?>, Output<?>> known) {
    Set<Operation> seen = new HashSet<>();
    Deque<GraphOperation> stack = new ArrayDeque<>();
    for (Operand<?> result : outputs.values()) {
      Output<?> output = result.asOutput();
      stack.push((GraphOperation) known.getOrDefault(output, output).op());
    }
    while (!stack.isEmpty()) {
      GraphOperation op = stack.pop();
      if (seen.add(op)) {
        for (int i = 0; i < op.numInputs(); i++) {
          Output<?> input = op.input(i);
          stack.push((GraphOperation) known.getOrDefault(input, input).op());
        }
        stack.addAll(op.controlInputs());
      }
    }
    return seen;
  }

  private static VersionDef versions() {
    try (Graph graph = new Graph()) {
      return graph.toGraphDef().getVersions();
    }
  }

  private static DataType[] types(List<OpDef.ArgDef> arguments) {
    return arguments.stream().map(OpDef.ArgDef::getType).toArray(DataType[]::new);
  }
}
