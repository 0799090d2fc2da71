package org.reckoning.trainer.progress;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.Timer;
import java.util.TimerTask;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows the progress of a run on standard error:
 *
 * <pre>
 * step 120/250  loss 0.412  inner 2.310 -> 0.850  accuracy 93.8 %  41.2k tokens/s  0:45 left
 * </pre>
 *
 * <p>On a terminal this line is rewritten in place, at most ten times a second, below permanent
 * lines. Other output to the terminal goes through {@link #message}.
 */
public final class ConsoleProgress implements TrainingListener {
  private static final long REDRAW_NANOS = 100_000_000;
  private static final long TICK_MILLIS = 1000;

  /** Time between two lines about an encoding in a file. */
  private static final long PLAIN_NANOS = 10_000_000_000L;

  /** Time between two lines about a series of runs in a file. */
  private static final long SERIES_NANOS = 60_000_000_000L;

  /** Switches off line breaks at the right margin: the terminal cuts a long line there. */
  private static final String NO_WRAP = "\u001b[?7l";

  private static final String WRAP = "\u001b[?7h";
  private static final String ERASE = "\r\u001b[K";
  private static final String BOLD = "\u001b[1m";
  private static final String NORMAL = "\u001b[0m";

  private final PrintStream out;
  private final ConsoleStyle style;
  private final LongSupplier nanoTime;

  private String live = ""; // the newest text of the live line; empty if there is none
  private long drawnAt;
  private @Nullable Pace pace;
  private @Nullable Pace encoding;
  private @Nullable Pace series; // null until its work grows
  private long seriesDone = -1; // newest work of the series; -1 before it
  private long writtenAt; // of the newest plain line about an encoding or a series
  private @Nullable Compilation compilation;

  /** The first reported step and its end, from which the remaining time is estimated. */
  private record Pace(long step, long nanos) {}

  /** A running compilation, its start, and the timer that shows the seconds. */
  private record Compilation(String what, long since, Timer timer) {}

  /**
   * @param out a terminal or a file
   */
  public ConsoleProgress(PrintStream out, ConsoleStyle style) {
    this(out, style, System::nanoTime);
  }

  ConsoleProgress(PrintStream out, ConsoleStyle style, LongSupplier nanoTime) {
    this.out = out;
    this.style = style;
    this.nanoTime = nanoTime;
  }

  /** Returns a display that shows nothing. */
  public static ConsoleProgress silent() {
    return new ConsoleProgress(
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
        new ConsoleStyle(ConsoleStyle.Display.QUIET, false, 1));
  }

  /** Writes a permanent line. */
  public synchronized void message(String text) {
    if (live.isEmpty()) {
      out.print(text + "\n");
    } else {
      out.print(ERASE + text + "\n" + NO_WRAP + live + WRAP);
    }
    out.flush();
  }

  @Override
  public String title() {
    return "the progress display";
  }

  /** Ends the live line, so that the next output begins a new line. */
  public synchronized void leaveLine() {
    if (!live.isEmpty()) {
      live = "";
      out.print("\n");
      out.flush();
    }
  }

  @Override
  public synchronized void started(RunStart start) {
    message(
        format(
            "%s: %s, %,d parameters, on %s",
            start.name(), start.method(), start.parameters(), start.device()));
    start.summary().lines().forEach(line -> message("  " + line));
    message("  writes to " + start.directory());
  }

  @Override
  public synchronized void compiling(String what) {
    endCompilation();
    switch (style.display()) {
      case LIVE -> {
        Timer timer = new Timer("compile time", /* isDaemon= */ true);
        compilation = new Compilation(what, nanoTime.getAsLong(), timer);
        tick();
        timer.schedule(
            new TimerTask() {
              @Override
              public void run() {
                tick();
              }
            },
            TICK_MILLIS,
            TICK_MILLIS);
      }
      case PLAIN -> message("compiling %s, steps begin when that is done".formatted(what));
      case QUIET -> {}
    }
  }

  /** Shows the time of the compilation so far. */
  synchronized void tick() {
    if (compilation != null) {
      double seconds = (nanoTime.getAsLong() - compilation.since()) / 1e9;
      draw("compiling %s, %s so far".formatted(compilation.what(), duration(seconds)));
    }
  }

  @Override
  public synchronized void compiled(String what, double seconds) {
    endCompilation();
    if (style.display() != ConsoleStyle.Display.QUIET) {
      message(format("compiled %s in %.1f s", what, seconds));
    }
  }

  @Override
  public synchronized void stepped(StepReport step) {
    long now = nanoTime.getAsLong();
    boolean first = pace == null;
    String text = describe(step, timeLeft(step, now));
    if (pace == null) {
      pace = new Pace(step.step(), now);
    }
    boolean last = step.step() == step.steps();
    switch (style.display()) {
      case LIVE -> {
        if (live.isEmpty() || last || now - drawnAt >= REDRAW_NANOS) {
          draw(text);
        } else {
          live = text;
        }
      }
      case PLAIN -> {
        if (first || last || step.step() % style.plainSteps() == 0) {
          message(text);
        }
      }
      case QUIET -> {}
    }
  }

  /**
   * Shows the progress of an encoding, and erases it at the end. The time begins with the first
   * micro-batch.
   *
   * @param microBatches number of micro-batches of facts so far, from 1
   * @param of number of all micro-batches
   */
  public synchronized void encoded(int microBatches, int of) {
    long now = nanoTime.getAsLong();
    if (encoding == null || microBatches <= encoding.step()) {
      encoding = new Pace(microBatches, now);
      writtenAt = now;
      return;
    }
    double left = secondsLeft(encoding, microBatches, of, now);
    String text =
        "encodes the facts, %d %%, %s left".formatted(100L * microBatches / of, duration(left));
    switch (style.display()) {
      case LIVE -> {
        if (microBatches < of && (live.isEmpty() || now - drawnAt >= REDRAW_NANOS)) {
          draw(text);
        } else if (microBatches == of && !live.isEmpty()) {
          erase();
        }
      }
      case PLAIN -> {
        if (microBatches < of && now - writtenAt >= PLAIN_NANOS) {
          writtenAt = now;
          message(text);
        }
      }
      case QUIET -> {}
    }
  }

  /**
   * Shows the progress of a series of runs. The time begins when the work first grows, as processes
   * start and compile before, and begins again if work is lost. The time left is estimated from a
   * hundredth of the remaining work on.
   *
   * @param text about the series
   * @param done work so far, in any unit
   * @param of all work
   */
  public synchronized void advanced(String text, long done, long of) {
    long now = nanoTime.getAsLong();
    if (seriesDone < 0) {
      writtenAt = now;
    } else if (done < seriesDone) {
      series = null;
    } else if (series == null && done > seriesDone) {
      series = new Pace(done, now);
    }
    seriesDone = done;
    String line =
        series != null
                && done < of
                && done > series.step()
                && 100 * (done - series.step()) >= of - series.step()
            ? text + ", about " + duration(secondsLeft(series, done, of, now)) + " left"
            : text;
    switch (style.display()) {
      case LIVE -> draw(line);
      case PLAIN -> {
        if (now - writtenAt >= SERIES_NANOS) {
          writtenAt = now;
          message(line);
        }
      }
      case QUIET -> {}
    }
  }

  @Override
  public synchronized void evaluated(EvaluationReport report) {
    StringJoiner metrics = new StringJoiner("  ");
    report.metrics().forEach((name, value) -> metrics.add(name + " " + number(value)));
    message(
        format(
            "step %d  %s of %s: %s  (%.1f s)",
            report.step(),
            report.split(),
            report.method(),
            style.bold() ? BOLD + metrics + NORMAL : metrics,
            report.seconds()));
    if (!report.leftOut().isEmpty()) {
      message(
          "step %d  %s of %s: left out as too long, and in no metric: %s"
              .formatted(
                  report.step(),
                  report.split(),
                  report.method(),
                  String.join(", ", report.leftOut())));
    }
  }

  @Override
  public synchronized void saved(Path checkpoint, long step) {
    message("step %d  saved %s".formatted(step, checkpoint));
  }

  @Override
  public synchronized void finished(RunEnd end) {
    endCompilation();
    if (!live.isEmpty()) {
      draw(live); // the newest text remains
      live = "";
      out.print("\n");
    }
    message(
        "finished after %d steps in %s: %s"
            .formatted(end.steps(), duration(end.seconds()), end.why()));
  }

  private void draw(String text) {
    live = text;
    drawnAt = nanoTime.getAsLong();
    out.print(ERASE + NO_WRAP + text + WRAP);
    out.flush();
  }

  private void endCompilation() {
    if (compilation != null) {
      compilation.timer().cancel();
      compilation = null;
      erase();
    }
  }

  private void erase() {
    live = "";
    out.print(ERASE);
    out.flush();
  }

  /** Returns the remaining seconds, evaluations included; NaN after the first step. */
  private double timeLeft(StepReport step, long now) {
    if (pace == null || step.step() <= pace.step()) {
      return Double.NaN;
    }
    return secondsLeft(pace, step.step(), step.steps(), now);
  }

  private static double secondsLeft(Pace since, long step, long steps, long now) {
    double perStep = (now - since.nanos()) / 1e9 / (step - since.step());
    return perStep * (steps - step);
  }

  private static String describe(StepReport step, double timeLeft) {
    StringJoiner text = new StringJoiner("  ");
    text.add("step %d/%d".formatted(step.step(), step.steps()));
    text.add("loss " + number(step.outerLoss()));
    if (!Double.isNaN(step.innerLossBefore())) {
      text.add(
          "inner %s -> %s"
              .formatted(number(step.innerLossBefore()), number(step.innerLossAfter())));
    }
    text.add(format("accuracy %.1f %%", 100 * step.tokenAccuracy()));
    text.add(rate(step.tokensPerSecond()) + " tokens/s");
    if (!Double.isNaN(timeLeft)) {
      text.add(duration(timeLeft) + " left");
    }
    return text.toString();
  }

  private static String number(double value) {
    double size = Math.abs(value);
    return size != 0 && (size < 1e-3 || size >= 1e4)
        ? format("%.2e", value)
        : format("%.3f", value);
  }

  private static String rate(double perSecond) {
    return perSecond < 10_000 ? format("%.0f", perSecond) : format("%.1fk", perSecond / 1000);
  }

  /** Returns hours (if any), minutes and seconds, such as {@code 1:02:03} and {@code 0:45}. */
  private static String duration(double seconds) {
    long all = Math.round(seconds);
    long hours = all / 3600;
    long minutes = all % 3600 / 60;
    return hours > 0
        ? format("%d:%02d:%02d", hours, minutes, all % 60)
        : format("%d:%02d", minutes, all % 60);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
