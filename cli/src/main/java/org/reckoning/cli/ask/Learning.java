package org.reckoning.cli.ask;

import java.io.IOException;
import java.util.List;
import org.reckoning.trainer.answering.AskedModel;
import org.reckoning.trainer.answering.Reasoner;
import org.reckoning.trainer.progress.ConsoleProgress;

/**
 * Learns facts and prints the result.
 *
 * @param model that learns
 * @param reasoner of the model
 * @param output prints facts and losses
 * @param progress of the encoding
 */
record Learning(AskedModel model, Reasoner reasoner, AskOutput output, ConsoleProgress progress) {
  /**
   * Learns facts, in place of the former ones.
   *
   * @return the facts, or pieces in place of those that are too long
   */
  List<String> learn(List<String> facts) throws IOException {
    List<String> pieces = model.pieces(facts);
    try {
      output.encoded(pieces, reasoner.encode(pieces, progress::encoded));
    } finally {
      progress.leaveLine();
    }
    return pieces;
  }
}
