package org.reckoning.cli.ask;

import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.answering.AskedModel;
import org.reckoning.trainer.answering.EncodingReport;
import org.reckoning.trainer.answering.Reply;

/** Tells answers, on standard output. */
sealed interface AskOutput permits TextOutput, JsonOutput {
  /** Returns where to. */
  PrintWriter out();

  /** Returns whether nothing more can be written: the reader of a pipe has left. */
  default boolean isLost() {
    return out().checkError();
  }

  /** Tells what is asked. */
  void model(AskedModel model);

  /** Tells how the facts were learned. */
  void encoded(List<String> facts, EncodingReport encoded);

  /**
   * Tells an answer.
   *
   * @param right the right one, where it is known
   */
  void reply(Reply reply, @Nullable String right);
}
