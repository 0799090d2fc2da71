package org.reckoning.trainer.answering;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.serving.ServingLimits;
import org.reckoning.graph.serving.ServingProgram;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.answering.ExportLimitException.Limit;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.export.ClientAssets;
import org.reckoning.trainer.serving.ServerAddress;
import org.reckoning.trainer.serving.ServingClient;
import org.reckoning.trainer.text.EnumWord;
import org.reckoning.trainer.tokens.FactSegments;

/** An exported model on a server, questioned through the REST API of TensorFlow Serving. */
public final class RemoteModel extends AskedModel {
  private static final String LEARNS_ANEW = "the server learns the facts again for every question";

  private final ServerAddress server;
  private final String name;
  private final ClientAssets assets;
  private final PromptEncoder encoder;
  private ServingClient client;

  private RemoteModel(
      ServerAddress server,
      ClientAssets assets,
      @Nullable List<String> labels,
      SegmentSettings segments,
      Duration timeout) {
    if (server.version() != null && !server.version().equals(assets.version())) {
      throw new IllegalArgumentException(
          "version (%s) in the address of server (%s) must be that of the export, %s: name the export of that version, or leave the version out"
              .formatted(server.version(), server, assets.version()));
    }
    this.server = server;
    name = Objects.requireNonNullElse(server.model(), assets.model());
    this.assets = assets;
    client = new ServingClient(server, name, assets.version(), timeout);
    encoder =
        new PromptEncoder(
            assets.config().method(),
            assets.config().data().datasetType(),
            assets.config().data().factNames(),
            labels == null ? ownLabels(assets) : labels,
            assets.vocabulary(),
            assets.config().multiTask(),
            segments.of(own(assets), assets.limits().factTokens()));
  }

  /** Returns the cut of the run, with pieces that the export can take. */
  private static FactSegments own(ClientAssets assets) {
    FactSegments own = assets.config().data().segments();
    Integer tokens = own.tokens();
    int most = assets.limits().factTokens();
    if (tokens == null || tokens <= most) {
      return own;
    }
    return most < FactSegments.LEAST_TOKENS
        ? FactSegments.NONE
        : new FactSegments(most, Math.min(own.overlap(), most / 2));
  }

  private static List<String> ownLabels(ClientAssets assets) {
    return assets.labelSets().size() == 1
        ? assets.labelSets().get(0)
        : assets.config().data().datasetType().labels();
  }

  /**
   * Connects to a model on a server.
   *
   * @param server its address; the name of the model defaults to that of the export
   * @param assets of the served export
   * @param labels to choose from; null for the labels of the run's data
   * @param segments cut of long facts
   * @param timeout of each request
   * @throws IOException if the server does not answer, or does not serve this export
   * @throws IllegalArgumentException if the address names another version, or a setting is invalid
   */
  public static AskedModel at(
      ServerAddress server,
      ClientAssets assets,
      @Nullable List<String> labels,
      SegmentSettings segments,
      Duration timeout)
      throws IOException {
    RemoteModel model = new RemoteModel(server, assets, labels, segments, timeout);
    model.client.requireAvailable();
    model.requireSameExport(model.metadata());
    return model;
  }

  /** Returns the metadata of the model. Some gateways serve only the newest version. */
  private JsonNode metadata() throws IOException {
    try {
      return client.metadata();
    } catch (ServingClient.NotThereException e) {
      if (!client.isNewest()) { // the newest one is another model
        throw e;
      }
      client = client.ofNewest();
      return client.metadata();
    }
  }

  /** Checks the served model against the files of the export: other token ids are other words. */
  private void requireSameExport(JsonNode metadata) throws IOException {
    JsonNode signatures = metadata.path("signature_def").path("signature_def");
    for (String each :
        List.of(ServingProgram.ANSWER, ServingProgram.SAMPLE, ServingProgram.SCORE)) {
      if (!signatures.has(each)) {
        throw new IOException(
            "model '%s' of server (%s) must be written by 'reckoning export', but has no signature '%s'"
                .formatted(name, server, each));
      }
    }
    JsonNode outputs = signatures.path(ServingProgram.ANSWER).path("outputs");
    requireSize(outputs, "inner_losses", 0, assets.config().innerSteps() + 1);
    requireSize(outputs, "answer_tokens", 1, assets.limits().newTokens());
  }

  private void requireSize(JsonNode outputs, String output, int axis, int size) throws IOException {
    long there =
        outputs.path(output).path("tensor_shape").path("dim").path(axis).path("size").asLong(-1);
    if (there >= 0 && there != size) {
      throw new IOException(
          "version %s of model '%s' of server (%s) must be the given export, but its output '%s' has size %d and not %d; name the export that the server has loaded"
              .formatted(assets.version(), name, server, output, there, size));
    }
  }

  @Override
  public String place() {
    return server.toString();
  }

  @Override
  public String description() {
    return "version %s of '%s', checkpoint %s of a run of method %s"
        .formatted(
            assets.version(), name, assets.checkpoint(), EnumWord.of(assets.config().method()));
  }

  @Override
  public String note() {
    return Stream.of(PromptEncoder.note(assets.config().method()), LEARNS_ANEW)
        .filter(each -> !each.isEmpty())
        .reduce((first, second) -> first + "; " + second)
        .orElseThrow();
  }

  @Override
  public int innerSteps() {
    return assets.config().innerSteps();
  }

  @Override
  public Decoding decoding() {
    return Decoding.greedy(assets.limits().newTokens(), encoder.endOfText());
  }

  @Override
  public Reasoner reasoner() {
    return new RemoteReasoner(this);
  }

  /** Encodes facts, within the limits of the export. */
  @Override
  List<TokenSequence> facts(List<Fact> told) {
    ServingLimits limits = assets.limits();
    List<TokenSequence> facts = encoder.encode(told);
    require(Limit.FACTS, "facts", facts.size(), limits.facts());
    for (int i = 0; i < facts.size(); i++) {
      require(
          Limit.FACT_TOKENS,
          "tokens of fact %d ('%s')".formatted(i, told.get(i).text()),
          facts.get(i).length(),
          limits.factTokens());
    }
    return facts;
  }

  /** Encodes a prompt, within the limits of the export, with and without a label. */
  @Override
  int[] prompt(List<Fact> told, String question) {
    ServingLimits limits = assets.limits();
    int[] prompt = encoder.prompt(told, question);
    require(
        Limit.QUESTION_TOKENS,
        "tokens of question '%s' with its prompt".formatted(question),
        prompt.length,
        limits.questionTokens());
    List<TokenSequence> candidates = encoder.candidates(prompt);
    require(Limit.CANDIDATES, "labels", candidates.size(), limits.candidates());
    require(
        Limit.CANDIDATE_TOKENS,
        "tokens of question '%s' with a label".formatted(question),
        PromptEncoder.longest(candidates),
        limits.candidateTokens());
    return prompt;
  }

  /** Checks the length of an answer against the limit of the export. */
  void requireWithinLimits(Decoding decoding) {
    require(Limit.NEW_TOKENS, "new tokens", decoding.newTokens(), assets.limits().newTokens());
  }

  private static void require(Limit limit, String what, int given, int most) {
    if (given > most) {
      throw new ExportLimitException(limit, what, given, most);
    }
  }

  @Override
  PromptEncoder encoder() {
    return encoder;
  }

  /** Returns the number of tokens in the served answers. */
  int answerTokens() {
    return assets.limits().newTokens();
  }

  /** Returns the number of token ids. */
  int vocabularySize() {
    return assets.vocabulary().size();
  }

  ServingClient client() {
    return client;
  }
}
