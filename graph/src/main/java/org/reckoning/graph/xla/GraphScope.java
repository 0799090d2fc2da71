package org.reckoning.graph.xla;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.DeviceSpec;
import org.tensorflow.ExecutionEnvironment;
import org.tensorflow.Graph;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.op.Ops;
import org.tensorflow.op.Scope;

/**
 * A scope that gives nodes the same names as TensorFlow Java's own scope, in constant time.
 *
 * <p>TensorFlow Java reads the names of all nodes of a graph to create a sub-scope. Derivatives of
 * a model have thousands of sub-scopes, and building them took three times as long. A scope of this
 * class remembers the names that it has given. So all nodes of a graph must come from one root.
 */
public final class GraphScope implements Scope {
  private final Graph graph;
  private final String prefix; // empty, or ends with a slash
  private final @Nullable String name;
  private final Map<String, Integer> given; // number of requests for each name
  private final List<Operation> controlInputs;
  private final String device;
  private final boolean inBody;

  private GraphScope(
      Graph graph,
      String prefix,
      @Nullable String name,
      Map<String, Integer> given,
      List<Operation> controlInputs,
      String device,
      boolean inBody) {
    this.graph = graph;
    this.prefix = prefix;
    this.name = name;
    this.given = given;
    this.controlInputs = List.copyOf(controlInputs);
    this.device = device;
    this.inBody = inBody;
  }

  /**
   * Returns the ops of a new graph, with this kind of scope.
   *
   * @throws IllegalArgumentException if the graph has nodes, whose names could be given again
   */
  public static Ops root(Graph graph) {
    return root(graph, false);
  }

  /** Returns the same as {@link #root(Graph)} for the body of a function. */
  static Ops body(Graph graph) {
    return root(graph, true);
  }

  /** Returns whether ops add nodes to the body of a function. */
  static boolean isInBody(Ops tf) {
    return tf.scope() instanceof GraphScope scope && scope.inBody;
  }

  private static Ops root(Graph graph, boolean inBody) {
    if (graph.operations().hasNext()) {
      throw new IllegalArgumentException("graph must have no nodes yet; use a new graph");
    }
    Scope scope = new GraphScope(graph, "", null, new HashMap<>(), List.of(), "", inBody);
    return Ops.create(new Root(graph, scope));
  }

  @Override
  public ExecutionEnvironment env() {
    return graph;
  }

  @Override
  public Scope withSubScope(String childName) {
    String child = prefix + makeUnique(name != null ? name : childName) + "/";
    return new GraphScope(graph, child, null, new HashMap<>(), controlInputs, device, inBody);
  }

  @Override
  public Scope withName(String opName) {
    return new GraphScope(graph, prefix, opName, given, controlInputs, device, inBody);
  }

  @Override
  public Scope withNameAsSubScope(String defaultName) {
    return withSubScope(defaultName);
  }

  @Override
  public Scope withDevice(DeviceSpec deviceSpec) {
    return new GraphScope(graph, prefix, name, given, controlInputs, deviceSpec.toString(), inBody);
  }

  @Override
  public Scope withInitScope() {
    throw new UnsupportedOperationException("a GraphScope has no initializers");
  }

  @Override
  public String makeOpName(String defaultName) {
    return prefix + makeUnique(name != null ? name : defaultName);
  }

  @Override
  public String makeUnique(String id) {
    if (!Scope.isValidOpName(id)) {
      throw new IllegalArgumentException(
          "name '%s' must consist of letters, digits, dots, dashes and underscores".formatted(id));
    }
    int before = given.merge(id, 1, Integer::sum) - 1;
    return before == 0 ? id : id + "_" + before;
  }

  @Override
  public void refreshNames() {} // nothing to read: the scope knows its names

  @Override
  public Scope withControlDependencyOps(Iterable<Operation> operations) {
    List<Operation> inputs = new ArrayList<>();
    operations.forEach(inputs::add);
    return new GraphScope(graph, prefix, name, given, inputs, device, inBody);
  }

  @Override
  public OperationBuilder apply(OperationBuilder builder) {
    builder.setDevice(device);
    controlInputs.forEach(builder::addControlInput);
    return builder;
  }

  @Override
  public String getDeviceString() {
    return device;
  }

  @Override
  public boolean isInit() {
    return false;
  }

  /** A graph with another base scope, which {@link Ops#create} takes over. */
  private record Root(Graph graph, Scope baseScope) implements ExecutionEnvironment {
    @Override
    public OperationBuilder opBuilder(String type, String name, Scope scope) {
      return graph.opBuilder(type, name, scope);
    }

    @Override
    public void attachFunction(ConcreteFunction function) {
      graph.attachFunction(function);
    }

    @Override
    public void checkInput(Operation input) {
      graph.checkInput(input);
    }

    @Override
    public Types environmentType() {
      return graph.environmentType();
    }

    @Override
    public boolean isInitializer(Operation operation) {
      return graph.isInitializer(operation);
    }
  }
}
