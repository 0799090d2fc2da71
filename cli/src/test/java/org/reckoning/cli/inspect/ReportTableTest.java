package org.reckoning.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.cli.program.ProgramSettings;
import org.reckoning.graph.inspect.ProgramReport;
import org.reckoning.graph.program.BilevelProgram;
import org.tensorflow.types.TFloat32;

class ReportTableTest {

  @Test
  void report_hasItsStableParts() {
    assertThat(print("model=micro k=2 xla=off products=recompute"))
        .startsWith(
            """
            program
              model       GPT-2 of 1 layers, width 16, 2 heads, 64 tokens, 32 positions
              inner loop  K = 2, Sgd[weightDecay=0.0], exact
              pass        tasks 1, facts 4 x 32 tokens, questions 1 x 32 tokens
              products    recomputed by pullbacks
              XLA         off

            parameters, one copy each
                                         tensors  numbers     bytes
              all                             16    4,848  19.39 kB
              adapted by the inner loop       16    4,848  19.39 kB
              trained by the outer loop       16    4,848  19.39 kB
              constant                         0        0       0 B
              inner rates, learned             1       32     128 B

            floating-point operations before XLA's optimizations; exp, tanh, .. count as one
            """)
        .containsPattern("\n  inner_step +2 +2 +[0-9,]+  3\\.908 M .* 7\\.815 M ")
        .containsPattern("\n  inner_step_pullback +2 +0 +[0-9,]+  11\\.72 M .* 23\\.45 M ")
        .containsPattern("\n  training step +[0-9,]+ +33\\.54 M +[0-9.]+ M  100\\.0%\n")
        .containsPattern("\n  inner_step_[0-9a-f]{12} +20\\.50 kB  19\\.40 kB\n")
        .containsPattern("\n  inner_step\n    [A-Z][A-Za-z0-9]+ [0-9]+, ")
        .containsPattern("\n  inner_step +32\\.77 kB +[0-9]+ +\\[1, 128, 64\\] +facts/h\\.0/mlp/")
        .contains(
            """

              weights      19.39 kB
              inner_rates     128 B
            """)
        .containsPattern("\n  inner_1 -> outer +40\\.36 kB  \\+19\\.40 kB +2\\.08\n")
        .endsWith(
            """
              peak: 40.36 kB (40,364 bytes), at inner_1 -> outer
              each further inner step adds: 19,396 bytes = 1.00 copies
            """);
  }

  /** No step reads the optimizer's state after the last step, which would distort the numbers. */
  @ParameterizedTest
  @CsvSource({
    "optimizer=sgd k=2, 'each further inner step adds: 19,396 bytes = 1.00 copies'",
    "optimizer=adamw k=4, 'each further inner step adds: 19,332 bytes = 1.00 copies'",
    "optimizer=adamw k=2, copies",
    "optimizer=momentum k=2, copies",
  })
  void addedByInnerSteps_isWithoutTheLastOfAnOptimizerWithState(String words, String sentence) {
    assertThat(
            print("model=micro xla=off products=recompute " + words)
                .lines()
                .filter(line -> line.contains("adds")))
        .allSatisfy(line -> assertThat(line.strip()).isEqualTo(sentence))
        .hasSize(sentence.startsWith("each") ? 1 : 0);
  }

  @Test
  void keptProducts_areNamedWithTheirBytes() {
    assertThat(print("model=micro k=1 xla=off"))
        .containsPattern(
            "\n  products    kept for pullbacks, [0-9,]+ bytes an inner step .auto.\n");
  }

  @Test
  void taskGroups_areCalledParallel() {
    ProgramSettings settings =
        ProgramSettings.parse(List.of("model=micro", "k=1", "tasks=2", "xla=off"));
    try (BilevelProgram<TFloat32> program =
        BilevelProgram.build(settings.config().withTaskGroups(2), TFloat32.class)) {
      assertThat(ReportTable.print(ProgramReport.of(program, settings.shape()), Map.of()))
          .endsWith("groups run in parallel but are listed in sequence: more may be alive\n");
    }
    assertThat(print("model=micro k=1 tasks=2 xla=off")).doesNotContain("in parallel");
  }

  @ParameterizedTest
  @CsvSource({
    "micro_facts=all, 'facts 4 x 32 tokens, questions'",
    "micro_facts=4, 'facts 4 x 32 tokens, questions'",
    "micro_facts=2, 'facts 4 x 32 tokens, 2 at a time, questions'",
    "micro_facts=auto, 'facts 4 x 32 tokens, all at a time (auto), questions'",
  })
  void microBatches_areNamed(String word, String facts) {
    assertThat(print("model=micro k=1 xla=off " + word)).contains(facts);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model=micro k=3 mode=truncated1 optimizer=adamw xla=off",
        "model=tiny k=2 xla=whole tasks=2",
        "model=micro k=2 xla=off micro_facts=2",
      })
  void report_isPlainTextOfAHundredColumns(String words) {
    assertThat(print(words).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100).matches("[ -~]*[!-~]|"));
  }

  private static String print(String words) {
    ProgramSettings settings = ProgramSettings.parse(List.of(words.split(" ", -1)));
    try (BilevelProgram<TFloat32> program =
        BilevelProgram.build(settings.config(), TFloat32.class)) {
      return ReportTable.print(ProgramReport.of(program, settings.shape()), Map.of());
    }
  }
}
