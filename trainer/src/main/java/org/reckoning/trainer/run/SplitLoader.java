package org.reckoning.trainer.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.config.DataConfig;
import org.reckoning.trainer.config.DataConfig.DataSource;
import org.reckoning.trainer.data.FactOrder;
import org.reckoning.trainer.data.FactOrder.LoadOrder;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.TaskGenerator;
import org.reckoning.trainer.data.formats.ClutrrPeople;
import org.reckoning.trainer.data.kinship.KinshipGenerator;
import org.reckoning.trainer.data.needles.NeedleGenerator;
import org.reckoning.trainer.data.theories.TheoryGenerator;
import org.reckoning.trainer.tokens.FactSegments;

/** Generates or reads the data of a run: orders the facts, then cuts those that are too long. */
public final class SplitLoader {
  private final DataConfig config;
  private final long seed;
  private final Consumer<String> report;
  private @Nullable KinshipGenerator kinship;

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

  /**
   * Returns tasks with every word that the generator can say; none if the data are files.
   *
   * @see TaskGenerator#lexicon
   */
  List<ReasoningTask> lexicon() throws IOException {
    return generator(Split.TRAIN).map(TaskGenerator::lexicon).orElse(List.of());
  }

  /** Returns the generator of a split; empty if the data are files. */
  private Optional<TaskGenerator> generator(Split split) throws IOException {
    int questions = split == Split.TRAIN ? config.trainQuestions() : 1;
    return switch (config.source()) {
      case KINSHIP -> Optional.of(kinship().withQuestions(questions));
      case NEEDLES -> Optional.of(needles(kinship().withQuestions(questions)));
      case THEORIES ->
          Optional.of(new TheoryGenerator(config.theories(), seed).withQuestions(questions));
      case FILES -> Optional.empty();
    };
  }

  private boolean isKinship() {
    return config.source() == DataSource.KINSHIP || config.source() == DataSource.NEEDLES;
  }

  private NeedleGenerator needles(KinshipGenerator kinship) {
    Integer segment = config.segmentTokens();
    return new NeedleGenerator(
        kinship,
        seed,
        new NeedleGenerator.Text(
            Objects.requireNonNull(config.contextTokens(), "checked with the configuration"),
            config.variedContext(),
            segment == null ? 0 : segment - FactSegments.PROMPT_TOKENS,
            config.needlesPart()));
  }

  /** Returns the generator of all splits; a file of names is read once. */
  private KinshipGenerator kinship() throws IOException {
    if (kinship == null) {
      kinship = newKinship();
    }
    return kinship;
  }

  private KinshipGenerator newKinship() throws IOException {
    int distractors = Objects.requireNonNullElse(config.distractors(), 0);
    KinshipGenerator generator =
        KinshipGenerator.of(config.hops(), distractors, seed)
            .withForms(config.forms())
            .withWording(config.wording())
            .withExchanged(config.exchanged());
    if (config.variedDistractors()) {
      generator = generator.withVariedDistractors();
    }
    String names = config.names();
    if (names == null) {
      return generator;
    }
    if (config.namesAreNumber()) {
      return generator.withNames(Integer.parseInt(names));
    }
    TaskFiles.requireReadable(Path.of(names), "data.names");
    ClutrrPeople people = ClutrrPeople.read(Path.of(names));
    return generator.withNames(people.men(), people.women());
  }

  private List<ReasoningTask> split(Split split, @Nullable String file, @Nullable Integer most)
      throws IOException {
    // kinship problems are made with their number of distractors
    Integer limit = isKinship() ? null : config.distractors();
    FactOrder order = new FactOrder(order(), limit, seed);
    Optional<TaskGenerator> generator = generator(split);
    if (generator.isPresent()) {
      return generator
          .get()
          .tasks(split, Objects.requireNonNullElse(most, 0))
          .map(order)
          .map(config.segments())
          .toList();
    }
    List<ReasoningTask> tasks =
        TaskFiles.read(path(split, file), config.format(), config.datasetType(), report).stream()
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

  /** Returns the order of facts; that of a text is kept if their place in it is chosen. */
  private LoadOrder order() {
    boolean isPlaced =
        config.source() == DataSource.NEEDLES && config.needlesPart() != NeedleGenerator.Part.ALL;
    return isPlaced ? LoadOrder.NORM : config.loadOrder();
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
}
