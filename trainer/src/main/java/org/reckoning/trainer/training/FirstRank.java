package org.reckoning.trainer.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import org.reckoning.graph.peers.PeerMessages;
import org.reckoning.graph.peers.Peers;
import org.reckoning.trainer.files.Json;

/**
 * Lets rank 0 answer questions for all processes of a run. Only rank 0 uses the directory of the
 * run, so the others need no access to it.
 */
record FirstRank(Peers peers) {
  /** Something that only rank 0 finds out or decides. */
  @FunctionalInterface
  interface Question<A> {
    /** Returns the answer; called on rank 0. */
    A answer() throws IOException;
  }

  /**
   * Returns the answer of rank 0. All processes call it.
   *
   * @param type a type that JSON can hold
   * @throws IOException on rank 0, if there is no answer
   */
  <A> A answer(Class<A> type, Question<A> question) throws IOException {
    if (peers.size() == 1) {
      return question.answer();
    }
    PeerMessages messages = new PeerMessages(peers);
    if (peers.isFirst()) {
      A answer = question.answer();
      messages.broadcast(Json.PLAIN.writeValueAsString(answer));
      return answer;
    }
    try {
      return Json.PLAIN.readValue(messages.broadcast(""), type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer of rank 0 must be a " + type.getSimpleName(), e);
    }
  }
}
