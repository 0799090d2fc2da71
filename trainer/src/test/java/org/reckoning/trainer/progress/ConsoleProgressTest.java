package org.reckoning.trainer.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.reckoning.trainer.progress.ConsoleStyle.Display;

class ConsoleProgressTest {
  private static final String STEP_1 =
      "step 1/4  loss 0.500  inner 2.000 -> 1.000  accuracy 25.0 %  1200 tokens/s";
  private static final String STEP_2 = STEP_1.replace("step 1", "step 2") + "  0:20 left";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long nanos;

  @Test
  void plainRun_isReadableAsAFile() {
    ConsoleProgress progress = progress(Display.PLAIN, false, 2);
    progress.started(Reports.start(Path.of("outputs", "demo")));
    progress.compiling("training step");
    progress.compiled("training step", 12.34);
    for (int step = 1; step <= 4; step++) {
      progress.stepped(Reports.step(step));
      nanos += 10_000_000_000L;
    }
    progress.evaluated(Reports.evaluation(4, "reckoning"));
    progress.saved(Path.of("outputs", "step-4"), 4);
    progress.finished(Reports.end());
    assertThat(written())
        .isEqualTo(
            """
            demo: reckoning, 12,345 parameters, on CPU:0
              2 layers
              K = 4
              writes to outputs/demo
            compiling training step, steps begin when that is done
            compiled training step in 12.3 s
            step 1/4  loss 0.500  inner 2.000 -> 1.000  accuracy 25.0 %  1200 tokens/s
            step 2/4  loss 0.500  inner 2.000 -> 1.000  accuracy 25.0 %  1200 tokens/s  0:20 left
            step 4/4  loss 0.500  inner 2.000 -> 1.000  accuracy 25.0 %  1200 tokens/s  0:00 left
            step 4  val of reckoning: exact_match 0.750  acc_label 0.875  (1.5 s)
            step 4  saved outputs/step-4
            finished after 4 steps in 1:02:03: all steps are done
            """);
  }

  @Test
  void quietRun_showsNoSteps() {
    ConsoleProgress progress = progress(Display.QUIET, false, 1);
    progress.compiling("training step");
    progress.compiled("training step", 12.34);
    progress.stepped(Reports.step(1));
    progress.evaluated(Reports.evaluation(1, "reckoning"));
    assertThat(written())
        .isEqualTo("step 1  val of reckoning: exact_match 0.750  acc_label 0.875  (1.5 s)\n");
  }

  @Test
  void evaluation_namesTheTasksThatItLeftOut() {
    progress(Display.PLAIN, false, 1)
        .evaluated(
            new EvaluationReport(
                7, "test", "no_facts", Map.of(), List.of("a-1", "b-2"), 1, List.of()));
    assertThat(written())
        .endsWith("step 7  test of no_facts: left out as too long, and in no metric: a-1, b-2\n");
  }

  @Test
  void step_withoutInnerLoop_showsNoInnerLoss() {
    progress(Display.PLAIN, false, 1).stepped(Reports.stepWithoutInnerLoop(1));
    assertThat(written()).isEqualTo("step 1/4  loss NaN  accuracy 25.0 %  120.0k tokens/s\n");
  }

  @Test
  void smallAndLargeNumbers_areInPowersOfTen() {
    StepReport step = new StepReport(1, 4, 12_345, List.of(0.0, -1e-4), 1, 0, 0, 0, 1, 1, 1);
    progress(Display.PLAIN, false, 1).stepped(step);
    assertThat(written())
        .isEqualTo(
            "step 1/4  loss 1.23e+04  inner 0.000 -> -1.00e-04  accuracy 100.0 %  1 tokens/s\n");
  }

  @Test
  void liveLine_isDrawnTenTimesASecondAtMost() {
    ConsoleProgress progress = progress(Display.LIVE, false, 1);
    progress.stepped(Reports.step(1));
    String first = written();
    assertThat(first).contains(STEP_1).startsWith("\r").doesNotContain("\n");
    nanos += 99_000_000;
    progress.stepped(Reports.step(2));
    assertThat(written()).isEqualTo(first);
    nanos += 1_000_000;
    progress.stepped(Reports.step(3));
    assertThat(written()).startsWith(first).contains("step 3/4");
    progress.stepped(Reports.step(4)); // the last one is always seen
    assertThat(written()).contains("step 4/4");
  }

