package org.reckoning.trainer.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.reckoning.trainer.config.DefaultRun;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.serving.ServingRequest;
import org.reckoning.trainer.training.TrainingRun;

/** A run of some steps of a tiny model, without XLA. */
public final class TrainedRun {
  private TrainedRun() {}

  /** Returns its configuration. */
  public static RunConfig config() {
    return DefaultRun.config()
        .with("xla", "off")
        .with("n_inner_iter", 2)
        .with("model.n_layer", 1)
        .with("model.n_embd", 16)
        .with("train_batch_size", 4)
        .with("max_steps", 3)
        .with("eval_steps", 3)
        .with("eval_batch_size", 4)
        .with("eval_tasks", 2)
        .with("save_steps", 3)
        .with("max_new_tokens", 4)
        .with("data.distractors", 1)
        .with("data.train_tasks", 12)
        .with("data.val_tasks", 4)
        .with("data.test_tasks", 5)
        .with("data.max_buckets", 1);
  }

  /** Trains into a directory. */
  public static Path into(Path directory) throws IOException {
    return into(directory, config());
  }

  /** Trains a configuration into a directory. */
  public static Path into(Path directory, RunConfig config) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve(RunDirectory.CONFIG), config.yaml());
    var splits = new SplitLoader(config.data(), config.seed(), line -> {}).load();
    try (TrainingRun run = TrainingRun.prepare(config, splits, directory)) {
      run.train(new TrainingListener() {}, "CPU:0", () -> false);
    }
    return directory;
  }

  /** Returns a request for answers to the first test problem of a run. */
  public static ServingRequest request(Path directory) throws IOException {
    ExportedRun run = ExportedRun.open(directory, line -> {});
    return ServingProblem.of(run.encoder(), run.test().get(0)).answer();
  }
}
