package org.reckoning.graph.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.program.BilevelProgram;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.OpDef;
import org.tensorflow.types.TFloat32;

class BlockGraphTest {

  @Test
  void graph_hasTheBlocksOfTheDesign() {
    draw(
        MicroConfig.of(2),
        graph -> {
          assertThat(names(graph.getNodeList()))
              .contains(
                  "weights",
                  "theta_0",
                  "feeds/facts",
                  "feeds/questions",
                  "inner_0/inner_step",
                  "inner_1/inner_step",
                  "outer/outer",
                  "pullback_1/inner_step_pullback",
                  "pullback_0/inner_step_pullback",
                  "gradient",
                  "apply/apply_moments",
                  "apply/apply_weights")
              .noneMatch(name -> name.startsWith("evaluate"));
          assertThat(function(graph, "inner_step").getNodeDefList())
              .extracting(NodeDef::getName)
              .contains(
                  "facts/h.0/ln_1",
                  "facts/h.0/attn",
                  "facts/h.0/mlp",
                  "facts/ln_f",
                  "facts/loss",
                  "gradient/facts/h.0/attn",
                  "update",
                  "theta_out",
                  "loss_out");
          assertThat(function(graph, "inner_step_pullback").getNodeDefList())
              .extracting(NodeDef::getName)
              .contains("hessian/facts/h.0/attn", "hessian/gradient/facts/h.0/attn", "d_theta_out");
        });
  }

  @Test
  void edges_followTheUnroll() {
    draw(
        MicroConfig.of(2),
        graph -> {
          assertThat(node(graph, "inner_0/inner_step").getInputList()).contains("theta_0");
          assertThat(node(graph, "inner_1/inner_step").getInputList())
              .anyMatch(input -> input.startsWith("inner_0/inner_step_results"));
          assertThat(node(graph, "pullback_1/inner_step_pullback").getInputList())
              .anyMatch(input -> input.startsWith("inner_0/inner_step_results")) // theta_1
              .anyMatch(input -> input.startsWith("outer/outer_results"));
          assertThat(node(graph, "pullback_0/inner_step_pullback").getInputList())
              .contains("theta_0")
              .anyMatch(input -> input.startsWith("pullback_1/inner_step_pullback_results"));
          assertThat(node(graph, "gradient").getInputList())
              .anyMatch(input -> input.startsWith("pullback_0/inner_step_pullback_results"));
          assertThat(node(graph, "apply/apply_moments").getInputList())
              .contains("apply/apply_moments_gradient", "adam_m", "adam_v");
          assertThat(node(graph, "apply/apply_moments_gradient").getInputList())
              .contains("gradient");
          assertThat(node(graph, "apply/apply_weights").getInputList())
              .contains("adam_m", "adam_v");
        });
  }

  static Stream<BilevelConfig> configs() {
    return Stream.of(
        MicroConfig.of(2, 2),
        MicroConfig.of(3)
            .withGradientMode(GradientMode.truncated(1))
            .withInnerOptimizer(new AdamW()),
        MicroConfig.of(2)
            .withGradientMode(GradientMode.firstOrder())
            .withAdaptation(Adaptation.lora(8, 16, "attn.c_attn")),
        MicroConfig.of(2).withXla(XlaMode.WHOLE),
        MicroConfig.of(0),
        MicroConfig.of(3).withInnerOptimizer(new AdamW()));
  }

  /** TensorBoard relies on this; without it the browser throws an exception. */
  @ParameterizedTest
  @MethodSource("configs")
  void references_areResolved_andCallsFitTheirFunctions(BilevelConfig config) {
    draw(
        config,
        graph -> {
          Set<String> top = new HashSet<>(names(graph.getNodeList()));
          assertThat(top).hasSameSizeAs(graph.getNodeList());
          assertResolved(graph, graph.getNodeList(), top);
          for (FunctionDef function : graph.getLibrary().getFunctionList()) {
            List<String> arguments =
                function.getSignature().getInputArgList().stream()
                    .map(OpDef.ArgDef::getName)
                    .toList();
            assertThat(arguments).doesNotHaveDuplicates();
            Set<String> known = new HashSet<>(names(function.getNodeDefList()));
            assertThat(known).hasSameSizeAs(function.getNodeDefList());
            function
                .getSignature()
                .getOutputArgList()
                .forEach(result -> assertThat(known).contains(result.getName()));
            known.addAll(arguments);
            assertResolved(graph, function.getNodeDefList(), known);
          }
        });
  }

