package org.reckoning.cli.ask;

import org.reckoning.trainer.answering.AskedModel;
import org.reckoning.trainer.answering.Encoded;
import org.reckoning.trainer.answering.Reply;

/** Tells answers, on standard output. */
sealed interface AskOutput permits TextOutput, JsonOutput {
  /** Tells what is asked. */
  void model(String path, AskedModel model);

  /** Tells how the facts were learned. */
  void encoded(Encoded encoded);

  /** Tells an answer. */
  void reply(Reply reply);
}
