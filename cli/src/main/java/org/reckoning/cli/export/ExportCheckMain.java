package org.reckoning.cli.export;

import java.io.IOException;
import java.nio.file.Path;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.cli.process.ProcessStart;
import org.reckoning.trainer.export.ExportCheck;

/**
 * Answers the requests in a file with a SavedModel, as a child process of {@code export --check}.
 * The class stays a main class: a fresh process proves that the model needs nothing of the run.
 */
final class ExportCheckMain {
  static final String REQUESTS = "requests";
  static final String SECONDS = "seconds";
  static final String LOAD_SECONDS = "load_seconds";

  private ExportCheckMain() {}

  /**
   * Reports its results by {@link ChildJvm#report}.
   *
   * @param args SavedModel, file of requests, file of answers to write
   */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    try {
      ExportCheck.Answered answered =
          ExportCheck.answer(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
      ChildJvm.report(REQUESTS, answered.requests());
      ChildJvm.report(SECONDS, answered.seconds());
      ChildJvm.report(LOAD_SECONDS, answered.loadSeconds());
    } catch (IOException | RuntimeException e) {
      ChildJvm.reportFailure(e);
    }
  }
}
