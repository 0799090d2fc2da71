package org.reckoning.graph.decoding;

import java.util.List;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;

/** Placeholders that feed a {@link Decoding} to the graph. */
public final class DecodingFeeds<T extends TNumber> {
  private final Class<T> type;
  private final DecodingInputs<T> inputs;

  /** Emits the placeholders. */
  public DecodingFeeds(Ops tf, Class<T> type) {
    this.type = type;
    inputs = DecodingInputs.placeholders(tf, type);
  }

  /** Returns the placeholders. */
  public DecodingInputs<T> inputs() {
    return inputs;
  }

  /** Tensors fed to one run. */
  public static final class Fed implements AutoCloseable {
    private final List<Operand<?>> feeds;
    private final List<Tensor> values;

    private Fed(List<Operand<?>> feeds, List<Tensor> values) {
      this.feeds = feeds;
      this.values = values;
    }

    /** Feeds these tensors to a run. */
    public Session.Runner into(Session.Runner runner) {
      for (int i = 0; i < values.size(); i++) {
        runner.feed(feeds.get(i), values.get(i));
      }
      return runner;
    }

    @Override
    public void close() {
      values.forEach(Tensor::close);
    }
  }

  /** Returns the tensors of the given settings. */
  public Fed feed(Decoding decoding) {
    Shape scalar = Shape.scalar();
    return new Fed(
        inputs.named().values(),
        List.of(
            TInt32.scalarOf(decoding.newTokens()),
            TInt32.scalarOf(decoding.endOfText()),
            HostTensors.of(type, scalar, decoding.temperature()),
            TInt32.scalarOf(decoding.topK()),
            HostTensors.of(type, scalar, decoding.topP()),
            TInt64.scalarOf(decoding.seed())));
  }
}
