package org.reckoning.graph.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reckoning.graph.xla.GraphScope;
import org.reckoning.graph.xla.GraphSession;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TString;

class TextEncoderTest {
  @Test
  void encode_withoutMerges_givesTheBytes() {
    List<byte[]> bytes =
        IntStream.range(0, 256).mapToObj(each -> new byte[] {(byte) each}).toList();
    TextVocabulary vocabulary =
        TextVocabulary.of(BytePairs.of(bytes), IntStream.range(0, 256).toArray());
    try (Graph graph = new Graph()) {
      Ops tf = GraphScope.root(graph);
      Operand<TString> texts =
          tf.placeholder(TString.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
      TextEncoder encoder = TextEncoder.of(tf, vocabulary);
      EncodedTexts encoded = encoder.encode(tf, encoder.words(tf, texts));
      try (Session session = GraphSession.open(graph);
          TString given = TString.vectorOf("ab", "c");
          Result fetched =
              session
                  .runner()
                  .feed(texts, given)
                  .fetch(encoded.tokens())
                  .fetch(encoded.lengths())
                  .run()) {
        assertThat(ints(fetched, 0)).containsExactly(97, 98, 99);
        assertThat(ints(fetched, 1)).containsExactly(2, 1);
      }
    }
  }

  private static int[] ints(Result fetched, int index) {
    TInt32 values = (TInt32) fetched.get(index);
    return IntStream.range(0, (int) values.size()).map(i -> values.getInt(i)).toArray();
  }
}
