package org.reckoning.trainer.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.program.KnowledgeProgram;
import org.reckoning.graph.serving.ServingLimits;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.evaluation.Prediction;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.files.TemporaryPath;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.run.Checkpoints;
import org.reckoning.trainer.serving.PredictBody;
import org.reckoning.trainer.serving.ServedAnswer;
import org.reckoning.trainer.serving.ServedModel;
import org.reckoning.trainer.serving.ServingRequest;
import org.reckoning.trainer.tokens.EncodedTask;
import org.reckoning.trainer.training.TrainingRun;
import org.tensorflow.types.family.TNumber;

/**
 * Compares the answers of a SavedModel with those of the run that it was exported from.
 *
 * <pre>{@code
 * ExportCheck check = ExportCheck.prepare(run, version, requests, 500, progress::message);
 * // another process: ExportCheck.answer(version, requests, answers)
 * Report report = check.compare(answers, listener);
 * }</pre>
 */
public final class ExportCheck {
  /** The largest difference of probabilities and inner losses. */
  public static final double TOLERANCE = 1e-4;

  private static final int SIGNATURES = 5; // requests for each problem

  private final ExportedRun run;
  private final ServingLimits limits;
  private final List<ServingProblem> problems;

  /**
   * Result of a comparison.
   *
   * @param problems number of compared problems
   * @param questions number of their questions
   * @param labels number of different labels from {@code score}
   * @param texts number of different texts from {@code serving_default}
   * @param textsWithout number of different texts from {@code no_knowledge}
   * @param asked number of different texts from {@code ask}
   * @param chosen number of different labels from {@code choose}
   * @param probability largest difference of a label's probability
   * @param innerLoss largest difference of an inner loss
   */
  public record Report(
      int problems,
      int questions,
      int labels,
      int texts,
      int textsWithout,
      int asked,
      int chosen,
      double probability,
      double innerLoss) {
    /** Returns whether model and run agree. */
    public boolean agrees() {
      return problems > 0
          && labels + texts + textsWithout + asked + chosen == 0
          && probability <= TOLERANCE
          && innerLoss <= TOLERANCE;
    }
  }

  private ExportCheck(ExportedRun run, ServingLimits limits, List<ServingProblem> problems) {
    this.run = run;
    this.limits = limits;
    this.problems = problems;
  }

  /** Returns the directory of the exported run, as the user named it then. */
  public static Path origin(Path version) throws IOException {
    return Path.of(ExportAssets.origin(version).run());
  }

  /**
   * Writes requests for test problems, a JSON object a line.
   *
   * @param run directory of the exported run
   * @param version directory of the SavedModel
   * @param requests file to write
   * @param most largest number of test problems
   * @param report takes a sentence about questions that are skipped
   * @throws IllegalArgumentException if the best checkpoint of the run is not the exported one
   */
  public static ExportCheck prepare(
      Path run, Path version, Path requests, int most, Consumer<String> report) throws IOException {
    ExportAssets.Origin origin = ExportAssets.origin(version);
    ExportedRun opened = ExportedRun.open(run, report);
    String best = opened.checkpoint().getFileName().toString();
    if (!best.equals(origin.checkpoint())) {
      throw new IllegalArgumentException(
          "'%s' has checkpoint %s, but the best checkpoint of run '%s' is %s: export the run again"
              .formatted(version, origin.checkpoint(), run, best));
    }
    List<ServingProblem> problems =
        opened.test().stream()
            .limit(most)
            .map(task -> ServingProblem.of(opened.encoder(), task))
            .filter(problem -> problem.fits(origin.limits()))
            .toList();
    try (BufferedWriter lines = Files.newBufferedWriter(requests)) {
      for (ServingProblem problem : problems) {
        for (ServingRequest request :
            List.of(
                problem.answer(),
                problem.score(),
                problem.withoutKnowledge(),
                problem.ask(),
                problem.choose())) {
          lines.write(request.body().toString());
          lines.newLine();
        }
      }
    }
    return new ExportCheck(opened, origin.limits(), problems);
  }

  /**
   * Statistics of the answers.
   *
   * @param requests number of requests
   * @param loadSeconds time to load the model
   * @param seconds time for all requests
   */
  public record Answered(int requests, double loadSeconds, double seconds) {}

