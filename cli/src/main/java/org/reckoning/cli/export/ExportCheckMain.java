package org.reckoning.cli.export;

import java.io.IOException;
import java.nio.file.Path;
import org.reckoning.trainer.export.ExportCheck;

/** Answers the requests of a file with a SavedModel, in a process that knows of nothing else. */
final class ExportCheckMain {
  static final String REQUESTS = "requests";
  static final String SECONDS = "seconds";
  static final String LOAD_SECONDS = "load_seconds";

  private ExportCheckMain() {}

  public static void main(String[] args) {
    ProcessStart.prepare(args);
    try {
      ExportCheck.Answered answered =
          ExportCheck.answer(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
      ChildJvm.say(REQUESTS, answered.requests());
      ChildJvm.say(SECONDS, answered.seconds());
      ChildJvm.say(LOAD_SECONDS, answered.loadSeconds());
    } catch (IOException | RuntimeException e) {
      ChildJvm.fail(e);
    }
  }
}
