package org.reckoning.trainer.answering;

import java.io.IOException;
import java.util.List;
import org.reckoning.graph.decoding.Decoding;

/**
 * Answers questions about facts that it is told once.
 *
 * <pre>{@code
 * AskedModel model = LocalModel.open(Path.of("outputs/quickstart/TIME"), null, null);
 * try (Reasoner reasoner = model.reasoner()) {
 *   reasoner.encode(List.of("The son of Alice is Michael", "The daughter of Michael is Mary"));
 *   Reply reply = reasoner.ask("How are Mary and Alice related to each other ?", model.decoding());
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads.
 */
public sealed interface Reasoner extends AutoCloseable permits LocalReasoner, RemoteReasoner {
  /**
   * Learns facts, in place of those that were known.
   *
   * @throws IllegalArgumentException if they cannot be told; see {@link AskedModel#checkFacts}.
   *     Those known before still are
   * @throws org.reckoning.graph.program.NotFiniteException if a loss is not finite; no facts are
   *     known then
   * @throws IOException if a server refuses them or does not answer; no facts are known then
   */
  Encoded encode(List<String> facts) throws IOException;

  /**
   * Answers a question: scores each label, and writes a text.
   *
   * @throws IllegalArgumentException if it cannot be asked; see {@link AskedModel#checkQuestion}
   * @throws IllegalStateException if no facts are known
   * @throws IOException if a server refuses it or does not answer
   */
  Reply ask(String question, Decoding decoding) throws IOException;

  @Override
  void close();
}
