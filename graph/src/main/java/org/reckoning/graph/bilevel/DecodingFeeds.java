package org.reckoning.graph.bilevel;

import java.util.List;
import org.reckoning.graph.xla.Specs;
import org.reckoning.graph.xla.Tensors;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** The placeholders through which a {@link Decoding} reaches the graph. */
final class DecodingFeeds<T extends TNumber> {
  private final Class<T> type;
  private final Tensors operands;

  DecodingFeeds(Ops tf, Class<T> type) {
    this.type = type;
    this.operands = specs(type).placeholders(tf);
  }

  /** Names and dtypes of the settings, all of them scalars. */
  static <T extends TNumber> Specs specs(Class<T> type) {
    Shape scalar = Shape.scalar();
    return new Specs()
        .tensor("new_tokens", TInt32.class, scalar)
        .tensor("end_of_text", TInt32.class, scalar)
        .tensor("temperature", type, scalar)
        .tensor("top_k", TInt32.class, scalar)
        .tensor("top_p", type, scalar)
        .tensor("seed", TInt64.class, scalar);
  }

  Tensors operands() {
    return operands;
  }

  /** Tensors that are fed to one run. */
  record Fed(Tensors operands, List<Tensor> values) implements AutoCloseable {
    Session.Runner into(Session.Runner runner) {
      int i = 0;
      for (String name : operands.names()) {
        runner.feed(operands.get(name), values.get(i++));
      }
      return runner;
    }

    @Override
    public void close() {
      values.forEach(Tensor::close);
    }
  }

  Fed feed(Decoding decoding) {
    Shape scalar = Shape.scalar();
    return new Fed(
        operands,
        List.of(
            TInt32.scalarOf(decoding.newTokens()),
            TInt32.scalarOf(decoding.endOfText()),
            HostTensors.of(type, scalar, decoding.temperature()),
            TInt32.scalarOf(decoding.topK()),
            HostTensors.of(type, scalar, decoding.topP()),
            TInt64.scalarOf(decoding.seed())));
  }
}
