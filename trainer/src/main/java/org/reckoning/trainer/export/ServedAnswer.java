package org.reckoning.trainer.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a served model answered to one question.
 *
 * @param tokens ids of the answer, with the end of text if it was reached
 * @param probability product of the probabilities of the tokens
 */
@SuppressWarnings("ArrayRecordComponent") // read only
public record ServedAnswer(int[] tokens, double probability) {
  /** Reads the answers to all questions of a request. */
  public static List<ServedAnswer> of(JsonNode outputs) {
    JsonNode tokens = outputs.path("answer_tokens");
    List<ServedAnswer> answers = new ArrayList<>();
    for (int q = 0; q < tokens.size(); q++) {
      int[] row = ints(tokens.get(q));
      int length = outputs.path("answer_lengths").path(q).asInt();
      answers.add(
          new ServedAnswer(
              IntStream.of(row).limit(length).toArray(),
              outputs.path("answer_probabilities").path(q).asDouble()));
    }
    return answers;
  }

  /** Reads the log-probabilities of candidates, in their order. */
  public static double[] logProbabilities(JsonNode outputs) {
    return doubles(outputs.path("log_probabilities"));
  }

  /** Reads the inner losses, before each step and after the last. */
  public static double[] innerLosses(JsonNode outputs) {
    return doubles(outputs.path("inner_losses"));
  }

  private static int[] ints(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).asInt()).toArray();
  }

  private static double[] doubles(JsonNode list) {
    return IntStream.range(0, list.size()).mapToDouble(i -> list.get(i).asDouble()).toArray();
  }
}
