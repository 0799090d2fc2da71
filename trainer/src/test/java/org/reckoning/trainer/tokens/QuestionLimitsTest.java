package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionLimitsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          RECKONING | NUMBERED | 60  | up to 9 facts of 60 tokens, and questions of 60 tokens with the names of the facts and the answer; training has 2 facts of 11, questions of 39
          RECKONING | NUMBERED | 900 | up to 64 facts of 900 tokens, and questions of 900 tokens with the names of the facts and the answer; training has 2 facts of 11, questions of 39
          RECKONING | SHARED | 60 | any number of facts of 60 tokens, and questions of 60 tokens with the names of the facts and the answer; training has 2 facts of 11, questions of 36
          IN_CONTEXT | NUMBERED | 60 | up to 60 tokens for all facts, the question and the answer; training has 45
          NO_FACTS  | SHARED | 60  | questions of up to 60 tokens with the answer; training has 17
          """)
  void limits_areThoseOfPositionsAndFactNames(
      Method method, FactNames names, int tokens, String line) {
    Vocabulary vocabulary =
        new VocabularyBuilder().add(List.of(Problems.CLUTRR)).addFactNames(64).build();
    TaskEncoder encoder = new TaskEncoder(Tokenizer.gpt2(), vocabulary, method, true, names);
    EncodedTask task = encoder.encode(Problems.CLUTRR);
    QuestionLimits limits = QuestionLimits.of(method, names, vocabulary, tokens, List.of(task));

    assertThat(limits.toString()).isEqualTo(line);
    if (method.adapts() && names == FactNames.NUMBERED) {
      // one more fact name does not fit, or is not in the vocabulary
      int prompt = task.lengths().questionTokens() - 3 * 2;
      assertThat(limits.facts()).isEqualTo(Math.min(64, (tokens - prompt) / 3));
    }
  }
}
