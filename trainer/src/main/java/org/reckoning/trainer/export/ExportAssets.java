package org.reckoning.trainer.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.serving.ServingLimits;
import org.reckoning.graph.serving.ServingProgram;
import org.reckoning.graph.serving.TextTemplates;
import org.reckoning.graph.serving.TextTemplates.FullStops;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.files.JsonRecord;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.serving.ServingRequest;
import org.reckoning.trainer.serving.WarmUpRequests;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.EncodedTask;
import org.reckoning.trainer.weights.published.TokenizerFiles;
import org.tensorflow.Signature;

/**
 * Writes the files for clients, in the directory {@code assets.extra}.
 *
 * <pre>{@code
 * export.json       origin of the model, and limits of a request
 * templates.json    texts around facts and questions
 * labels.json       labels to choose from
 * vocabulary.json   ids of the model for the tokens of GPT-2
 * vocab.json, merges.txt, tokenizer_config.json   tokenizer of GPT-2, with a full vocabulary
 * config.yaml       resolved configuration of the run
 * tf_serving_warmup_requests
 * }</pre>
 */
final class ExportAssets {
  /** The name in the directory of a version. */
  static final String DIRECTORY = "assets.extra";

  /** The file with the origin of a model. */
  static final String ORIGIN = "export.json";

  /** The file with the labels to choose from. */
  static final String LABELS = "labels.json";

  private final ExportedRun run;
  private final ServingLimits limits;

  /**
   * Origin of a model.
   *
   * @param run directory of the run, as the user named it
   * @param checkpoint name of the exported checkpoint
   * @param method of the run
   * @param datasetType type of the data, which has the templates
   * @param innerSteps number of inner steps K
   * @param vocabularySize number of token ids
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
      Objects.requireNonNull(run); // a file may have null
      Objects.requireNonNull(checkpoint);
      Objects.requireNonNull(method);
      Objects.requireNonNull(datasetType);
      Objects.requireNonNull(limits);
    }
  }

  /** Sets of labels that tasks choose from. */
  record Labels(List<List<String>> labelSets) {
    Labels {
      labelSets = labelSets.stream().map(List::copyOf).toList();
    }
  }

  /**
   * Texts around facts and questions, with placeholders in {@code {braces}}.
   *
   * @param factPrompt prompt of a fact
   * @param factName name of a fact in a question; a blank separates two names
   * @param questionPrompt prompt of an answer
   * @param candidateEnd text after a scored label; empty for the end of text
   * @param fullStops treatment of full stops in facts and questions
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

  /** Reads the origin of a model. */
  static Origin origin(Path version) throws IOException {
    Path file = version.resolve(DIRECTORY).resolve(ORIGIN);
    if (!Files.isRegularFile(file)) {
      throw new MissingPathException(
          "'%s' must be a version written by 'reckoning export', with %s/%s in it"
              .formatted(version, DIRECTORY, ORIGIN));
    }
    return JsonRecord.read(file, Origin.class, "the origin of an export");
  }

  /**
   * Writes all files.
   *
   * @param version directory of the SavedModel
   * @param model name of the model on a server
   */
  void write(Path version, String model, List<Signature> signatures) throws IOException {
    Path directory = Files.createDirectory(version.resolve(DIRECTORY));
    JsonRecord.write(
        directory.resolve(ORIGIN),
        new Origin(
            run.directory().toString(),
            run.checkpoint().getFileName().toString(),
            EnumWord.of(run.config().method()),
            EnumWord.of(run.config().data().datasetType()),
            run.config().innerSteps(),
            run.vocabulary().size(),
            limits));
    JsonRecord.write(directory.resolve("templates.json"), words(run.templates()));
    JsonRecord.write(directory.resolve(LABELS), new Labels(labelSets()));
    run.vocabulary().save(directory.resolve(RunDirectory.VOCABULARY));
    if (run.vocabulary().isFull()) {
      TokenizerFiles.write(directory, run.model().nPositions());
    }
    Files.copy(
        run.directory().resolve(RunDirectory.CONFIG), directory.resolve(RunDirectory.CONFIG));
    Map<String, Signature> byName = new LinkedHashMap<>();
    signatures.forEach(signature -> byName.put(signature.key(), signature));
    WarmUpRequests.write(
        directory.resolve(WarmUpRequests.FILE), model, byName, warmUp(byName.keySet()));
  }

  private static Words words(TextTemplates templates) {
    Map<String, String> stops = new LinkedHashMap<>(); // in a fixed order: exports are reproducible
    stops.put("fact", words(templates.ofFacts()));
    stops.put("question", words(templates.ofQuestions()));
    return new Words(
        templates.factPrompt(),
        templates.factName(),
        templates.questionPrompt(),
        templates.candidateEnd(),
        stops);
  }

  private static String words(FullStops stops) {
    return switch (stops) {
      case KEPT -> "kept";
      case LAST_REMOVED -> "last taken out";
      case ALL_REMOVED -> "all taken out";
    };
  }

  private List<List<String>> labelSets() {
    Set<List<String>> sets = new LinkedHashSet<>();
    run.splits().all().stream().map(ReasoningTask::labels).forEach(sets::add);
    return new ArrayList<>(sets);
  }

  /** Returns a request for each signature, from a test problem within the limits. */
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
          case ServingProgram.ASK, ServingProgram.ASK_NO_KNOWLEDGE -> problem.ask();
          case ServingProgram.CHOOSE, ServingProgram.CHOOSE_NO_KNOWLEDGE -> problem.choose();
          default -> throw new IllegalStateException("no request for signature " + signature);
        };
    return new ServingRequest(signature, request.inputs());
  }
}
