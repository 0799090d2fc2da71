package org.reckoning.graph.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.serving.MicroText;
import org.reckoning.graph.serving.ServingLimits;
import org.reckoning.graph.serving.ServingProgram;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.WeightLayout;
import org.reckoning.graph.xla.XlaMode;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

/** What XLA is asked to compile: one rule for all programs and all that they do. */
class CompiledCallsTest {
  private static final Decoding GREEDY = Decoding.greedy(2, -1);
  private static final ServingLimits LIMITS = new ServingLimits(2, 5, 2, 3, 2, 5, 2, 10);

  /** What a program does. */
  private enum Work {
    TRAIN("train"),
    EVALUATE("evaluate"),
    GENERATE("generate"),
    ENCODE_AND_ASK("encode_0");

    final String scope;

    Work(String scope) {
      this.scope = scope;
    }
  }

  /** The graph with which a program does it. */
  private static GraphDef graph(Work work, BilevelConfig config) {
    return switch (work) {
      case TRAIN -> {
        try (var program = BilevelProgram.build(config, TFloat32.class)) {
          yield program.graph().toGraphDef();
        }
      }
      case EVALUATE -> {
        try (var program = BilevelProgram.forEvaluation(config, TFloat32.class)) {
          yield program.graph().toGraphDef();
        }
      }
      case GENERATE -> {
        try (var program = BilevelProgram.forEvaluation(config, TFloat32.class)) {
          program.initialize(1);
          program.generate(Micro.batch(), GREEDY);
          yield program.graph().toGraphDef();
        }
      }
      case ENCODE_AND_ASK -> {
        try (var program = KnowledgeProgram.build(config, TFloat32.class)) {
          program.initialize(name -> null, 1);
          program.encode(Micro.batch());
          program.score(Micro.batch());
          program.generate(Micro.batch(), GREEDY);
          yield program.graph().toGraphDef();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  static Stream<Arguments> programs() {
    Map<String, BilevelConfig> configurations =
        Map.of(
            "sgd", Micro.config(2),
            "adamw and dropout",
                Micro.config(2).withInnerOptimizer(new AdamW()).withDropout(0.1, 0.1),
            "no inner loop", Micro.config(0));
    List<Arguments> rows = new ArrayList<>();
    for (XlaMode mode : XlaMode.values()) {
      for (Work work : List.of(Work.TRAIN, Work.EVALUATE)) {
        configurations.forEach(
            (name, config) -> rows.add(Arguments.of(work, mode, name, config.withXla(mode))));
      }
      for (Work work : List.of(Work.GENERATE, Work.ENCODE_AND_ASK)) { // they compile
        rows.add(Arguments.of(work, mode, "sgd", Micro.config(2).withXla(mode)));
      }
    }
    return rows.stream();
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("programs")
  void calls_ofEveryProgram_areCompiledOnceOrNotAtAll(
      Work work, XlaMode mode, String name, BilevelConfig config) {
    GraphDef graph = graph(work, config);
    Map<String, Integer> asked = timesAsked(graph);

    assertThat(asked).isNotEmpty();
    assertThat(asked.values()).containsOnly(mode == XlaMode.OFF ? 0 : 1);
    // A pass or an encoding is one call where it is compiled as a whole, else one for each segment.
    assertThat(graph.getNodeList())
        .filteredOn(node -> isCall(node) && node.getName().startsWith(work.scope + "/"))
        .hasSize(mode == XlaMode.WHOLE || work == Work.GENERATE ? 1 : callsOf(work, config));
  }

  /** How many calls of segments a pass has. */
  private static int callsOf(Work work, BilevelConfig config) {
    int k = config.innerSteps();
    boolean inBlocks = !config.innerOptimizer().slots().isEmpty();
    int blocks = blocks(new WeightLayout(config).adapted());
    int forward = k * (inBlocks ? 1 + blocks : 1) + 1;
    if (work != Work.TRAIN) {
      return forward;
    }
    // To go back over step i, the updates of the i steps before it are done again.
    return forward + (inBlocks ? k * (blocks + 1) + blocks * k * (k - 1) / 2 : k);
  }

  /** How many runs of neighbours there are that belong to one block of the model, or to none. */
  private static int blocks(List<String> names) {
    int blocks = 0;
    String last = "";
    for (String name : names) {
      String block = name.startsWith("h.") ? name.substring(0, name.indexOf('.', 2)) : "none";
      blocks += block.equals(last) ? 0 : 1;
      last = block;
    }
    return blocks;
  }

  @Test
  void calls_ofAServedModel_areCompiledOnceInTheCompiledSignatures() {
    try (var program =
        ServingProgram.build(Micro.config(2), LIMITS, MicroText.FORM, true, TFloat32.class)) {
      Map<String, Integer> asked = timesAsked(program.graph().toGraphDef());

      assertThat(asked.keySet()).anyMatch(path -> path.startsWith("serving/"));
      assertThat(asked.keySet()).anyMatch(path -> path.startsWith("serving_xla/"));
      asked.forEach(
          (path, times) ->
              assertThat(times).as(path).isEqualTo(path.startsWith("serving_xla/") ? 1 : 0));
    }
  }

  /** How often XLA is asked on the way from the static graph to each call, by that way. */
  private static Map<String, Integer> timesAsked(GraphDef graph) {
    Map<String, FunctionDef> functions = new HashMap<>();
    graph
        .getLibrary()
        .getFunctionList()
        .forEach(each -> functions.put(each.getSignature().getName(), each));
    Map<String, Integer> asked = new HashMap<>();
    follow(graph.getNodeList(), "", 0, functions, asked);
    return asked;
  }

  private static void follow(
      List<NodeDef> nodes,
      String path,
      int before,
      Map<String, FunctionDef> functions,
      Map<String, Integer> asked) {
    for (NodeDef node : nodes) {
      boolean asks =
          node.containsAttr("_XlaMustCompile") && node.getAttrOrThrow("_XlaMustCompile").getB();
      int times = before + (asks ? 1 : 0);
      String own = path + node.getName();
      if (isCall(node)) {
        asked.put(own, times);
      }
      for (AttrValue value : node.getAttrMap().values()) {
        FunctionDef callee = functions.get(value.getFunc().getName());
        if (callee != null) { // a call, or the functions of a loop or of a choice
          follow(callee.getNodeDefList(), own + " > ", times, functions, asked);
        }
      }
    }
  }

  private static boolean isCall(NodeDef node) {
    return node.getOp().equals("StatefulPartitionedCall");
  }
}
