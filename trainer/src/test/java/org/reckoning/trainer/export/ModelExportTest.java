package org.reckoning.trainer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.TrainingListener;
import org.reckoning.trainer.server.ModelServer;
import org.reckoning.trainer.serving.ServedModel;
import org.reckoning.trainer.serving.ServingClient;
import org.reckoning.trainer.serving.ServingRequest;
import org.reckoning.trainer.tokens.Vocabulary;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/** A run that was exported, on disk and over a socket. */
class ModelExportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir static Path shared;
  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Path run;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ModelExport.Written written;

  @BeforeAll
  static void export() throws IOException {
    run = TrainedRun.into(shared.resolve("run"));
    written =
        ModelExport.write(run, shared.resolve("kinship"), ServingSizes.ofData(), false, line -> {});
  }

  private static ServingProblem problem(int index) throws IOException {
    ExportedRun opened = ExportedRun.open(run, line -> {});
    return ServingProblem.of(opened.encoder(), opened.test().get(index));
  }

  private static List<String> names(Path path) throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  /** Another process has other hash tables. */
  @Test
  void export_inAnotherProcess_writesTheSameBytes() throws IOException, InterruptedException {
    Path again = directory.resolve("kinship");
    Path log = directory.resolve("log");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ExportOnce.class.getName(),
                run.toString(),
                again.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    for (Path file : files(written.version())) {
      assertThat(again.resolve("1").resolve(file))
          .hasSameBinaryContentAs(written.version().resolve(file));
    }
    assertThat(files(again.resolve("1"))).isEqualTo(files(written.version()));
  }

  private static List<Path> files(Path version) throws IOException {
    try (Stream<Path> walk = Files.walk(version)) {
      return walk.filter(Files::isRegularFile).map(version::relativize).sorted().toList();
    }
  }

  @Test
  void export_hasWhatAServerAndAClientNeed() throws IOException {
    assertThat(written.version()).isEqualTo(shared.resolve("kinship/1"));
    assertThat(names(shared.resolve("kinship"))).containsExactly("1");
    assertThat(names(written.version()))
        .containsExactly("assets.extra", "saved_model.pb", "variables");
    Path assets = written.version().resolve("assets.extra");
    assertThat(names(assets))
        .containsExactly(
            "config.yaml",
            "export.json",
            "labels.json",
            "templates.json",
            "tf_serving_warmup_requests",
            "vocabulary.json");
    assertThat(Vocabulary.load(assets.resolve("vocabulary.json")))
        .isEqualTo(Vocabulary.load(run.resolve("vocabulary.json")));
    assertThat(RunConfig.read(assets.resolve("config.yaml"))).isEqualTo(TrainedRun.config());
    JsonNode words = JSON.readTree(assets.resolve("templates.json").toFile());
    assertThat(words.path("fact_prompt").asText()).isEqualTo("fact_{index}: ");
    assertThat(words.path("question_prompt").asText()).isEqualTo("Based on {facts}, {question}");
    JsonNode labels = JSON.readTree(assets.resolve("labels.json").toFile());
    assertThat(labels.path("label_sets").path(0))
        .hasSize(problem(0).source().source().labels().size());
    long weights = Files.size(written.version().resolve("variables/variables.data-00000-of-00001"));
    assertThat(written.bytes()).isLessThan(weights + 1_000_000);
  }

  @Test
  void limits_ofARunWithMoreNewTokensThanPositions_fitTheModel() throws IOException {
    ExportedRun opened = ExportedRun.open(run, line -> {});
    ExportedRun longer =
        new ExportedRun(
            opened.directory(),
            opened.config().with("max_new_tokens", 100_000),
            opened.checkpoint(),
            opened.model(),
            opened.vocabulary(),
            opened.splits(),
            opened.encoder());
    assertThat(longer.limits(ServingSizes.ofData()).newTokens())
        .isEqualTo(opened.model().nPositions() - 1);
  }

  @Test
  void check_ofAnExport_agreesWithTheRun_andSaysWhereItDoesNot() throws IOException {
    Path requests = directory.resolve("requests");
    Path answers = directory.resolve("answers");
    ExportCheck check = ExportCheck.prepare(run, written.version(), requests, 500, line -> {});
    assertThat(ExportCheck.answer(written.version(), requests, answers).requests()).isEqualTo(25);

    ExportCheck.Report report = check.compare(answers, new TrainingListener() {});
    assertThat(report.problems()).isEqualTo(5);
    assertThat(report.agrees()).describedAs("%s", report).isTrue();

    List<String> lines = new ArrayList<>(Files.readAllLines(answers));
    Collections.rotate(lines, 5); // facts and questions of other problems
    Files.write(answers, lines);
    ExportCheck.Report other = check.compare(answers, new TrainingListener() {});
    assertThat(other.agrees()).describedAs("%s", other).isFalse();
    assertThat(other.probability()).isGreaterThan(ExportCheck.TOLERANCE);
    assertThat(ExportCheck.origin(written.version())).isEqualTo(run);
  }

  @Test
  void export_sharedNamesOfFacts_agreesWithTheRun() throws IOException {
    RunConfig config = TrainedRun.config().with("data.fact_names", "shared");
    Path trained = TrainedRun.into(directory.resolve("run"), config);
    Path version =
        ModelExport.write(
                trained, directory.resolve("shared"), ServingSizes.ofData(), false, line -> {})
            .version();
    JsonNode words = JSON.readTree(version.resolve("assets.extra/templates.json").toFile());
    assertThat(words.path("fact_prompt").asText()).isEqualTo("fact_0: ");
    assertThat(words.path("question_prompt").asText()).isEqualTo("Based on fact_0, {question}");

    Path requests = directory.resolve("requests");
    Path answers = directory.resolve("answers");
    ExportCheck check = ExportCheck.prepare(trained, version, requests, 2, line -> {});
    ExportCheck.answer(version, requests, answers);
    ExportCheck.Report report = check.compare(answers, new TrainingListener() {});
    assertThat(report.agrees()).describedAs("%s", report).isTrue();
  }

  @Test
  void check_ofProblemsWithOneId_comparesEachWithItsOwnAnswer() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String child : List.of("Anna", "Mary", "Paul")) {
      lines.append(
          """
          {"guid": "same", "facts": ["The child of Tom is %s"], "question": "Who is %s ?", "answer": "son"}
          """
              .formatted(child, child));
    }
    String data = Files.writeString(directory.resolve("same.jsonl"), lines).toString();
    RunConfig config =
        TrainedRun.config()
            .with("data.train", data)
            .with("data.source", "files")
            .with("data.val", data)
            .with("data.test", data)
            .with("data.hops", List.of());
    Path trained = TrainedRun.into(directory.resolve("run"), config);
    Path version =
        ModelExport.write(
                trained, directory.resolve("same"), ServingSizes.ofData(), false, line -> {})
            .version();
    Path requests = directory.resolve("requests");
    Path answers = directory.resolve("answers");
    ExportCheck check = ExportCheck.prepare(trained, version, requests, 3, line -> {});
    ExportCheck.answer(version, requests, answers);
    ExportCheck.Report report = check.compare(answers, new TrainingListener() {});
    assertThat(report.questions()).isEqualTo(3);
    assertThat(report.agrees()).describedAs("%s", report).isTrue();
  }

  @Test
  void warmUpRequests_parseBackToRequestsThatTheModelAnswers() throws IOException {
    List<ServingRequest> parsed = new ArrayList<>();
    ByteBuffer file =
        ByteBuffer.wrap(
                Files.readAllBytes(
                    written.version().resolve("assets.extra/tf_serving_warmup_requests")))
            .order(ByteOrder.LITTLE_ENDIAN);
    while (file.hasRemaining()) {
      byte[] record = new byte[(int) file.getLong()];
      file.getInt(); // checksums are RecordOutput's
      file.get(record);
      file.getInt();
      byte[] predict = only(only(record, 6), 1);
      assertThat(text(only(only(predict, 1), 1))).isEqualTo("kinship");
      ObjectNode inputs = JsonNodeFactory.instance.objectNode();
      for (byte[] entry : fields(predict, 2)) {
        put(inputs, text(only(entry, 1)), TensorProto.parseFrom(only(entry, 2)));
      }
      parsed.add(new ServingRequest(text(only(only(predict, 1), 3)), inputs));
    }
    assertThat(parsed.stream().map(ServingRequest::signature))
        .containsExactly(
            "serving_default",
            "sample",
            "score",
            "no_knowledge",
            "ask",
            "choose",
            "ask_no_knowledge",
            "choose_no_knowledge");
    assertThat(parsed.get(0)).isEqualTo(problem(0).answer());
    assertThat(parsed.get(2)).isEqualTo(problem(0).score());
    try (ServedModel model = ServedModel.load(written.version())) {
      for (ServingRequest request : parsed) {
        assertThat(model.predict(request).size()).isGreaterThan(1);
      }
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] only(byte[] message, int field) throws IOException {
    List<byte[]> found = fields(message, field);
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private static List<byte[]> fields(byte[] message, int field) throws IOException {
    List<byte[]> found = new ArrayList<>();
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == field) {
        found.add(in.readByteArray());
      } else {
        in.skipField(tag);
      }
    }
    return found;
  }

  private static void put(ObjectNode inputs, String name, TensorProto tensor) {
    boolean scalar = tensor.getTensorShape().getDimCount() == 0;
    if (tensor.getDtype() == DataType.DT_STRING) {
      tensor.getStringValList().forEach(text -> inputs.withArray(name).add(text.toStringUtf8()));
    } else if (!scalar) {
      assertThat(tensor.getTensorShape().getDim(0).getSize()).isEqualTo(tensor.getIntValCount());
      var list = inputs.putArray(name);
      tensor.getIntValList().forEach(list::add);
    } else if (tensor.getDtype() == DataType.DT_FLOAT) {
      inputs.put(name, tensor.getFloatVal(0));
    } else if (tensor.getDtype() == DataType.DT_INT64) {
      inputs.put(name, tensor.getInt64Val(0));
    } else {
      inputs.put(name, tensor.getIntVal(0));
    }
  }

  @Test
  void publish_takesTheNextFreeNumber() throws IOException {
    Path model = Files.createDirectories(directory.resolve("model"));
    for (String name : List.of("2", "7", "7b", "unfinished-12")) {
      Files.createDirectories(model.resolve(name));
    }
    Path complete = Files.createDirectory(directory.resolve("complete"));
    Files.writeString(complete.resolve("saved_model.pb"), "");
    assertThat(ModelExport.publish(complete, model)).isEqualTo(model.resolve("8"));
    assertThat(ModelExport.newest(model)).contains(model.resolve("8"));
    assertThat(model.resolve("8/saved_model.pb")).exists();
  }

  @Test
  void export_thatFails_leavesNothingBehind() throws IOException {
    Path damaged = directory.resolve("run");
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.toList()) {
        Path copy = damaged.resolve(run.relativize(file).toString());
        Files.copy(file, copy);
        if (copy.toString().contains("variables.data")) {
          try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            channel.truncate(100);
          }
        }
      }
    }
    Path model = directory.resolve("model");
    assertThatIOException()
        .isThrownBy(
            () -> ModelExport.write(damaged, model, ServingSizes.ofData(), false, line -> {}))
        .withMessageContaining("cannot be read, it is damaged or belongs to another model: ");
    assertThat(model).doesNotExist();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ModelExport.write(
                    run,
                    model,
                    new ServingSizes(null, 1000, null, null, null, null, null),
                    false,
                    line -> {}))
        .withMessageContaining("fact_tokens (1000) must be at most n_positions");
    assertThat(model).doesNotExist();
  }

  @Test
  void client_overASocket_getsWhatTheModelSays() throws IOException {
    try (ModelServer server = ModelServer.start("kinship", written.version(), 0);
        ServedModel model = ServedModel.load(written.version())) {
      ServingClient client = new ServingClient(server.address(), "kinship", null, TIMEOUT);
      client.requireAvailable();
      JsonNode inputs =
          client
              .metadata()
              .path("signature_def")
              .path("signature_def")
              .path("score")
              .path("inputs");
      assertThat(inputs.path("fact_tokens").path("dtype").asText()).isEqualTo("DT_INT32");
      for (ServingRequest request :
          List.of(problem(1).answer(), problem(1).score(), problem(1).ask(), problem(1).choose())) {
        assertThat(client.predict(request))
            .isEqualTo(JSON.readTree(model.predict(request).toString()));
      }
    }
  }

  @Test
  void client_ofABadRequest_tellsTheReason_andTheNextIsAnswered() throws IOException {
    ServingProblem asked = problem(0);
    try (ModelServer server = ModelServer.start("kinship", written.version(), 0)) {
      ServingClient client = new ServingClient(server.address(), "kinship", null, TIMEOUT);
      JsonNode before = client.predict(asked.answer());
      int most = written.limits().facts();
      ServingRequest many = asked.answer();
      for (int i = 0; i < most; i++) {
        many.inputs().withArray("fact_tokens").add(1).add(1);
        many.inputs().withArray("fact_lengths").add(2);
        many.inputs().withArray("fact_prompts").add(1);
      }
      assertRefused(client, many, "[facts must be 1 to %d but are]".formatted(most));
      ServingRequest outside = asked.answer();
      outside.inputs().withArray("fact_tokens").set(0, 9999);
      assertRefused(client, outside, "[fact_tokens must be ids from 0 to ");
      ServingRequest fraction = asked.answer();
      fraction.inputs().withArray("fact_tokens").set(0, 1.5);
      assertRefused(client, fraction, "input 'fact_tokens' must be int32 but has 1.5");
      ServingRequest nested = asked.answer();
      nested.inputs().withArray("fact_lengths").set(0, JSON.createArrayNode().add(2));
      assertRefused(client, nested, "input 'fact_lengths' must have 1 dimension(s) but has 2");
      ServingRequest missing = asked.answer();
      missing.inputs().remove("fact_prompts");
      assertRefused(client, missing, "missing: [fact_prompts], unknown: []");
      assertRefused(
          client,
          new ServingRequest("other", asked.answer().inputs()),
          "signature 'other' is not in the model");
      ServingRequest number = asked.ask();
      number.inputs().withArray("facts").set(0, 5);
      assertRefused(client, number, "input 'facts' must be text but has 5");
      ServingRequest empty = ServingRequest.ask(List.of(), List.of("?"));
      assertRefused(client, empty, "[facts must be 1 to %d but are] [0]".formatted(most));
      assertThat(client.predict(asked.answer())).isEqualTo(before);

      ServingClient stranger = new ServingClient(server.address(), "other", null, TIMEOUT);
      assertThatIOException()
          .isThrownBy(stranger::requireAvailable)
          .withMessageContaining("model 'other' is not on server");
    }
  }

  private static void assertRefused(ServingClient client, ServingRequest request, String reason) {
    assertThatIOException()
        .isThrownBy(() -> client.predict(request))
        .withMessageContaining("refused the request (status 400)")
        .withMessageContaining(reason);
  }

  @Test
  void client_ofAServerThatIsAwaySilentOrAnother_saysSo() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServingClient(URI.create("localhost:8501"), "m", null, TIMEOUT))
        .withMessage("server (localhost:8501) must be an address such as http://localhost:8501");
    CountDownLatch end = new CountDownLatch(1);
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/",
        exchange -> {
          if (exchange.getRequestURI().getPath().contains("slow")) {
            try {
              end.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          byte[] page = "<html>hello".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    http.start();
    URI address = URI.create("http://127.0.0.1:" + http.getAddress().getPort());
    try {
      assertThatIOException()
          .isThrownBy(() -> new ServingClient(address, "page", null, TIMEOUT).status())
          .withMessageContaining("must be TensorFlow Serving")
          .withMessageEndingWith(": hello");
      assertThatIOException()
          .isThrownBy(
              () -> new ServingClient(address, "slow", null, Duration.ofMillis(300)).status())
          .withMessageContaining("did not answer within 0.3 s");
    } finally {
      end.countDown();
      http.stop(0);
    }
    assertThatIOException()
        .isThrownBy(() -> new ServingClient(address, "page", null, TIMEOUT).status())
        .withMessageContaining("cannot be reached");
  }

  @Test
  void eightClientsAtOnce_getTheAnswersThatEachGetsAlone() throws Exception {
    List<ServingRequest> requests = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      requests.add(problem(i).answer());
      requests.add(problem(i).score());
    }
    ServingLoad.Seen seen = ServingLoad.of(written.version(), requests, 8, 2);
    assertThat(seen.nanoseconds()).isNotEmpty();
    assertThat(seen.wrong()).isZero();
    assertThat(seen.errors()).isZero();
  }
}
