package org.reckoning.trainer.serving;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Answer of a served model to one question.
 *
 * @param tokens ids of the answer, with the end of text if it was reached
 * @param probability product of the probabilities of the tokens
 */
@SuppressWarnings("ArrayRecordComponent") // read only
public record ServedAnswer(int[] tokens, double probability) {
  /** Tolerance for rounding: a logarithm may be slightly above 0. */
  private static final double ROUNDING = 1e-4;

  /**
   * Reads the answers to all questions of a request.
   *
   * @param questions number of questions
   * @param newTokens number of tokens in the answers, with padding
   * @param vocabulary number of token ids
   * @throws IllegalArgumentException if the outputs are not such answers, with the reason
   */
  public static List<ServedAnswer> of(
      JsonNode outputs, int questions, int newTokens, int vocabulary) {
    JsonNode rows = list("answer_tokens", outputs, questions);
    int[] lengths = ints("answer_lengths", outputs.path("answer_lengths"), questions, newTokens);
    double[] probabilities = doubles("answer_probabilities", outputs, questions, 0, 1 + ROUNDING);
    List<ServedAnswer> answers = new ArrayList<>();
    for (int q = 0; q < questions; q++) {
      int[] row = ints("answer_tokens", rows.path(q), newTokens, vocabulary - 1);
      answers.add(new ServedAnswer(Arrays.copyOf(row, lengths[q]), Math.min(1, probabilities[q])));
    }
    return answers;
  }

  /**
   * Reads the log-probabilities of candidates, in their order.
   *
   * @throws IllegalArgumentException if the output is invalid, with the reason
   */
  public static double[] logProbabilities(JsonNode outputs, int candidates) {
    return doubles("log_probabilities", outputs, candidates, -Float.MAX_VALUE, ROUNDING);
  }

  /**
   * Reads the inner losses, before each step and after the last [K+1].
   *
   * @throws IllegalArgumentException if the output is invalid, with the reason
   */
  public static double[] innerLosses(JsonNode outputs, int innerSteps) {
    return doubles("inner_losses", outputs, innerSteps + 1, -ROUNDING, Float.MAX_VALUE);
  }

  private static JsonNode list(String output, JsonNode outputs, int size) {
    JsonNode list = outputs.path(output);
    if (!list.isArray() || list.size() != size) {
      throw wrong(output, "must be a list of %d".formatted(size), list);
    }
    return list;
  }

  private static int[] ints(String output, JsonNode list, int size, int most) {
    int[] numbers = new int[size];
    if (!list.isArray() || list.size() != size) {
      throw wrong(output, "must have lists of %d".formatted(size), list);
    }
    for (int i = 0; i < size; i++) {
      JsonNode each = list.path(i);
      numbers[i] = each.isIntegralNumber() && each.canConvertToInt() ? each.intValue() : -1;
      if (numbers[i] < 0 || numbers[i] > most) {
        throw wrong(output, "must have whole numbers from 0 to %d".formatted(most), each);
      }
    }
    return numbers;
  }

  private static double[] doubles(
      String output, JsonNode outputs, int size, double least, double most) {
    JsonNode list = list(output, outputs, size);
    double[] numbers = new double[size];
    for (int i = 0; i < size; i++) {
      JsonNode each = list.path(i);
      numbers[i] = each.isNumber() ? each.doubleValue() : Double.NaN;
      if (!(numbers[i] >= least && numbers[i] <= most)) {
        throw wrong(output, "must have " + range(least), each);
      }
    }
    return numbers;
  }

  private static String range(double least) {
    if (least == 0) {
      return "probabilities from 0 to 1";
    }
    return least < -1 ? "finite numbers up to 0" : "finite numbers from 0";
  }

  private static IllegalArgumentException wrong(String output, String required, JsonNode there) {
    String shown =
        there.isMissingNode() ? "is missing" : "has " + ServerJson.shortened(there.toString());
    return new IllegalArgumentException("output '%s' %s but %s".formatted(output, required, shown));
  }
}
