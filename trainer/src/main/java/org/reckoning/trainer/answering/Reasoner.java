package org.reckoning.trainer.answering;

import java.io.IOException;
import java.util.List;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.program.KnowledgeProgram.EncodingProgress;

/**
 * Learns facts once, and answers questions about them.
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
   * Learns facts, in place of the former ones.
   *
   * @throws IllegalArgumentException if {@link AskedModel#checkFacts} refuses them; the former
   *     facts remain
   * @throws org.reckoning.graph.program.NotFiniteException if a loss is not finite; no facts remain
   * @throws IOException if a server refuses them or does not answer; the former facts remain
   */
  default EncodingReport encode(List<String> facts) throws IOException {
    return encode(facts, (microBatches, of) -> {});
  }

  /**
   * Learns facts, as {@link #encode(List)} does, and reports the progress. A server reports none.
   *
   * @param progress called on this thread; not called while the program is compiled
   */
  EncodingReport encode(List<String> facts, EncodingProgress progress) throws IOException;

  /**
   * Answers a question: scores each label, and generates a text.
   *
   * @throws IllegalArgumentException if {@link AskedModel#checkQuestion} refuses the question
   * @throws IllegalStateException if no facts are known
   * @throws IOException if a server refuses the question or does not answer
   */
  Reply ask(String question, Decoding decoding) throws IOException;

  @Override
  void close();
}
