package org.reckoning.graph.xla;

import java.util.HashSet;
import java.util.Set;
import org.reckoning.graph.runtime.CpuRuntime;
import org.tensorflow.op.dtypes.Cast;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * Matrix products of bfloat16 operands with a float32 result, in the form that some kernels need
 * ({@link CpuRuntime#needsOneDtype}): a product with a bfloat16 result and a cast. The sums inside
 * are in float32 all the same; the result is rounded once.
 */
final class RoundedProducts {
  private static final String PRODUCT = "/product";

  private RoundedProducts() {}

  /** Returns a function whose products of two dtypes are replaced. */
  static FunctionDef lower(FunctionDef function) {
    Set<String> lowered = new HashSet<>();
    for (NodeDef node : function.getNodeDefList()) {
      if (hasTwoDtypes(node)) {
        lowered.add(node.getName());
      }
    }
    if (lowered.isEmpty()) {
      return function;
    }
    FunctionDef.Builder builder = function.toBuilder().clearNodeDef();
    for (NodeDef node : function.getNodeDefList()) {
      NodeDef.Builder renamed = node.toBuilder().clearInput();
      node.getInputList().forEach(source -> renamed.addInput(renamed(source, lowered)));
      if (lowered.contains(node.getName())) {
        String product = node.getName() + PRODUCT;
        builder.addNodeDef(
            renamed.setName(product).putAttr("Tout", type(DataType.DT_BFLOAT16)).build());
        builder.addNodeDef(
            NodeDef.newBuilder()
                .setName(node.getName())
                .setOp(Cast.OP_NAME)
                .addInput(product + ":output:0")
                .putAttr("SrcT", type(DataType.DT_BFLOAT16))
                .putAttr("DstT", type(DataType.DT_FLOAT))
                .putAttr("Truncate", AttrValue.newBuilder().setB(false).build()));
      } else {
        builder.addNodeDef(renamed);
      }
    }
    function.getRetMap().forEach((key, source) -> builder.putRet(key, renamed(source, lowered)));
    return builder.build();
  }

  private static boolean hasTwoDtypes(NodeDef node) {
    return node.getOp().equals(BatchMatMul.OP_NAME)
        && node.getAttrOrThrow("Ta").getType() == DataType.DT_BFLOAT16
        && node.getAttrOrThrow("Tb").getType() == DataType.DT_BFLOAT16
        && node.getAttrOrThrow("Tout").getType() == DataType.DT_FLOAT;
  }

  private static AttrValue type(DataType type) {
    return AttrValue.newBuilder().setType(type).build();
  }

  /** The output of a product is called output, that of a cast y. */
  private static String renamed(String source, Set<String> lowered) {
    String node = Sources.node(source);
    return lowered.contains(node) && !Sources.isControl(source) ? node + ":y:0" : source;
  }
}
