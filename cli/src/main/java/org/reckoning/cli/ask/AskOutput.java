package org.reckoning.cli.ask;

import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.answering.AskedModel;
import org.reckoning.trainer.answering.EncodingReport;
import org.reckoning.trainer.answering.Reply;

/** Prints a model's answers to standard output. */
sealed interface AskOutput permits TextOutput, JsonOutput {
  /** Returns the writer of the output. */
  PrintWriter out();

  /** Returns whether writing fails, as after the reader of a pipe has closed it. */
  default boolean isLost() {
    return out().checkError();
  }

  /** Prints the model. */
  void model(AskedModel model);

  /** Prints facts and the losses of their inner steps. */
  void encoded(List<String> facts, EncodingReport encoded);

  /**
   * Prints an answer.
   *
   * @param right the correct label; null if unknown
   */
  void reply(Reply reply, @Nullable String right);
}
