package org.reckoning.trainer.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.reckoning.graph.bilevel.Decoding;
import org.reckoning.graph.bilevel.ServingLimits;
import org.reckoning.graph.bilevel.ServingProgram;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.serving.ServingRequest;
import org.reckoning.trainer.serving.WarmUpRequests;
import org.reckoning.trainer.tokens.Answer;
import org.reckoning.trainer.tokens.EncodedTask;
import org.reckoning.trainer.tokens.Templates;
import org.reckoning.trainer.weights.TokenizerFiles;
import org.tensorflow.Signature;

/**
 * What a client needs besides the model, in the directory {@code assets.extra}.
 *
 * <pre>{@code
 * export.json       where the model comes from, and how much a request may hold
 * templates.json    the words around facts and questions
 * labels.json       the labels to choose from
 * vocabulary.json   how the model numbers GPT-2's tokens
 * vocab.json, merges.txt, tokenizer_config.json   GPT-2's tokenizer, where all of its tokens are known
 * config.yaml       the resolved configuration of the run
 * tf_serving_warmup_requests
 * }</pre>
 */
final class ExportAssets {
  /** The name in the directory of a version. */
  static final String DIRECTORY = "assets.extra";

  /** The file that tells where a model comes from. */
  static final String ORIGIN = "export.json";

  /** The file of the labels to choose from. */
  static final String LABELS = "labels.json";

  private final ExportedRun run;
  private final ServingLimits limits;

  /**
   * Where a model comes from.
   *
   * @param run directory of the run, as it was named
   * @param checkpoint name of its checkpoint
   * @param method of the run
   * @param datasetType whose templates apply
   * @param innerSteps K
   * @param vocabularySize number of ids
   * @param limits of a request
   */
  record Origin(
      String run,
      String checkpoint,
      String method,
      String datasetType,
      int innerSteps,
      int vocabularySize,
      ServingLimits limits) {
    Origin {
      Objects.requireNonNull(run); // a file may say null
      Objects.requireNonNull(checkpoint);
      Objects.requireNonNull(method);
      Objects.requireNonNull(datasetType);
      Objects.requireNonNull(limits);
    }
  }

  /** The sets of labels that tasks choose from. */
  record Labels(List<List<String>> labelSets) {
    Labels {
      labelSets = labelSets.stream().map(List::copyOf).toList();
    }
  }

  /**
   * The words around facts and questions, with {@code {braces}} where something is put in.
   *
   * @param factPrompt given before a fact, which follows it
   * @param factName how a question names a fact; the names stand with a blank between them
   * @param questionPrompt given before an answer
   * @param candidateEnd text after a label that is scored; empty for the end of text
   * @param fullStops what happens to those of a fact and of a question: kept, or taken out
   */
  record Words(
      String factPrompt,
      String factName,
      String questionPrompt,
      String candidateEnd,
      Map<String, String> fullStops) {}

  ExportAssets(ExportedRun run, ServingLimits limits) {
    this.run = run;
    this.limits = limits;
  }

  /** Reads where a model comes from. */
  static Origin origin(Path version) throws IOException {
    Path file = version.resolve(DIRECTORY).resolve(ORIGIN);
    if (!Files.isRegularFile(file)) {
      throw new MissingPathException(
          "'%s' must be a version that 'reckoning export' has written, with %s/%s in it"
              .formatted(version, DIRECTORY, ORIGIN));
    }
    return JsonRecord.read(file, Origin.class, "the origin of an export");
  }

  /**
   * Writes all files.
   *
   * @param version directory of the SavedModel
   * @param model its name at a server
   */
  void write(Path version, String model, List<Signature> signatures) throws IOException {
    Path directory = Files.createDirectory(version.resolve(DIRECTORY));
    JsonRecord.write(
        directory.resolve(ORIGIN),
        new Origin(
            run.directory().toString(),
            run.checkpoint().getFileName().toString(),
            run.config().method().name().toLowerCase(Locale.ROOT),
            run.config().data().datasetType().name().toLowerCase(Locale.ROOT),
            run.config().innerSteps(),
            run.vocabulary().size(),
            limits));
    JsonRecord.write(directory.resolve("templates.json"), words(run.config().data().datasetType()));
    JsonRecord.write(directory.resolve(LABELS), new Labels(labelSets()));
    run.vocabulary().save(directory.resolve(RunDirectory.VOCABULARY));
    if (run.vocabulary().isFull()) {
      TokenizerFiles.write(directory, run.model().nPositions());
    }
    Files.copy(run.directory().resolve(RunDirectory.CONFIG), directory.resolve(RunDirectory.CONFIG));
    Map<String, Signature> byName = new LinkedHashMap<>();
    signatures.forEach(signature -> byName.put(signature.key(), signature));
    WarmUpRequests.write(
        directory.resolve(WarmUpRequests.FILE), model, byName, warmUp(byName.keySet()));
  }

  private Words words(DatasetType type) {
    return new Words(
        Templates.factPrompt(0).replace("0", "{index}"),
        "fact_{index}",
        Templates.questionPrompt(type, 1, "{question}").replace("fact_0", "{facts}"),
        run.encoder().tellsKnowledge() ? " " + Answer.BECAUSE : "",
        fullStops(type));
  }

  private static Map<String, String> fullStops(DatasetType type) {
    Map<String, String> told = new LinkedHashMap<>(); // keeps the order, so that exports are equal
    told.put("fact", fullStops(Templates.fact(type, "a.b.")));
    told.put("question", fullStops(Templates.question(type, "a.b.")));
    return told;
  }

  private static String fullStops(String told) {
    return switch (told) {
      case "a.b." -> "kept";
      case "a.b" -> "last taken out";
      default -> "all taken out";
    };
  }

  private List<List<String>> labelSets() {
    Set<List<String>> sets = new LinkedHashSet<>();
    run.splits().all().stream().map(ReasoningTask::labels).forEach(sets::add);
    return new ArrayList<>(sets);
  }

  /** A request for each signature, of a test problem that fits the limits. */
  private List<ServingRequest> warmUp(Set<String> signatures) {
    for (EncodedTask each : run.test()) {
      ServingProblem problem = ServingProblem.of(run.encoder(), each);
      if (problem.fits(limits)) {
        return signatures.stream().map(name -> warmUp(name, problem)).toList();
      }
    }
    return List.of();
  }

  private ServingRequest warmUp(String signature, ServingProblem problem) {
    String kind = signature.replace(ServingProgram.COMPILED, "");
    ServingRequest request =
        switch (kind) {
          case ServingProgram.ANSWER -> problem.answer();
          case ServingProgram.SAMPLE ->
              ServingRequest.sample(
                  problem.task(),
                  problem.prompts(),
                  Decoding.sampling(limits.newTokens(), limits.endOfText(), 0));
          case ServingProgram.SCORE -> problem.score();
          case ServingProgram.NO_KNOWLEDGE -> problem.withoutKnowledge();
          default -> throw new IllegalStateException("no request for signature " + signature);
        };
    return new ServingRequest(signature, request.inputs());
  }
}