  @Test
  void liveLine_standsBelowWhatStays() {
    ConsoleProgress progress = progress(Display.LIVE, true, 1);
    progress.stepped(Reports.step(1));
    nanos += 10_000_000_000L;
    progress.stepped(Reports.step(2));
    progress.evaluated(Reports.evaluation(2, "reckoning"));
    progress.message("a message");
    progress.finished(Reports.end());
    assertThat(written()).contains("\u001b[1mexact_match 0.750  acc_label 0.875\u001b[0m");
    assertThat(screen())
        .isEqualTo(
            """
            step 2  val of reckoning: exact_match 0.750  acc_label 0.875  (1.5 s)
            a message
            %s
            finished after 4 steps in 1:02:03: all steps are done
            """
                .formatted(STEP_2));
  }

  @Test
  void compilation_showsItsSecondsAndGoesAway() {
    ConsoleProgress progress = progress(Display.LIVE, false, 1);
    progress.compiling("training step");
    assertThat(screen()).isEqualTo("compiling training step, 0:00 so far");
    nanos += 61_000_000_000L;
    progress.tick();
    assertThat(screen()).isEqualTo("compiling training step, 1:01 so far");
    progress.compiled("training step", 61.5);
    progress.tick();
    assertThat(screen()).isEqualTo("compiled training step in 61.5 s\n");
  }

  @Test
  void compilation_countsByItself() throws InterruptedException {
    ConsoleProgress progress = progress(Display.LIVE, false, 1);
    progress.compiling("training step");
    int before = written().length();
    for (int i = 0; i < 100 && written().length() == before; i++) {
      Thread.sleep(100);
    }
    assertThat(written().length()).isGreaterThan(before);
    progress.compiled("training step", 1);
  }

  @Test
  void encoding_onATerminal_isOneLineThatGoesAway() {
    ConsoleProgress progress = progress(Display.LIVE, false, 1);
    encode(progress, 1, 50);
    assertThat(screen()).isEqualTo("encodes the facts, 50 %, 1:40 left");
    String half = written();
    nanos -= 2_000_000_000L - 99_000_000;
    progress.encoded(51, 100); // too soon
    assertThat(written()).isEqualTo(half);
    encode(progress, 52, 100);
    assertThat(screen()).isEmpty();
    encode(progress, 1, 2); // another encoding
    assertThat(screen()).isEqualTo("encodes the facts, 2 %, 3:16 left");
  }

  @Test
  void encoding_inAFile_isALineNowAndThen() {
    ConsoleProgress progress = progress(Display.PLAIN, false, 1);
    encode(progress, 1, 13);
    assertThat(written())
        .isEqualTo(
            """
            encodes the facts, 6 %, 3:08 left
            encodes the facts, 11 %, 2:58 left
            """);
    progress(Display.QUIET, false, 1).encoded(1, 1);
    encode(progress(Display.QUIET, false, 1), 1, 100);
    assertThat(written()).hasLineCount(2);
  }

  /** 6 of 490 units take 2 minutes after the first growth. */
  @Test
  void series_estimatesTheTimeLeft_fromAHundredthOfTheRemainingWorkOn() {
    ConsoleProgress progress = progress(Display.PLAIN, false, 1);
    advance(progress, 500, 500, 500, 504, 505, 510, 1000); // resumed at half, compiles first
    assertThat(written())
        .isEqualTo(
            """
            500 of 1000
            500 of 1000
            504 of 1000
            505 of 1000
            510 of 1000, about 2:43:20 left
            1000 of 1000
            """);
  }

  @Test
  void series_thatLosesWork_beginsItsTimeAnew() {
    ConsoleProgress progress = progress(Display.PLAIN, false, 1);
    advance(progress, 0, 100, 200, 50, 60, 160);
    assertThat(written())
        .isEqualTo(
            """
            100 of 1000
            200 of 1000, about 8:00 left
            50 of 1000
            60 of 1000
            160 of 1000, about 8:24 left
            """);
  }

  /** Reports work of a series once a minute. */
  private void advance(ConsoleProgress progress, int... work) {
    for (int done : work) {
      progress.advanced(done + " of 1000", done, 1000);
      nanos += 60_000_000_000L;
    }
  }

  /** Reports micro-batches of 2 s. */
  private void encode(ConsoleProgress progress, int from, int to) {
    for (int i = from; i <= to; i++) {
      progress.encoded(i, 100);
      nanos += 2_000_000_000L;
    }
  }

  private ConsoleProgress progress(Display display, boolean bold, int plainSteps) {
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new ConsoleProgress(out, new ConsoleStyle(display, bold, plainSteps), () -> nanos);
  }

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Returns what a terminal shows in the end: {@code \r} and "erase to the right" start anew. */
  private String screen() {
    String text = Pattern.compile("[^\n]*\r\u001b\\[K").matcher(written()).replaceAll("");
    return Pattern.compile("\u001b\\[[0-9?]*[a-z]").matcher(text).replaceAll("");
  }
}
