package org.reckoning.trainer.answering;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.bilevel.Decoding;
import org.reckoning.graph.bilevel.ServingLimits;
import org.reckoning.graph.bilevel.ServingProgram;
import org.reckoning.graph.bilevel.TokenSequence;
import org.reckoning.trainer.data.Fact;
import org.reckoning.trainer.export.ClientAssets;
import org.reckoning.trainer.serving.ServerAddress;
import org.reckoning.trainer.serving.ServingClient;

/** An export that TensorFlow Serving has loaded, asked by its REST API. */
public final class RemoteModel extends AskedModel {
  private static final String LEARNS_ANEW = "the server learns the facts anew for every question";

  private final ServerAddress server;
  private final String name;
  private final ClientAssets assets;
  private final Wording wording;
  private ServingClient client;

  private RemoteModel(
      ServerAddress server, ClientAssets assets, @Nullable List<String> labels, Duration timeout) {
    if (server.version() != null && !server.version().equals(assets.version())) {
      throw new IllegalArgumentException(
          "version (%s) in the address of server (%s) must be that of the export's files, %s: name the files of that version, or leave it out"
              .formatted(server.version(), server, assets.version()));
    }
    this.server = server;
    name = Objects.requireNonNullElse(server.model(), assets.model());
    this.assets = assets;
    client = new ServingClient(server, name, assets.version(), timeout);
    wording =
        new Wording(
            assets.config().method(),
            assets.config().data().datasetType(),
            labels == null ? ownLabels(assets) : labels,
            assets.vocabulary(),
            assets.config().multiTask());
  }

  private static List<String> ownLabels(ClientAssets assets) {
    return assets.labelSets().size() == 1
        ? assets.labelSets().get(0)
        : assets.config().data().datasetType().labels();
  }

  /**
   * Finds a model at a server.
   *
   * @param server its address; without a name of a model in it that of the export is taken
   * @param assets of the export that it serves
   * @param labels to choose from; null for those of the run's data
   * @param timeout for each request
   * @throws IOException if the server does not answer, or has not loaded just this version
   * @throws IllegalArgumentException if the address names another version
   */
  public static AskedModel at(
      ServerAddress server, ClientAssets assets, @Nullable List<String> labels, Duration timeout)
      throws IOException {
    RemoteModel model = new RemoteModel(server, assets, labels, timeout);
    model.client.requireAvailable();
    model.requireSameExport(model.metadata());
    return model;
  }

  /** Some gateways in front of a server lead to its newest version alone. */
  private JsonNode metadata() throws IOException {
    try {
      return client.metadata();
    } catch (ServingClient.NotThereException e) {
      client = client.ofNewest();
      return client.metadata();
    }
  }

  /** Ids of another export would be other words: what can be seen of it must fit the files. */
  private void requireSameExport(JsonNode metadata) throws IOException {
    JsonNode signatures = metadata.path("signature_def").path("signature_def");
    for (String each :
        List.of(ServingProgram.ANSWER, ServingProgram.SAMPLE, ServingProgram.SCORE)) {
      if (!signatures.has(each)) {
        throw new IOException(
            "model '%s' of server (%s) must be one that 'reckoning export' has written but has no signature '%s'"
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
          "version %s of model '%s' of server (%s) must be the export whose files are read, but its output '%s' has size %d where they say %d; name the export that it serves"
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
            assets.version(),
            name,
            assets.checkpoint(),
            assets.config().method().name().toLowerCase(Locale.ROOT));
  }

  @Override
  public String note() {
    return Stream.of(Wording.note(assets.config().method()), LEARNS_ANEW)
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
    return Decoding.greedy(assets.limits().newTokens(), wording.endOfText());
  }

  @Override
  public Reasoner reasoner() {
    return new RemoteReasoner(this);
  }

  /** A request has room for so many. */
  @Override
  List<TokenSequence> facts(List<Fact> told) {
    ServingLimits limits = assets.limits();
    List<TokenSequence> facts = wording.facts(told);
    requireRoom("facts", facts.size(), limits.facts(), "--facts");
    for (int i = 0; i < facts.size(); i++) {
      requireRoom(
          "tokens of fact %d ('%s')".formatted(i, told.get(i).text()),
          facts.get(i).length(),
          limits.factTokens(),
          "--fact-tokens");
    }
    return facts;
  }

  /** It may be so long, with and without a label. */
  @Override
  int[] prompt(List<Fact> told, String question) {
    ServingLimits limits = assets.limits();
    int[] prompt = wording.prompt(told, question);
    requireRoom(
        "tokens of question '%s' with its prompt".formatted(question),
        prompt.length,
        limits.questionTokens(),
        "--question-tokens");
    List<TokenSequence> candidates = wording.candidates(prompt);
    requireRoom("labels", candidates.size(), limits.candidates(), "--candidates");
    requireRoom(
        "tokens of question '%s' with a label".formatted(question),
        Wording.longest(candidates),
        limits.candidateTokens(),
        "--candidate-tokens");
    return prompt;
  }

  /** Checks how a text is to be written. */
  void requireRoomFor(Decoding decoding) {
    requireRoom(
        "new tokens", decoding.newTokens(), assets.limits().newTokens(), "--max-new-tokens");
  }

  private static void requireRoom(String what, int there, int most, String option) {
    if (there > most) {
      throw new IllegalArgumentException(
          "%s (%d) must be at most %d, the export's limit; give less, or export again with %s"
              .formatted(what, there, most, option));
    }
  }

  @Override
  Wording wording() {
    return wording;
  }

  /** Returns how wide answers are. */
  int answerTokens() {
    return assets.limits().newTokens();
  }

  /** Returns the number of ids. */
  int vocabularySize() {
    return assets.vocabulary().size();
  }

  ServingClient client() {
    return client;
  }
}
