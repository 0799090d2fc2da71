package org.reckoning.graph.xla;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

class RoundedProductsTest {
  private static final Specs SPECS = new Specs().tensor("x", TFloat32.class, Shape.of(2, 2));

  private static <T extends TNumber> FunctionDef square(Class<T> operands) {
    return Segment.define(
            "square",
            SPECS,
            List.of(),
            (tf, in) -> {
              var x = tf.dtypes.cast(in.get("x", TFloat32.class), operands);
              var square = tf.train.batchMatMul(x, x, TFloat32.class, BatchMatMul.adjY(true));
              return new Tensors().put("y", tf.math.neg(square)).put("square", square);
            })
        .function();
  }

  @Test
  void lower_ofAProductOfTwoDtypes_isAProductInBfloat16AndACast() {
    FunctionDef lowered = RoundedProducts.lower(square(TBfloat16.class));

    NodeDef product = node(lowered, "BatchMatMulV3");
    assertThat(product.getAttrOrThrow("Tout").getType()).isEqualTo(DataType.DT_BFLOAT16);
    assertThat(product.getAttrOrThrow("adj_y").getB()).isTrue();
    NodeDef cast =
        lowered.getNodeDefList().stream()
            .filter(node -> node.getInputList().contains(product.getName() + ":output:0"))
            .findFirst()
            .orElseThrow();
    assertThat(cast.getAttrOrThrow("DstT").getType()).isEqualTo(DataType.DT_FLOAT);
    assertThat(node(lowered, "Neg").getInputList()).containsExactly(cast.getName() + ":y:0");
    assertThat(lowered.getRetMap()).containsValue(cast.getName() + ":y:0");
  }

  @Test
  void lower_ofAProductOfOneDtype_isTheSame() {
    FunctionDef function = square(TFloat32.class);

    assertThat(RoundedProducts.lower(function)).isSameAs(function);
  }

  private static NodeDef node(FunctionDef function, String type) {
    return function.getNodeDefList().stream()
        .filter(node -> node.getOp().equals(type))
        .findFirst()
        .orElseThrow();
  }
}
