package org.reckoning.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepSettingsTest {
  @Test
  void lists_areCombined_kChangesFirst() {
    StepSettings settings = parse("k=1,2 xla=off,segments mode=exact,first_order model=micro");

    assertThat(settings.programs())
        .extracting(p -> p.value("mode") + " " + p.value("xla") + " " + p.value("k"))
        .containsExactly(
            "exact off 1",
            "exact off 2",
            "exact segments 1",
            "exact segments 2",
            "first_order off 1",
            "first_order off 2",
            "first_order segments 1",
            "first_order segments 2");
    assertThat(settings.words(1)).containsExactly("model=micro", "mode=exact", "xla=off", "k=2");
    assertThat(settings.swept()).isEmpty();
  }

  @Test
  void sizesThatDifferFromTheModel_areNamed() {
    StepSettings settings = parse("n_layer=2 products=keep matmul_dtype=bfloat16");

    assertThat(settings.common())
        .contains("model=small", "products=keep", "matmul_dtype=bfloat16", "n_layer=2")
        .noneMatch(word -> word.startsWith("n_embd"));
  }

  @Test
  void otherLists_areNamed_andAdaptIsNone() {
    StepSettings settings = parse("optimizer=sgd,adamw model=micro adapt=h.*.mlp.*,ln_f.*");

    assertThat(settings.swept()).containsExactly("optimizer");
    assertThat(settings.programs()).hasSize(2);
    assertThat(settings.common())
        .containsExactly(
            "model=micro",
            "tasks=1",
            "facts=4",
            "fact_tokens=32",
            "questions=1",
            "question_tokens=32",
            "adapt=h.*.mlp.*,ln_f.*",
            "products=auto",
            "matmul_dtype=float32",
            "micro_facts=all",
            "task_groups=1",
            "steps=5");
  }

  @Test
  void defaults_areThoseOfTheDocumentation() {
    StepSettings settings = StepSettings.parse(List.of());

    assertThat(settings.programs()).hasSize(1);
    assertThat(settings.programs().get(0).integer("steps")).isEqualTo(5);
    assertThat(settings.peakSize()).isEqualTo(2048);
    assertThat(settings.limitSeconds()).isEqualTo(1800);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "step=3 | step is not a known key; did you mean steps?",
        "steps | steps must be given as steps=VALUE",
        "steps=0 | steps (0) must be at least 1",
        "steps=3,4 | steps (steps=3, steps=4) must be one number",
        "k=1,x | k (x) must be a whole number",
        "k=1,2 mode=exact,truncated2 | truncated steps (2) must be at most inner steps (1)",
        "xla=segment | xla (segment) must be one of segments, whole, off; did you mean segments?",
      })
  void badWord_isRejectedWithOneSentence(String words, String message) {
    assertThatThrownBy(() -> parse(words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }

  private static StepSettings parse(String words) {
    return StepSettings.parse(List.of(words.split(" ", -1)));
  }
}
