package org.reckoning.trainer.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.peers.PeerMessages;
import org.reckoning.graph.peers.Peers;
import org.reckoning.trainer.files.Json;

/**
 * What a model computed for tasks, by the index of the task.
 *
 * @param losses of each question
 * @param answers tokens generated for each question
 */
record Outcomes(Map<Integer, List<Losses>> losses, Map<Integer, List<int[]>> answers) {
  /**
   * Losses of a question.
   *
   * @param ofLabels summed loss of the tokens of each label
   * @param ofTarget mean loss of the tokens of the training target
   * @param innerBefore mean loss of the facts before the inner steps; null without inner steps
   * @param innerAfter mean loss of the facts after the inner steps; null without inner steps
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Losses(
      double[] ofLabels,
      double ofTarget,
      @Nullable Double innerBefore,
      @Nullable Double innerAfter) {}

  /** Creates outcomes without tasks. */
  Outcomes() {
    this(new HashMap<>(), new HashMap<>());
  }

  /** Returns the outcomes of all processes. JSON keeps every bit of a number. */
  Outcomes gather(Peers peers) {
    if (peers.size() == 1) {
      return this;
    }
    Outcomes all = new Outcomes();
    try {
      for (String each : new PeerMessages(peers).gather(Json.PLAIN.writeValueAsString(this))) {
        Outcomes part = Json.PLAIN.readValue(each, Outcomes.class);
        all.losses.putAll(part.losses);
        all.answers.putAll(part.answers);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("outcomes of another process must be readable", e);
    }
    return all;
  }
}
