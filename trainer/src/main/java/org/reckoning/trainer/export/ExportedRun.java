package org.reckoning.trainer.export;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.serving.ServingLimits;
import org.reckoning.graph.serving.TextForm;
import org.reckoning.graph.serving.TextTemplates;
import org.reckoning.graph.serving.TextTemplates.FullStops;
import org.reckoning.graph.settings.BilevelConfig;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.run.Splits;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.EncodedTask;
import org.reckoning.trainer.tokens.EncodedTask.Answer;
import org.reckoning.trainer.tokens.FactNames;
import org.reckoning.trainer.tokens.TaskEncoder;
import org.reckoning.trainer.tokens.Templates;
import org.reckoning.trainer.tokens.Vocabulary;

/**
 * A run with everything that an export needs.
 *
 * @param directory of the run
 * @param config the resolved configuration
 * @param checkpoint directory of the best checkpoint
 * @param model its sizes
 * @param vocabulary of the run
 * @param splits data of the run
 * @param encoder of the run's method
 */
record ExportedRun(
    Path directory,
    RunConfig config,
    Path checkpoint,
    Gpt2Config model,
    Vocabulary vocabulary,
    Splits splits,
    TaskEncoder encoder) {

  /**
   * Opens a run.
   *
   * @param report takes a sentence about questions that are skipped
   * @throws IOException if the directory is not a run, has no checkpoint, or its data cannot be
   *     read
   * @throws IllegalArgumentException if the method of the run does not learn facts
   */
  static ExportedRun open(Path directory, Consumer<String> report) throws IOException {
    RunDirectory run = new RunDirectory(directory);
    RunConfig config = run.config();
    if (!config.method().adapts()) {
      throw new IllegalArgumentException(
          "method (%s) of run '%s' must learn facts, which the signatures need"
              .formatted(EnumWord.of(config.method()), directory));
    }
    Path checkpoint = best(directory);
    try (RunWeights weights = RunWeights.openVerified(checkpoint)) {
      Vocabulary vocabulary = weights.vocabulary().orElseThrow();
      return new ExportedRun(
          directory,
          config,
          checkpoint,
          weights.config(),
          vocabulary,
          new SplitLoader(config.data(), config.seed(), report).load(),
          config.encoder(vocabulary));
    }
  }

  /** Returns the best checkpoint of a run. */
  static Path best(Path run) throws IOException {
    return new RunDirectory(run)
        .checkpoints(1)
        .best()
        .orElseThrow(
            () ->
                new IOException(
                    "run '%s' has no checkpoint to export: train it first, with resume=%s"
                        .formatted(run, run)));
  }

  /** Returns the run with another checkpoint. */
  ExportedRun with(Path other) {
    return new ExportedRun(directory, config, other, model, vocabulary, splits, encoder);
  }

  /** Returns the test problems, encoded. */
  List<EncodedTask> test() {
    return encoder.encodeAll(splits.test(), config.seed());
  }

  /** Returns the program's configuration. */
  BilevelConfig bilevel(ServingLimits limits) {
    return config.bilevel(
        model, List.of(new TaskShape(1, limits.facts(), limits.factTokens(), 1, 2)));
  }

  /** Returns the tokens and templates of the signatures that take text. */
  TextForm form() {
    return new TextForm(vocabulary.texts(), templates());
  }

  /** Returns the texts around facts and questions. */
  TextTemplates templates() {
    DatasetType type = config.data().datasetType();
    FactNames names = config.data().factNames();
    boolean shared = names == FactNames.SHARED;
    String number = shared ? "0" : "{index}";
    return new TextTemplates(
        names.prompt(0).replace("0", number),
        names.of(0).replace("0", number),
        Templates.questionPrompt(type, shared ? names.list(1) : "{facts}", "{question}"),
        encoder.tellsKnowledge() ? " " + Answer.BECAUSE : "",
        fullStops(Templates.fact(type, "a.b.")),
        fullStops(Templates.question(type, "a.b.")));
  }

  private static FullStops fullStops(String told) {
    return switch (told) {
      case "a.b." -> FullStops.KEPT;
      case "a.b" -> FullStops.LAST_REMOVED;
      default -> FullStops.ALL_REMOVED;
    };
  }

  /**
   * Returns the limits of a request. Limits that are not given hold every fact of the run's data,
   * every task of its evaluations, and its longest answers; a limit of the run takes precedence.
   */
  ServingLimits limits(ServingSizes sizes) {
    List<EncodedTask> asked = new ArrayList<>(encoder.encodeAll(splits.val(), config.seed()));
    asked.addAll(test());
    List<EncodedTask> train = encoder.encodeAll(splits.train(), config.seed());
    List<EncodedTask> all = new ArrayList<>(train);
    all.addAll(asked);
    int longest =
        Math.min(
            Objects.requireNonNullElse(config.data().maxTokens(), model.nPositions()),
            model.nPositions());
    Integer most = config.maxNewTokens();
    return new ServingLimits(
        or(sizes.facts(), most(all, task -> task.lengths().facts())),
        or(sizes.factTokens(), Math.min(longest, most(all, task -> task.lengths().factTokens()))),
        or(sizes.questions(), most(asked, task -> task.questions().size())),
        or(sizes.questionTokens(), Math.min(longest - 1, most(all, ExportedRun::longestPrompt))),
        or(
            sizes.candidates(),
            most(asked, task -> task.questions().size() * task.source().labels().size())),
        or(sizes.candidateTokens(), Math.min(longest, most(asked, this::longestCandidate))),
        or(
            sizes.newTokens(),
            Math.min(
                model.nPositions() - 1,
                most != null ? most : Math.max(1, most(train, EncodedTask::longestTarget)))),
        vocabulary.endOfText());
  }

  private static int or(@Nullable Integer given, int otherwise) {
    return given == null ? otherwise : given;
  }

  private static int most(List<EncodedTask> tasks, ToIntFunction<EncodedTask> size) {
    return tasks.stream().mapToInt(size).max().orElse(1);
  }

  private static int longestPrompt(EncodedTask task) {
    return task.questions().stream().mapToInt(question -> question.prompt().length).max().orElse(1);
  }

  private int longestCandidate(EncodedTask task) {
    return encoder.candidates(task).questions().stream()
        .mapToInt(candidate -> candidate.length())
        .max()
        .orElse(2);
  }
}
