package org.reckoning.trainer.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServedAnswerTest {
  private static final String GOOD =
      "{'answer_tokens':[[3,7,9]],'answer_lengths':[2],'answer_probabilities':[0.5],"
          + "'log_probabilities':[-1.5,-2],'inner_losses':[3,2,1.5]}";

  private static JsonNode json(String text) throws IOException {
    return ServerJson.ANSWERS.readTree(text.replace('\'', '"'));
  }

  @Test
  void outputs_ofARequest_areRead() throws IOException {
    JsonNode outputs = json(GOOD);
    assertThat(ServedAnswer.of(outputs, 1, 3, 10))
        .singleElement()
        .satisfies(
            answer -> {
              assertThat(answer.tokens()).containsExactly(3, 7);
              assertThat(answer.probability()).isEqualTo(0.5);
            });
    assertThat(ServedAnswer.logProbabilities(outputs, 2)).containsExactly(-1.5, -2);
    assertThat(ServedAnswer.innerLosses(outputs, 2)).containsExactly(3, 2, 1.5);
    JsonNode rounded = json(GOOD.replace("0.5", "1.0000001").replace("-1.5", "1e-7"));
    assertThat(ServedAnswer.of(rounded, 1, 3, 10).get(0).probability()).isEqualTo(1);
    assertThat(ServedAnswer.logProbabilities(rounded, 2)).containsExactly(1e-7, -2);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = '|',
      value = {
        "'answer_tokens'  | 'x'            | output 'answer_tokens' must be a list of 1 but is missing",
        "[[3,7,9]]        | [[3,7,9],[1,2,3]] | output 'answer_tokens' must be a list of 1 but has [[3,7,9],[1,2,3]]",
        "[[3,7,9]]        | []             | output 'answer_tokens' must be a list of 1 but has []",
        "[[3,7,9]]        | [3]            | output 'answer_tokens' must have lists of 3 but has 3",
        "[[3,7,9]]        | [[3,7]]        | output 'answer_tokens' must have lists of 3 but has [3,7]",
        "[[3,7,9]]        | [[3,10,9]]     | output 'answer_tokens' must have whole numbers from 0 to 9 but has 10",
        "[[3,7,9]]        | [[3,-1,9]]     | output 'answer_tokens' must have whole numbers from 0 to 9 but has -1",
        "[[3,7,9]]        | [[3,7,99999999999]] | output 'answer_tokens' must have whole numbers from 0 to 9 but has 99999999999",
        "[[3,7,9]]        | [[3,1.5,9]]    | output 'answer_tokens' must have whole numbers from 0 to 9 but has 1.5",
        "[[3,7,9]]        | [[3,'7',9]]    | output 'answer_tokens' must have whole numbers from 0 to 9 but has \"7\"",
        "[[3,7,9]]        | [[3,null,9]]   | output 'answer_tokens' must have whole numbers from 0 to 9 but has null",
        "[2]              | [4]            | output 'answer_lengths' must have whole numbers from 0 to 3 but has 4",
        "[2]              | 2              | output 'answer_lengths' must have lists of 1 but has 2",
        "[0.5]            | [NaN]          | output 'answer_probabilities' must have probabilities from 0 to 1 but has \"NaN\"",
        "[0.5]            | [1.5]          | output 'answer_probabilities' must have probabilities from 0 to 1 but has 1.5",
        "[0.5]            | [-0.5]         | output 'answer_probabilities' must have probabilities from 0 to 1 but has -0.5",
        "[0.5]            | ['0.5']        | output 'answer_probabilities' must have probabilities from 0 to 1 but has \"0.5\"",
        "[-1.5,-2]        | [-1.5]         | output 'log_probabilities' must be a list of 2 but has [-1.5]",
        "[-1.5,-2]        | [-1.5,0.5]     | output 'log_probabilities' must have finite numbers up to 0 but has 0.5",
        "[-1.5,-2]        | [-1.5,-Infinity] | output 'log_probabilities' must have finite numbers up to 0 but has \"-Infinity\"",
        "[-1.5,-2]        | [-1.5,-1e99]   | output 'log_probabilities' must have finite numbers up to 0 but has -1.0E99",
        "'inner_losses'   | 'x'            | output 'inner_losses' must be a list of 3 but is missing",
        "[3,2,1.5]        | [3,2]          | output 'inner_losses' must be a list of 3 but has [3,2]",
        "[3,2,1.5]        | [3,2,-1]       | output 'inner_losses' must have finite numbers from 0 but has -1",
        "[3,2,1.5]        | [3,2,null]     | output 'inner_losses' must have finite numbers from 0 but has null",
        "[3,2,1.5]        | [3,2,1e999]    | output 'inner_losses' must have finite numbers from 0 but has \"Infinity\"",
      })
  void outputs_thatContradictTheRequest_areRefused(String good, String bad, String sentence)
      throws IOException {
    assertThat(GOOD).contains(good);
    JsonNode outputs = json(GOOD.replace(good, bad));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              ServedAnswer.of(outputs, 1, 3, 10);
              ServedAnswer.logProbabilities(outputs, 2);
              ServedAnswer.innerLosses(outputs, 2);
            })
        .withMessage(sentence);
  }
}
