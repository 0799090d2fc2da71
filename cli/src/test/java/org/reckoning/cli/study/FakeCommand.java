package org.reckoning.cli.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Stands for this program in a child process: writes results at once, or does what a file says. */
final class FakeCommand {
  private FakeCommand() {}

  /**
   * Does a command.
   *
   * @param args as {@code train}, {@code eval} and {@code bench encoding} take them
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> words = List.of(args);
    if (words.get(0).equals("bench")) {
      time(Path.of(words.get(3)), words.subList(4, words.size()));
      return;
    }
    boolean trains = words.get(0).equals("train");
    Path run = Path.of(trains ? words.get(2).substring("resume=".length()) : words.get(2));
    Path fail = run.resolve("fail");
    if (Files.exists(fail)) {
      String reason = Files.readString(fail);
      System.err.println(reason.isEmpty() ? "the loss is not finite" : reason);
      System.exit(1);
    }
    if (Files.exists(run.resolve("wait"))) {
      Files.createFile(run.resolve("waits"));
      Thread.sleep(60_000);
    }
    if (Files.exists(run.resolve("signal"))) { // as a signal to all processes of a terminal
      Files.createFile(run.resolve("signalled"));
      System.exit(143);
    }
    String row =
        """
        {"method": "reckoning", "hops": 2, "problems": 4,
         "metrics": {"loss": 0.5, "acc_scored": 0.5}, "scored": {"low": 0, "high": 1}}""";
    Path file = run.resolve(trains ? "results.json" : "examinations/" + words.get(4) + ".json");
    Files.createDirectories(run.resolve("examinations"));
    Files.writeString(
        file,
        trains
            ? "{\"rows\": [%s]}".formatted(row)
            : "{\"words\": [\"%s\"], \"left_out\": 0, \"rows\": [%s]}"
                .formatted(words.get(5), row));
    System.out.println(String.join(" ", words.subList(0, trains ? 1 : 5)));
  }

  private static void time(Path file, List<String> words) throws IOException {
    Path fail = file.resolveSibling("fail");
    if (Files.exists(fail) && Files.readString(fail).equals(file.getFileName().toString())) {
      System.err.println("no memory");
      System.exit(1);
    }
    Files.writeString(
        file,
        """
        {"model": "tiny", "questions": 2, "counts": [1],
         "ways": {"again": {"compilation": 1, "encoding": null, "question": 1.5, "batch": null}}}""");
    System.out.println(String.join(" ", words));
  }
}
