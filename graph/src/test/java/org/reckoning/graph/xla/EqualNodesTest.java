package org.reckoning.graph.xla;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

class EqualNodesTest {
  private static NodeDef node(String name, String op, String... inputs) {
    return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs)).build();
  }

  private static FunctionDef merged(String result, NodeDef... nodes) {
    FunctionDef function =
        FunctionDef.newBuilder().addAllNodeDef(List.of(nodes)).putRet("result", result).build();
    return EqualNodes.merge(function);
  }

  @Test
  void equalNodes_areMerged_forTheirReadersAndForTheNodesThatRunAfterThem() {
    FunctionDef merged =
        merged(
            "last:output:0",
            node("a", "Square", "x"),
            node("b", "Square", "x"),
            node("sum", "AddV2", "a:y:0", "b:y:0"),
            node("last", "Identity", "sum:z:0", "^b"));

    assertThat(merged.getNodeDefList())
        .containsExactly(
            node("a", "Square", "x"),
            node("sum", "AddV2", "a:y:0", "a:y:0"),
            node("last", "Identity", "sum:z:0", "^a"));
  }

  @Test
  void randomNumbers_areDrawnForEachNode() {
    NodeDef first = node("first", "RandomUniform", "shape");
    NodeDef second = node("second", "RandomUniform", "shape");

    assertThat(merged("second:output:0", first, second).getNodeDefList())
        .containsExactly(first, second);
  }
}
