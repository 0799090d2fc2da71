package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.DataConfig;
import org.reckoning.trainer.config.DataConfig.DataSource;
import org.reckoning.trainer.data.FactOrder;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.formats.TaskReader;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;
import org.reckoning.trainer.data.kinship.KinshipGenerator;
import org.reckoning.trainer.data.theories.TheoryGenerator;

/** Generates or reads the data of a run: orders the facts, then cuts those that are too long. */
public final class SplitLoader {
  private final DataConfig config;
  private final long seed;
  private final Consumer<String> report;

  /**
   * @param seed of the generator, and of the order of facts
   * @param report takes a sentence about questions that are skipped
   */
  public SplitLoader(DataConfig config, long seed, Consumer<String> report) {
    this.config = config;
    this.seed = seed;
    this.report = report;
  }

  /**
   * Returns the three splits.
   *
   * @throws IOException if a file cannot be read, or has invalid lines, with each of them
   */
  public Splits load() throws IOException {
    return new Splits(
        split(Split.TRAIN, config.train(), config.trainTasks()),
        split(Split.VAL, config.val(), config.valTasks()),
        test());
  }

  /**
   * Returns the test split only.
   *
   * @throws IOException if a file cannot be read, or has invalid lines, with each of them
   */
  public List<ReasoningTask> test() throws IOException {
    return split(Split.TEST, config.test(), config.testTasks());
  }

  private List<ReasoningTask> split(Split split, @Nullable String file, @Nullable Integer most)
      throws IOException {
    Integer distractors = config.distractors();
    if (config.source() == DataSource.KINSHIP) {
      int told = Objects.requireNonNullElse(distractors, 0);
      FactOrder order = new FactOrder(config.loadOrder(), null, seed);
      return KinshipGenerator.of(config.hops(), told, seed)
          .withForms(config.forms())
          .withQuestions(split == Split.TRAIN ? config.trainQuestions() : 1)
          .tasks(split, Objects.requireNonNullElse(most, 0))
          .map(order)
          .map(config.segments())
          .toList();
    }
    FactOrder order = new FactOrder(config.loadOrder(), distractors, seed);
    if (config.source() == DataSource.THEORIES) {
      return new TheoryGenerator(config.theories(), seed)
          .withQuestions(split == Split.TRAIN ? config.trainQuestions() : 1)
          .tasks(split, Objects.requireNonNullElse(most, 0))
          .map(order)
          .map(config.segments())
          .toList();
    }
    List<ReasoningTask> tasks =
        read(path(split, file)).stream()
            .filter(task -> config.hops().isEmpty() || config.hops().contains(task.hops()))
            .limit(most == null ? Long.MAX_VALUE : most)
            .map(order)
            .map(config.segments())
            .toList();
    if (tasks.isEmpty()) {
      throw new IOException(
          "'%s' has no task with data.hops %s; an empty list takes all tasks"
              .formatted(path(split, file), config.hops()));
    }
    return tasks;
  }

  private Path path(Split split, @Nullable String file) throws IOException {
    if (file != null) {
      return Path.of(file);
    }
    String dataset = config.dataset();
    if (dataset == null) {
      throw new IOException(
          "data.%s (null) must be a file, or data.dataset must be a directory with %s.jsonl in"
                  .formatted(split, split)
              + " data.data_dir ('%s')".formatted(config.dataDir()));
    }
    Path directory = Path.of(config.dataDir()).resolve(dataset);
    Path named = directory.resolve(split + ".jsonl");
    Path alias = directory.resolve("dev.jsonl");
    return split == Split.VAL && !Files.exists(named) && Files.exists(alias) ? alias : named;
  }

  private List<ReasoningTask> read(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new IOException(
          "'%s' must be a readable file; set data.data_dir, data.dataset or data.train,"
                  .formatted(file)
              + " data.val and data.test");
    }
    List<ReasoningTask> tasks = new ArrayList<>();
    DataProblems problems =
        TaskReader.of(config.format(), config.datasetType()).read(file, tasks::add);
    if (!problems.isEmpty()) {
      throw new IOException(
          String.join(System.lineSeparator(), problems.lines())
              + System.lineSeparator()
              + "correct or remove these lines; 'reckoning data validate %s' lists them"
                  .formatted(file));
    }
    problems.lines().forEach(report);
    return tasks;
  }
}
