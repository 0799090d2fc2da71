package org.reckoning.trainer.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.trainer.progress.ConsoleStyle.Display;

class ConsoleStyleTest {
  static Stream<Arguments> choices() {
    return Stream.of(
        Arguments.of(true, false, Map.of(), Display.LIVE, true),
        Arguments.of(true, false, Map.of("CI", "false", "NO_COLOR", ""), Display.LIVE, true),
        Arguments.of(true, false, Map.of("NO_COLOR", "1"), Display.LIVE, false),
        Arguments.of(true, false, Map.of("CI", "true"), Display.PLAIN, false),
        Arguments.of(true, false, Map.of("TERM", "dumb"), Display.PLAIN, false),
        Arguments.of(false, false, Map.of(), Display.PLAIN, false),
        Arguments.of(false, true, Map.of(), Display.QUIET, false),
        Arguments.of(true, true, Map.of(), Display.QUIET, true));
  }

  @ParameterizedTest
  @MethodSource("choices")
  void choose_heedsTerminalFlagAndEnvironment(
      boolean terminal,
      boolean noProgress,
      Map<String, String> environment,
      Display display,
      boolean bold) {
    assertThat(ConsoleStyle.choose(terminal, noProgress, environment, 5))
        .isEqualTo(new ConsoleStyle(display, bold, 5));
  }

  @Test
  void plainSteps_ofZero_fails() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConsoleStyle(Display.PLAIN, false, 0))
        .withMessage("log_steps (0) must be 1 or more");
  }
}