  private static void assertResolved(GraphDef graph, List<NodeDef> nodes, Set<String> known) {
    for (NodeDef node : nodes) {
      for (String input : node.getInputList()) {
        assertThat(known).as(node.getName()).contains(input.replaceFirst(":.*", ""));
      }
      graph.getLibrary().getFunctionList().stream()
          .filter(function -> function.getSignature().getName().equals(node.getOp()))
          .forEach(
              function ->
                  assertThat(node.getInputList())
                      .as(node.getName())
                      .hasSameSizeAs(function.getSignature().getInputArgList()));
    }
  }

  @Test
  void size_growsByThreeNodesForACallAndNotByAFunction() {
    List<GraphDef> graphs = new ArrayList<>();
    draw(MicroConfig.of(2), graphs::add);
    draw(MicroConfig.of(6), graphs::add);

    for (String segment : List.of("inner_step", "outer", "inner_step_pullback")) {
      assertThat(function(graphs.get(1), segment)).isEqualTo(function(graphs.get(0), segment));
    }
    assertThat(graphs.get(1).getLibrary().getFunctionCount()).isEqualTo(6); // and the update's
    // a call and its results, and what joins the cotangents of the step before
    assertThat(graphs.get(1).getNodeCount() - graphs.get(0).getNodeCount())
        .isLessThanOrEqualTo(4 * 2 * 3);
    assertThat(graphs.get(1).getSerializedSize()).isLessThan(100_000);
  }

  @Test
  void stats_giveTheTimeOfACallToItsResults() {
    BilevelConfig config = MicroConfig.of(1);
    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      program.initialize(1);
      StepTimes times =
          StepTimes.measure(program, StepTimesTest.batch(config), new OuterRates(0, 0), 1);
      BlockGraph drawn = BlockGraph.of(program, MicroConfig.shape(config));
      Set<String> blocks = new HashSet<>(names(drawn.graph().getNodeList()));

      List<NodeExecStats> stats =
          drawn.stats(times.trace()).getDevStatsList().stream()
              .flatMap(device -> device.getNodeStatsList().stream())
              .toList();
      assertThat(stats).extracting(NodeExecStats::getNodeName).isSubsetOf(blocks);
      for (StepTimes.CallTime call : times.calls()) {
        assertThat(stats)
            .filteredOn(
                node -> node.getNodeName().equals(call.call() + "/" + call.segment() + "_results"))
            .singleElement()
            .satisfies(
                node ->
                    assertThat(node.getAllEndRelMicros())
                        .isEqualTo(Math.round(1e6 * call.seconds())));
      }
    }
  }

  @Test
  void wholePass_hasTheFunctionsThatItCalls_beside() {
    draw(
        MicroConfig.of(2).withXla(XlaMode.WHOLE),
        graph -> {
          // not the functions' names, which TensorBoard would try to open in vain
          assertThat(function(graph, "train_pass").getNodeDefList())
              .extracting(NodeDef::getOp)
              .contains("inner_step", "outer", "inner_step_pullback");
          for (String callee : List.of("inner_step", "outer", "inner_step_pullback")) {
            assertThat(function(graph, callee).getNodeDefList())
                .extracting(NodeDef::getName)
                .anyMatch(name -> name.endsWith("/h.0/attn"));
          }
        });
  }

  @Test
  void taskGroups_areBlocksOfTheirOwn() {
    BilevelConfig config = MicroConfig.of(1, 2).withTaskGroups(2);
    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      GraphDef graph = BlockGraph.of(program, MicroConfig.shape(config)).graph();
      assertThat(names(graph.getNodeList()))
          .contains("group_0/inner_0/inner_step", "group_1/inner_0/inner_step");
      assertResolved(graph, graph.getNodeList(), new HashSet<>(names(graph.getNodeList())));
    }
  }

  private static void draw(BilevelConfig config, Consumer<GraphDef> look) {
    try (BilevelProgram<TFloat32> program = BilevelProgram.build(config, TFloat32.class)) {
      look.accept(BlockGraph.of(program, MicroConfig.shape(config)).graph());
    }
  }

  private static List<String> names(List<NodeDef> nodes) {
    return nodes.stream().map(NodeDef::getName).toList();
  }

  private static NodeDef node(GraphDef graph, String name) {
    return graph.getNodeList().stream()
        .filter(node -> node.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static FunctionDef function(GraphDef graph, String segment) {
    return graph.getLibrary().getFunctionList().stream()
        .filter(each -> each.getSignature().getName().matches(segment + "_[0-9a-f]{12}"))
        .findFirst()
        .orElseThrow();
  }
}
