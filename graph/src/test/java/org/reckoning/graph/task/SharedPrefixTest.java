package org.reckoning.graph.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.program.Micro;

class SharedPrefixTest {
  private static final TokenSequence FACT = TokenSequence.of(new int[] {1, 2}, 1);

  /** The vertical bar ends a prompt. */
  @ParameterizedTest
  @CsvSource({
    "3 4 5 | 6, 3 4 7 | 6, 3 4", // up to the first difference
    "3 4 5 | 6, 3 4 5 | 7, 3 4", // a token of the prompt is left
    "3 4 5 | 6, 3 4 5 6 | 7, 3 4",
    "3 4 5 | 6, 4 | 6, ''",
  })
  void sharedPrefix_isWhatAllPromptsBeginWith(String first, String second, String prefix) {
    Task task = Task.of(List.of(FACT), List.of(sequence(first), sequence(second)));
    Task cut = task.withSharedPrefix();

    int[] want = tokens(prefix);
    assertThat(cut.prefix().length()).isEqualTo(want.length);
    for (int q = 0; q < 2; q++) {
      TokenSequence whole = task.questions().get(q);
      TokenSequence rest = cut.questions().get(q);
      assertThat(rest.length()).isEqualTo(whole.length() - want.length);
      for (int t = 0; t < rest.length(); t++) {
        assertThat(rest.token(t)).isEqualTo(whole.token(want.length + t));
        assertThat(rest.span(t)).isEqualTo(whole.span(want.length + t));
      }
    }
    TaskShape shape = new TaskShape(2, 1, 2, 2, 8, 3);
    TaskBatch batch = TaskBatch.of(shape, Micro.MODEL, List.of(cut));
    assertThat(batch.prefixTokens()).containsExactly(Arrays.copyOf(want, 6));
    assertThat(batch.prefixLengths()).containsExactly(want.length, 0);
    assertThat(batch.tokens())
        .isEqualTo(
            2 + cut.questions().stream().mapToInt(TokenSequence::length).sum() + want.length);
  }

  @Test
  void prefix_ofATaskThatHasOne_isRefused() {
    TokenSequence question = sequence("3 4 5 | 6");
    Task cut = Task.of(List.of(FACT), List.of(question)).withSharedPrefix();
    assertThatIllegalStateException()
        .isThrownBy(cut::withSharedPrefix)
        .withMessage("a task with a prefix (2 tokens) cannot get another one");
    assertThatIllegalStateException().isThrownBy(() -> cut.withPrefix(Prefix.of(5)));
  }

  private static TokenSequence sequence(String text) {
    return TokenSequence.of(
        tokens(text.replace("| ", "")), text.substring(0, text.indexOf('|')).split(" ").length);
  }

  private static int[] tokens(String text) {
    return text.isEmpty()
        ? new int[0]
        : Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
  }
}
