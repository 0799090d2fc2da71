package org.reckoning.cli.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.gpt2.MatmulDtype;
import org.reckoning.graph.optimizer.AdamW;
import org.reckoning.graph.settings.Adaptation;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.settings.GradientMode;
import org.reckoning.graph.settings.InnerProducts;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.xla.XlaMode;

class ProgramSettingsTest {
  @Test
  void defaults_areGpt2SmallOnFourFacts() {
    assertThat(ProgramSettings.parse(List.of()).config())
        .isEqualTo(BilevelConfig.of(Gpt2Config.small(), 4, new TaskShape(1, 4, 32, 1, 32)));
  }

  @Test
  void everyKey_changesTheConfiguration() {
    BilevelConfig config =
        parse(
                "model=medium k=3 tasks=2 facts=5 fact_tokens=6 questions=7 question_tokens=8"
                    + " optimizer=adamw mode=truncated2 adapt=h.*.mlp.*,ln_f.* micro_facts=3"
                    + " products=keep matmul_dtype=bfloat16 xla=whole task_groups=2")
            .config();

    assertThat(config)
        .isEqualTo(
            BilevelConfig.of(Gpt2Config.medium(), 3, new TaskShape(2, 5, 6, 7, 8))
                .withInnerOptimizer(new AdamW())
                .withGradientMode(GradientMode.truncated(2))
                .withAdaptation(Adaptation.matching("h.*.mlp.*", "ln_f.*"))
                .withInnerProducts(InnerProducts.KEEP)
                .withMatmulDtype(MatmulDtype.BFLOAT16)
                .withInnerMicroFacts(3)
                .withXla(XlaMode.WHOLE)
                .withTaskGroups(2));
  }

  @Test
  void sizes_changeTheModel() {
    assertThat(parse("model=tiny n_layer=4 n_embd=96 n_head=6 vocab_size=74").config().model())
        .isEqualTo(new Gpt2Config(74, 128, 96, 4, 6, 384, 1e-5));
  }

  @Test
  void microFacts_areANumberOrChosenOrAll() {
    assertThat(parse("micro_facts=auto").config().innerMicroFacts()).isEqualTo(BilevelConfig.AUTO);
    assertThat(parse("micro_facts=all").config().innerMicroFacts()).isZero();
  }

  @Test
  void lora_adaptsFactorsOfTheAttention() {
    assertThat(parse("adapt=lora").config().adaptation())
        .isEqualTo(Adaptation.lora(8, 16, "attn.c_attn"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "model=smal | model (smal) must be one of micro, tiny, small, medium, large, xl;"
            + " did you mean small?",
        "model=bert | model (bert) must be one of micro, tiny, small, medium, large, xl",
        "optimizer=adam | optimizer (adam) must be one of sgd, momentum, adamw;"
            + " did you mean adamw?",
        "mode=trunc | mode (trunc) must be one of exact, first_order, truncated1, truncated2, ..;"
            + " did you mean truncated1?",
        "mode=truncated0 | mode (truncated0) must be one of exact, first_order, truncated1,"
            + " truncated2, ..; did you mean truncated1?",
        "mode=truncated9 | truncated steps (9) must be at most inner steps (4)",
        "xla=on | xla (on) must be one of segments, whole, off",
        "k=four | k (four) must be a whole number",
        "facts=0 | facts (0) must be at least 1",
        "fact_tokens=2000 | fact_tokens (2000) must be at most n_positions (1024)",
        "k | k must be given as k=VALUE",
        "modle=small | modle is not a known key; did you mean model?; known: model, k, tasks, facts,"
            + " fact_tokens, questions, question_tokens, optimizer, mode, adapt, products,"
            + " matmul_dtype, micro_facts, xla, task_groups, n_layer, n_embd, n_head, vocab_size",
        "micro_facts=0 | micro_facts (0) must be all, auto or a whole number of at least 1",
        "n_layer=x | n_layer (x) must be a whole number",
        "n_embd=100 | n_embd (100) must be divisible by n_head (12)",
        "task_groups=0 | task groups (0) must be at least 1",
        "k=x facts=y | k (x) must be a whole number; facts (y) must be a whole number",
      })
  void badWords_areNamedWithWhatIsKnownAndNearest(String words, String message) {
    assertThatThrownBy(() -> parse(words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void furtherKeys_areTheCallers() {
    ProgramSettings settings =
        ProgramSettings.parse(List.of("repeats=7"), Map.of("repeats", "5", "device", "cpu"));

    assertThat(settings.integer("repeats")).isEqualTo(7);
    assertThat(settings.value("device")).isEqualTo("cpu");
    assertThatThrownBy(() -> settings.integer("device"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device (cpu) must be a whole number");
    assertThatThrownBy(() -> settings.value("seed"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("seed is not a known key; known: model, ");
  }

  @Test
  void numbers_outOfRangeOrNone_areRejected() {
    ProgramSettings settings =
        ProgramSettings.parse(List.of("runs=0"), Map.of("runs", "5", "temperature", "0.8"));

    assertThat(settings.atLeast("runs", 0)).isZero();
    assertThatThrownBy(() -> settings.atLeast("runs", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("runs (0) must be at least 1");
    assertThat(settings.number("temperature")).isEqualTo(0.8);
    assertThatThrownBy(() -> settings.number("model"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("model (small) must be a number");
  }

  private static ProgramSettings parse(String words) {
    return ProgramSettings.parse(List.of(words.split(" ", -1)));
  }
}
