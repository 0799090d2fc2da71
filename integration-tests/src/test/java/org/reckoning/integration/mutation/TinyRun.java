package org.reckoning.integration.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.reckoning.trainer.server.ModelServer;

/**
 * A run of two steps and a server of its export.
 *
 * @param run directory of the run
 * @param export directory of the served version
 * @param server server of the export
 */
record TinyRun(Path run, Path export, ModelServer server) implements AutoCloseable {
  static final String FACT = "The son of Alice is Michael";
  static final String QUESTION = "How are Mary and Alice related to each other ?";
  static final int INNER_STEPS = 2;

  /** Trains and exports a run through the command line. */
  static TinyRun train(Path directory) throws IOException {
    requireDone(
        Commands.run(
            List.of(
                "train",
                "experiment=quickstart",
                "xla=off",
                "n_inner_iter=" + INNER_STEPS,
                "model.n_layer=1",
                "model.n_embd=16",
                "train_batch_size=4",
                "max_steps=2",
                "save_steps=2",
                "eval_steps=null",
                "monitor=acc_scored",
                "generate=false",
                "max_new_tokens=4",
                "baselines=[]",
                "tensorboard=false",
                "data.train_tasks=100",
                "data.val_tasks=2",
                "data.test_tasks=2",
                "output_dir=" + directory)));
    Path run;
    try (Stream<Path> runs = Files.list(directory.resolve("quickstart"))) {
      run = runs.findFirst().orElseThrow();
    }
    Path model = directory.resolve("tiny");
    requireDone(Commands.run(List.of("export", "--run=" + run, "--to=" + model)));
    Path export = model.resolve("1");
    return new TinyRun(run, export, ModelServer.start("tiny", export, 0));
  }

  /** Returns the name of the best checkpoint. */
  String best() throws IOException {
    try (Stream<Path> all = Files.list(run.resolve("checkpoints"))) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("best-"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Returns a command line that sends questions about the export to the server. */
  List<String> ask(String... words) {
    return Stream.concat(
            Stream.of("ask", "--run=" + export, "--server=" + server.address()), Stream.of(words))
        .toList();
  }

  /** Copies the directory of the run. */
  Path copyTo(Path target) throws IOException {
    copy(run, target);
    return target;
  }

  /** Copies a directory. */
  static void copy(Path from, Path to) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(from)) {
      all = walk.toList();
    }
    for (Path each : all) {
      Path target = to.resolve(from.relativize(each));
      if (Files.isDirectory(each)) {
        Files.createDirectories(target);
      } else {
        Files.copy(each, target);
      }
    }
  }

  private static void requireDone(Outcome outcome) {
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  @Override
  public void close() {
    server.close();
  }
}
