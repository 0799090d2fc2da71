package org.reckoning.graph.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.autodiff.Differentiator;
import org.reckoning.graph.xla.SegmentNode;
import org.tensorflow.ndarray.Shape;

class FlopsTest {
  @ParameterizedTest(name = "{0} {1} -> {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        // 2 m n k: one multiplication and one addition for each of m n k products
        "MatMul        | 3x5, 5x7         | 3x7      | 210 | 0", // 2*3*7*5
        "MatMul        | 5x3, 5x7         | 3x7      | 210 | 0", // first input transposed
        "MatMul        | 3x5, 7x5         | 3x7      | 210 | 0", // second input transposed
        "BatchMatMul   | 4x2x3, 4x3x5     | 4x2x5    | 240 | 0", // 4 * 2*2*5*3
        "BatchMatMulV2 | 4x2x3, 3x5       | 4x2x5    | 240 | 0", // the second is broadcast
        "BatchMatMulV3 | 1x2x3x4, 6x1x5x4 | 6x2x3x5  | 1440 | 0", // 12 * 2*3*5*4
        "BatchMatMulV3 | 0x3x4, 0x4x5     | 0x3x5    | 0 | 0",
        "Add           | 2x3, 3           | 2x3      | 0 | 6",
        "Tanh          | 2x3              | 2x3      | 0 | 6",
        "SelectV2      | 2x3, 2x3, 1      | 2x3      | 0 | 6",
        "AddN          | 2x3, 2x3, 2x3    | 2x3      | 0 | 12",
        "Sum           | 2x3, 1           | 2        | 0 | 6",
        "Mean          | 2x3, 1           | 2x1      | 0 | 6",
        "UnsortedSegmentSum | 4x3, 4, 1   | 10x3     | 0 | 12",
        "Softmax       | 2x7              | 2x7      | 0 | 70",
        "SparseSoftmaxCrossEntropyWithLogits | 2x7, 2 | 2 | 0 | 70",
        "Reshape       | 2x3, 1           | 6        | 0 | 0",
        "GatherV2      | 9x3, 4, 1        | 4x3      | 0 | 0",
        "Const         |                  | 4x3      | 0 | 0",
      })
  void of_matchesHandCount(String type, String inputs, String output, long matrix, long other) {
    SegmentNode node = node(type, "n", shapes(inputs), shapes(output));

    assertThat(Flops.of(node)).isEqualTo(new FlopCount(matrix, other));
  }

  @Test
  void of_einsum_multipliesAllLabels() {
    SegmentNode node =
        new SegmentNode(
            "Einsum",
            "n",
            List.of(Shape.of(2, 3, 5), Shape.of(2, 5, 7)),
            List.of(Shape.of(2, 3, 7)),
            List.of(),
            "bik,bkj->bij");

    assertThat(Flops.of(node)).isEqualTo(new FlopCount(2 * 2 * 3 * 5 * 7, 0));
  }

  @Test
  void of_knowsEveryOpOfTheDifferentiator() {
    Differentiator standard = Differentiator.standard();

    assertThat(Flops.known()).containsAll(standard.differentiableOps());
    assertThat(Flops.known()).containsAll(standard.zeroOps());
  }

  @Test
  void of_unknownOp_namesTypeNodeAndKnownTypes() {
    SegmentNode node = node("Fft", "h.0/Fft", List.of(), List.of(Shape.of(2)));

    assertThatThrownBy(() -> Flops.of(node))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no FLOPs known for op type 'Fft' (node 'h.0/Fft'); known: [Abs, ");
  }

  @Test
  void of_unknownShape_namesTheNode() {
    SegmentNode node =
        node("Add", "sum", List.of(Shape.of(2), Shape.unknown()), List.of(Shape.of(-1)));

    assertThatThrownBy(() -> Flops.of(node))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("FLOPs of op type 'Add' (node 'sum') need static shapes");
  }

  private static SegmentNode node(
      String type, String name, List<Shape> inputs, List<Shape> outputs) {
    return new SegmentNode(type, name, inputs, outputs, List.of(), "");
  }

  private static List<Shape> shapes(@Nullable String text) {
    return text == null
        ? List.of()
        : Arrays.stream(text.split(", *", -1))
            .map(
                each ->
                    Shape.of(
                        Arrays.stream(each.split("x", -1)).mapToLong(Long::parseLong).toArray()))
            .toList();
  }
}