  /** Answers requests with a SavedModel, without any other file. */
  public static Answered answer(Path version, Path requests, Path answers) throws IOException {
    long start = System.nanoTime();
    try (ServedModel model = ServedModel.load(version);
        BufferedReader in = Files.newBufferedReader(requests);
        BufferedWriter out = Files.newBufferedWriter(answers)) {
      long loaded = System.nanoTime();
      int answered = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        out.write(model.predict(PredictBody.read(line).request(null)).toString());
        out.newLine();
        answered++;
      }
      return new Answered(answered, (loaded - start) / 1e9, (System.nanoTime() - loaded) / 1e9);
    }
  }

  /**
   * Evaluates the run on the same problems, and compares.
   *
   * @param answers file written by {@link #answer}
   * @param listener gets reports on the evaluation of the run
   */
  public Report compare(Path answers, TrainingListener listener) throws IOException {
    List<String> lines = Files.readAllLines(answers);
    if (lines.size() != SIGNATURES * problems.size()) {
      throw new IOException(
          "answers (%d) must be %d for each of %d problems"
              .formatted(lines.size(), SIGNATURES, problems.size()));
    }
    Map<ReasoningTask, List<Prediction>> predictions = predictions(listener);
    Comparison found = new Comparison();
    for (int i = 0; i < problems.size(); i++) {
      EncodedTask task = problems.get(i).source();
      List<Prediction> want = predictions.get(task.source());
      if (want != null) {
        found.add(
            problems.get(i),
            want,
            Json.PLAIN.readTree(lines.get(SIGNATURES * i)),
            Json.PLAIN.readTree(lines.get(SIGNATURES * i + 1)));
        found.addTexts(
            problems.get(i),
            want,
            Json.PLAIN.readTree(lines.get(SIGNATURES * i + 3)),
            Json.PLAIN.readTree(lines.get(SIGNATURES * i + 4)));
      }
    }
    found.textsWithout = textsWithout(lines, run.config().dtype().tensorType());
    return found.report();
  }

  /** Returns the predictions of the run, in order for each task; ids may be repeated. */
  private Map<ReasoningTask, List<Prediction>> predictions(TrainingListener listener)
      throws IOException {
    try (TemporaryPath written = TemporaryPath.file(".jsonl");
        TrainingRun evaluated =
            TrainingRun.forEvaluation(run.config(), run.splits(), run.directory())) {
      Map<String, Deque<Prediction>> byId = new HashMap<>();
      for (Prediction each : evaluated.test(listener, written.path()).predictions()) {
        byId.computeIfAbsent(each.id(), id -> new ArrayDeque<>()).add(each);
      }
      Map<ReasoningTask, List<Prediction>> byTask = new HashMap<>();
      for (ReasoningTask task : run.splits().test()) {
        Deque<Prediction> next = byId.getOrDefault(task.id(), new ArrayDeque<>());
        int questions = task.questions().size();
        if (next.size() >= questions) { // else too long for the run
          byTask.put(task, Stream.generate(next::remove).limit(questions).toList());
        }
      }
      requireSameCheckpoint();
      return byTask;
    }
  }

  /** A training may have found better weights since the comparison began. */
  private void requireSameCheckpoint() throws IOException {
    Path before = run.checkpoint().getFileName();
    Path best = ExportedRun.best(run.directory()).getFileName();
    if (!best.equals(before)) {
      throw new IOException(
          "the best checkpoint of run '%s' must not change during the comparison, but was %s and is %s: export the run again"
              .formatted(run.directory(), before, best));
    }
  }

  /** Counts the texts without facts that differ from those of the initial weights. */
  private <T extends TNumber> int textsWithout(List<String> lines, Class<T> type)
      throws IOException {
    int tokens = Math.min(limits.questionTokens() + limits.newTokens(), run.model().nPositions());
    int questionTokens =
        Math.max(
            tokens,
            problems.stream()
                .mapToInt(each -> each.source().lengths().questionTokens())
                .max()
                .orElse(2));
    TaskShape shape =
        new TaskShape(1, limits.facts(), limits.factTokens(), limits.questions(), questionTokens);
    int other = 0;
    try (KnowledgeProgram<T> program = KnowledgeProgram.build(run.bilevel(limits), type)) {
      Checkpoints.restore(program, run.checkpoint());
      for (int i = 0; i < problems.size(); i++) {
        TaskBatch batch = TaskBatch.of(shape, run.model(), List.of(problems.get(i).task()));
        var want = program.generate(batch, Decoding.greedy(limits.newTokens(), limits.endOfText()));
        List<ServedAnswer> given =
            answers(problems.get(i), Json.PLAIN.readTree(lines.get(SIGNATURES * i + 2)));
        for (int q = 0; q < given.size(); q++) {
          other += Arrays.equals(given.get(q).tokens(), want.tokens(0, q)) ? 0 : 1;
        }
      }
    }
    return other;
  }

  private List<ServedAnswer> answers(ServingProblem problem, JsonNode outputs) {
    return ServedAnswer.of(
        outputs, problem.prompts().size(), limits.newTokens(), run.model().vocabSize());
  }

  /** Accumulates the differences. */
  private final class Comparison {
    private int problems;
    private int questions;
    private int labels;
    private int texts;
    private int textsWithout;
    private int asked;
    private int chosen;
    private double probability;
    private double innerLoss;

    void add(ServingProblem problem, List<Prediction> want, JsonNode answered, JsonNode scored) {
      problems++;
      EncodedTask task = problem.source();
      List<ServedAnswer> answers = answers(problem, answered);
      double[] logs =
          ServedAnswer.logProbabilities(scored, problem.candidates().questions().size());
      double[] losses = ServedAnswer.innerLosses(answered, run.config().innerSteps());
      List<String> known = task.source().labels();
      for (int q = 0; q < want.size(); q++) {
        questions++;
        Prediction wanted = want.get(q);
        double[] own = Arrays.copyOfRange(logs, q * known.size(), (q + 1) * known.size());
        compareLabels(known, own, wanted);
        String text = run.encoder().decode(answers.get(q).tokens());
        texts += wanted.generated() == null || wanted.generated().equals(text) ? 0 : 1;
        differ(losses[0], wanted.innerLossBefore());
        differ(losses[losses.length - 1], wanted.innerLossAfter());
      }
    }

    /** Compares the answers of the signatures that take text. */
    void addTexts(
        ServingProblem problem, List<Prediction> want, JsonNode answered, JsonNode choices) {
      List<String> known = problem.source().source().labels();
      double[] losses = ServedAnswer.innerLosses(answered, run.config().innerSteps());
      for (int q = 0; q < want.size(); q++) {
        Prediction wanted = want.get(q);
        String text = answered.path("answers").path(q).asText();
        asked += wanted.generated() == null || wanted.generated().equals(text) ? 0 : 1;
        chosen += choices.path("answers").path(q).asText().equals(wanted.scored()) ? 0 : 1;
        differ(losses[0], wanted.innerLossBefore());
        differ(losses[losses.length - 1], wanted.innerLossAfter());
        for (int i = 0; i < known.size(); i++) {
          double given = choices.path("probabilities").path(q).path(i).asDouble(Double.NaN);
          differ(given, known.get(i), wanted);
        }
      }
    }

    private void compareLabels(List<String> known, double[] logs, Prediction wanted) {
      double most = Arrays.stream(logs).max().orElse(0);
      double sum = Arrays.stream(logs).map(log -> Math.exp(log - most)).sum();
      int best = 0;
      for (int i = 0; i < logs.length; i++) {
        best = logs[i] > logs[best] ? i : best;
        differ(Math.exp(logs[i] - most) / sum, known.get(i), wanted);
      }
      labels += known.get(best).equals(wanted.scored()) ? 0 : 1;
    }

    private void differ(double given, String label, Prediction wanted) {
      double difference = given - wanted.probabilities().getOrDefault(label, Double.NaN);
      probability = Math.max(probability, Math.abs(difference));
    }

    private void differ(double loss, @Nullable Double wanted) {
      if (wanted != null) {
        innerLoss = Math.max(innerLoss, Math.abs(loss - wanted));
      }
    }

    Report report() {
      return new Report(
          problems, questions, labels, texts, textsWithout, asked, chosen, probability, innerLoss);
    }
  }
}
