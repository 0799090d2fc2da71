package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.OuterRates;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.xla.Segment;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** How the static graph calls the segments, and what XLA is asked to compile. */
class StaticGraphTest {
  private static final String HASH = "_[0-9a-f]{12}$";

  @Test
  void program_builtTwice_hasTheSameFunctions() {
    assertThat(functions(Micro.config(2))).isEqualTo(functions(Micro.config(2)));
  }

  @Test
  void program_ofMoreTasks_sharesTheUpdateAlone() {
    Map<String, Integer> one = functions(Micro.config(2));
    Map<String, Integer> two = functions(Micro.config(2, Micro.SHAPE.withTasks(2)));

    assertThat(names(two)).isEqualTo(names(one));
    assertThat(names(common(one, two)))
        .containsExactly("gradient_norms", "apply_moments", "apply_weights");
  }

  @Test
  void program_builtTwice_hasTheSameGraph() {
    try (var one = BilevelProgram.build(Micro.config(1), TFloat32.class);
        var other = BilevelProgram.build(Micro.config(1), TFloat32.class)) {
      assertThat(other.graph().toGraphDef().getNodeList())
          .isEqualTo(one.graph().toGraphDef().getNodeList());
    }
  }

  /** The number of nodes of each function, by name, in order. */
  private static Map<String, Integer> functions(BilevelConfig config) {
    Map<String, Integer> functions = new LinkedHashMap<>();
    try (var program = BilevelProgram.build(config, TFloat32.class)) {
      for (Segment segment : program.segments(config.shapes().get(0))) {
        functions.put(segment.functionName(), segment.function().getNodeDefCount());
      }
    }
    return functions;
  }

  /** The functions of one program that another one has, too. */
  private static Map<String, Integer> common(
      Map<String, Integer> functions, Map<String, Integer> others) {
    Map<String, Integer> common = new LinkedHashMap<>(functions);
    common.keySet().retainAll(others.keySet());
    return common;
  }

  /** The names of functions without their hashes. */
  private static List<String> names(Map<String, Integer> functions) {
    return functions.keySet().stream().map(name -> name.replaceFirst(HASH, "")).toList();
  }

