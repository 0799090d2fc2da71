package org.reckoning.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyHintTest {
  @ParameterizedTest
  @CsvSource({
    "lr, learning_rate",
    "batch_size, train_batch_size",
    "steps, max_steps",
    "epochs, num_train_epochs",
    "momentum, inner_momentum",
    "beta1, adam_beta1",
    "dropout, inner_dropout",
    "rank, lora_rank",
    "sead, seed",
    "inner_lrr, inner_lr",
    "hops, data.hops",
    "distractor, data.distractors",
    "model.layer, model.n_layer",
    "data.tokens, data.max_tokens",
    "max_seq_length, data.max_tokens",
  })
  void hint_ofAnUnknownKey_isTheKeyThatWasMeant(String given, String key) {
    assertThat(KeyHint.of(given)).isEqualTo("; did you mean " + key + "?");
  }

  @Test
  void hint_ofAStrangeKey_isEmpty() {
    assertThat(KeyHint.of("gpu")).isEmpty();
    assertThat(KeyHint.of("qqqqqqqqqqqqqqqqqqqqqqqqq")).isEmpty();
  }
}