  @Test
  void graph_callsEachSegmentAsOftenAsItIsNeeded() {
    assertThat(calls(Micro.config(3)))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("train/inner_step", 3),
                Map.entry("train/outer", 1),
                Map.entry("train/inner_step_pullback", 3),
                Map.entry("apply/gradient_norms", 1),
                Map.entry("apply/apply_moments", 1),
                Map.entry("apply/apply_weights", 1),
                Map.entry("apply_accumulated/gradient_norms", 1),
                Map.entry("apply_accumulated/apply_moments", 1),
                Map.entry("apply_accumulated/apply_weights", 1),
                Map.entry("evaluate/inner_step", 3),
                Map.entry("evaluate/evaluate", 1)));
    assertThat(calls(Micro.config(3).withGradientMode(GradientMode.truncated(1))))
        .containsEntry("train/inner_step_pullback", 1)
        .containsEntry("train/inner_step_pullback_first_order", 2);
    assertThat(calls(Micro.config(0)))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("train/outer", 1),
                Map.entry("apply/gradient_norms", 1),
                Map.entry("apply/apply_moments", 1),
                Map.entry("apply/apply_weights", 1),
                Map.entry("apply_accumulated/gradient_norms", 1),
                Map.entry("apply_accumulated/apply_moments", 1),
                Map.entry("apply_accumulated/apply_weights", 1),
                Map.entry("evaluate/evaluate", 1)));
  }

  @Test
  void graph_withInnerDropout_evaluatesWithAStepOfItsOwn() {
    assertThat(calls(Micro.config(2).withDropout(0.1, 0)))
        .containsEntry("train/inner_step", 2)
        .containsEntry("evaluate/inner_step_evaluation", 2)
        .doesNotContainKey("evaluate/inner_step");
  }

  @Test
  void segments_doNotGrowWithTheNumberOfSteps() {
    Map<String, Integer> four = functions(Micro.config(4));
    Map<String, Integer> one = functions(Micro.config(1));

    assertThat(names(four))
        .isEqualTo(names(one))
        .containsExactly(
            "inner_step",
            "outer",
            "inner_step_pullback",
            "evaluate",
            "gradient_norms",
            "apply_moments",
            "apply_weights");
    // The update has larger tensors, one rate for each step, but as many nodes.
    assertThat(names(common(four, one)))
        .containsExactly("inner_step", "outer", "inner_step_pullback", "evaluate");
    assertThat(four.values()).containsExactlyElementsOf(one.values());
  }

  @ParameterizedTest
  @EnumSource(XlaMode.class)
  void xla_isAskedToCompileExactlyWhatTheModeSays(XlaMode mode) {
    List<String> expected =
        switch (mode) {
          case OFF -> List.of();
          case SEGMENTS ->
              List.of(
                  "apply_moments",
                  "apply_moments",
                  "apply_weights",
                  "apply_weights",
                  "evaluate",
                  "gradient_norms",
                  "gradient_norms",
                  "inner_step",
                  "inner_step",
                  "inner_step_pullback",
                  "outer");
          case WHOLE ->
              List.of(
                  "apply_moments",
                  "apply_moments",
                  "apply_weights",
                  "apply_weights",
                  "evaluation_pass",
                  "gradient_norms",
                  "gradient_norms",
                  "train_pass");
        };
    try (var program = BilevelProgram.build(Micro.config(1).withXla(mode), TFloat32.class)) {
      List<String> compiled = new ArrayList<>();
      List<String> others = new ArrayList<>();
      for (NodeDef call : callsOf(program)) {
        boolean must =
            call.containsAttr("_XlaMustCompile") && call.getAttrOrThrow("_XlaMustCompile").getB();
        (must ? compiled : others).add(function(call));
        assertThat(call.getAttrOrThrow("_noinline").getB()).isTrue();
      }

      assertThat(compiled).containsExactlyInAnyOrderElementsOf(expected);
      if (mode == XlaMode.OFF) {
        assertThat(others).hasSize(11);
      } else {
        assertThat(others).isEmpty();
      }
      assertThat(program.wholePasses(Micro.SHAPE)).hasSize(mode == XlaMode.WHOLE ? 2 : 0);
      // Inside of the functions nothing is compiled on its own.
      for (Segment pass : program.wholePasses(Micro.SHAPE)) {
        assertThat(pass.function().getNodeDefList())
            .noneMatch(node -> node.containsAttr("_XlaMustCompile"));
      }
    }
  }

  /** With dropout: the compiled masks are those of the kernels. */
  @Test
  void training_compiledInSegments_givesTheNumbersOfNoCompilation() {
    BilevelConfig config = Micro.config(2).withDropout(0.1, 0.1);
    List<Double> off = new ArrayList<>();
    List<Double> segments = new ArrayList<>();
    Map<String, double[]> weights = train(config, off);
    Map<String, double[]> compiled = train(config.withXla(XlaMode.SEGMENTS), segments);

    for (int i = 0; i < off.size(); i++) {
      assertThat(segments.get(i)).isCloseTo(off.get(i), within(1e-10));
    }
    weights.forEach(
        (name, values) ->
            assertThat(compiled.get(name)).as(name).containsExactly(values, within(1e-8)));
  }

  private static Map<String, double[]> train(BilevelConfig config, List<Double> numbers) {
    Map<String, double[]> weights = new LinkedHashMap<>();
    try (var program = Micro.program(config)) {
      for (int i = 0; i < 2; i++) {
        TaskBatch batch = Micro.batch(Micro.SHAPE, Micro.tasks(1, 90 + i));
        UpdateResult result = program.train(List.of(batch), new OuterRates(1e-2, 1e-2), i);
        numbers.add(result.outerLoss());
        numbers.add(result.gradientNorm());
        numbers.add(result.ratesGradientNorm());
        numbers.add(result.passes().get(0).innerLoss(2));
      }
      program.layout().shapes().keySet().forEach(name -> weights.put(name, program.weight(name)));
    }
    return weights;
  }

  /** How often each function is called, by the first scope of the call. */
  private static Map<String, Integer> calls(BilevelConfig config) {
    Map<String, Integer> calls = new TreeMap<>();
    try (var program = BilevelProgram.build(config, TFloat64.class)) {
      for (NodeDef call : callsOf(program)) {
        String scope = call.getName().substring(0, call.getName().indexOf('/'));
        calls.merge(scope + "/" + function(call), 1, Integer::sum);
      }
    }
    return calls;
  }

  private static List<NodeDef> callsOf(BilevelProgram<?> program) {
    return program.graph().toGraphDef().getNodeList().stream()
        .filter(node -> node.getOp().equals("StatefulPartitionedCall"))
        .toList();
  }

  private static String function(NodeDef call) {
    return call.getAttrOrThrow("f").getFunc().getName().replaceFirst(HASH, "");
  }
}
