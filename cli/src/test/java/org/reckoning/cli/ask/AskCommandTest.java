package org.reckoning.cli.ask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.cli.Reckoning;
import org.reckoning.trainer.export.ModelExport;
import org.reckoning.trainer.export.ServingSizes;
import org.reckoning.trainer.server.ModelServer;

/** Of a run of seconds, which answers badly. */
class AskCommandTest {
  private static final String TRAIN =
      "train experiment=quickstart xla=off n_inner_iter=2 model.n_layer=1 model.n_embd=16"
          + " train_batch_size=4 max_steps=2 eval_steps=null generate=false monitor=acc_scored"
          + " max_new_tokens=6 save_steps=2 baselines=[in_context] tensorboard=false"
          + " data.train_tasks=200 data.val_tasks=2 data.test_tasks=2 output_dir=";
  private static final String QUESTION = "How are Mary and Alice related to each other ?";
  private static final String SON = "The son of Alice is Michael";
  private static final String DAUGHTER = "The daughter of Michael is Mary";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Path run;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void train() throws IOException {
    StringWriter ignored = new StringWriter();
    int code =
        Reckoning.commandLine()
            .setOut(new PrintWriter(ignored))
            .execute((TRAIN + directory).split(" "));
    assertThat(code).isZero();
    try (Stream<Path> runs = Files.list(directory.resolve("quickstart"))) {
      run = runs.findFirst().orElseThrow();
    }
    assertThat(ignored.toString()).contains("  ./reckoning ask --run " + run + " ");
  }

  private int ask(String input, String... words) {
    List<String> all = new ArrayList<>(List.of("ask"));
    all.addAll(List.of(words));
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      return Reckoning.commandLine()
          .setOut(new PrintWriter(out))
          .setErr(new PrintWriter(err))
          .execute(all.toArray(String[]::new));
    } finally {
      System.setIn(before);
    }
  }

  private List<JsonNode> json() throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : out.toString().lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  @Test
  void questions_ofOptionsAndFile_areAnsweredInOrder() throws IOException {
    Path file = directory.resolve("questions.txt");
    Files.writeString(file, "How are Alice and Mary related to each other ?\n\n");
    int code =
        ask(
            SON + "\n" + DAUGHTER + "\n",
            "--run=" + run,
            "--facts=-",
            "--question=" + QUESTION,
            "--questions=" + file,
            "--json");

    assertThat(code).as(err.toString()).isZero();
    List<JsonNode> lines = json();
    assertThat(lines)
        .extracting(line -> line.get("kind").textValue())
        .containsExactly("model", "facts", "answer", "answer");
    assertThat(lines.get(0).get("inner_steps").intValue()).isEqualTo(2);
    assertThat(lines.get(0).get("note").textValue())
        .startsWith("trained on generated kinship problems of 2 hops");
    JsonNode facts = lines.get(1);
    assertThat(facts.get("facts")).hasSize(2);
    assertThat(facts.get("inner_losses")).hasSize(3);
    assertThat(facts.get("inner_loss_after")).isEqualTo(facts.get("inner_losses").get(2));
    JsonNode answer = lines.get(2);
    assertThat(answer.get("question").textValue()).isEqualTo(QUESTION);
    assertThat(answer.get("labels")).hasSize(18);
    assertThat(answer.get("labels").get(answer.get("answer").textValue()))
        .isEqualTo(answer.get("probability"));
    assertThat(lines.get(3).get("question").textValue()).startsWith("How are Alice and Mary");
    assertThat(lines.get(3).get("compile_seconds").doubleValue()).isZero(); // the same shape
  }

  @Test
  void facts_areTheSameWhateverSavedThem() throws IOException {
    String plain = SON + "\n" + DAUGHTER + "\n";
    assertThat(ask(plain, "--run=" + run, "--facts=-", "--question=" + QUESTION, "--json"))
        .isZero();
    JsonNode expected = json().get(1).get("facts");
    List<String> variants =
        List.of(
            "\uFEFF" + plain.replace("\n", "\r\n"),
            plain.replace("\n", "\r"),
            " " + SON + "\t\n\n \n\t" + DAUGHTER + "  ");
    for (String variant : variants) {
      Path file = Files.writeString(directory.resolve("facts.txt"), variant);
      for (String facts : List.of("-", file.toString())) {
        int code =
            ask(variant, "--run=" + run, "--facts=" + facts, "--question= " + QUESTION, "--json");
        assertThat(code).as(err.toString()).isZero();
        assertThat(json().get(1).get("facts")).isEqualTo(expected);
        assertThat(json().get(2).get("question").textValue()).isEqualTo(QUESTION);
      }
    }
    ask(
        "",
        "--run=" + run,
        "--fact= " + SON,
        "--fact=" + DAUGHTER + " ",
        "--json",
        "--question=" + QUESTION);
    assertThat(json().get(1).get("facts")).isEqualTo(expected);
  }

  @Test
  void pipe_isRead() throws Exception {
    Path pipe = directory.resolve("pipe");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs mkfifo");
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try (OutputStream bytes = Files.newOutputStream(pipe)) {
                bytes.write((SON + "\n" + DAUGHTER).getBytes(StandardCharsets.UTF_8));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    int code = ask("", "--run=" + run, "--facts=" + pipe, "--question=" + QUESTION, "--json");
    writer.join();

    assertThat(code).as(err.toString()).isZero();
    assertThat(json().get(1).get("facts")).hasSize(2);
  }

  @Test
  void factsThatAreNoText_areRefusedWithFileAndLine() throws IOException {
    Path file = directory.resolve("facts.txt");
    Files.write(file, (SON + "\nS\u00e3o\n").getBytes(StandardCharsets.ISO_8859_1));
    assertRefused("--facts (" + file + "), line 2: the line must be UTF-8 text", "--facts=" + file);
    Files.write(file, SON.getBytes(StandardCharsets.UTF_16));
    assertRefused(
        "--facts (" + file + "): the text must be UTF-8 but is UTF-16", "--facts=" + file);
    Files.writeString(file, SON + "\n\n" + "x".repeat(17 << 20));
    assertRefused(
        "--facts (" + file + "), line 3: the line is longer than the limit of 16 MiB",
        "--facts=" + file);
    Files.writeString(file, "x".repeat(2 << 20));
    assertRefused("fact 0 has 2097152 characters but must have", "--facts=" + file);
    assertRefused("--facts (" + directory + ") cannot be read: ", "--facts=" + directory);
    assertRefused("fact 1 (' ') must have text", "--fact=x", "--fact= ");
  }

  private void assertRefused(String problem, String... words) {
    List<String> all = new ArrayList<>(List.of("--run=" + run, "--question=" + QUESTION));
    all.addAll(List.of(words));
    assertThat(ask("", all.toArray(String[]::new))).isEqualTo(2);
    assertThat(err.toString()).startsWith(problem).doesNotContain("java");
  }

  @Test
  void conversation_addsFactsAndGoesOnAfterMistakes() {
    String input =
        String.join(
            "\n",
            QUESTION,
            "How are Zacharias and Alice related to each other ?",
            ":fact " + DAUGHTER,
            ":facts",
            "",
            QUESTION,
            ":what",
            ":quit",
            QUESTION);
    assertThat(ask(input, "--run=" + run, "--fact=" + SON)).isZero();

    assertThat(out.toString().lines().filter(line -> line.startsWith("facts   ")))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("facts   1 of "),
            line -> assertThat(line).startsWith("facts   2 of "));
    assertThat(out.toString().lines().filter(QUESTION::equals)).hasSize(2);
    assertThat(out.toString())
        .startsWith("model   " + run + ": checkpoint ")
        .containsPattern("\n  answer  [a-z-]+, [0-9.]+ %\n  labels  .*, 14 others [0-9.]+ %\n");
    assertThat(err.toString())
        .contains("the word 'Zacharias'", SON + "\n" + DAUGHTER, "  ends, like the end");
  }

  /** With this rate the weights overflow if the short fact has a share in the gradient. */
  @Test
  void conversation_leavesOutAFactWithWhichNoneCanBeLearned() throws IOException {
    String repeated = "the" + " the".repeat(33);
    int code =
        ask(
            ":fact It slept.\n:facts\nWho?",
            "--model=" + randomModel("diverging"),
            "--steps=1",
            "--rate=3e13",
            "--fact=" + repeated,
            "--max-new-tokens=2");

    assertThat(code).as(err.toString()).isZero();
    assertThat(out.toString().lines().filter(line -> line.startsWith("facts   1 of "))).hasSize(2);
    assertThat(out.toString().lines().filter("Who?"::equals)).hasSize(1);
    assertThat(err.toString())
        .contains(
            "inner loss after 1 inner steps is not finite (NaN): lower the learning rates or look at the data; the new fact is left out\n"
                + repeated
                + "\n");
  }

  private static Path randomModel(String name) {
    Path model = directory.resolve(name);
    int made =
        Reckoning.commandLine()
            .setOut(new PrintWriter(new StringWriter()))
            .execute(
                ("model init --layers 1 --heads 2 --width 8 --positions 64 --to " + model)
                    .split(" "));
    assertThat(made).isZero();
    return model;
  }

  @Test
  void problem_isOneOfTheTestSplit() throws IOException {
    assertThat(ask("", "--run=" + run, "--problem=2", "--json")).as(err.toString()).isZero();

    List<JsonNode> lines = json();
    assertThat(lines.get(1).get("facts")).hasSize(5);
    JsonNode answer = lines.get(2);
    JsonNode predicted;
    try (Stream<String> all = Files.lines(run.resolve("predictions/test.jsonl"))) {
      predicted = new ObjectMapper().readTree(all.skip(1).findFirst().orElseThrow());
    }
    assertThat(answer.get("question")).isEqualTo(predicted.get("question"));
    assertThat(answer.get("right")).isEqualTo(predicted.get("label"));
    assertThat(answer.get("answer")).isEqualTo(predicted.get("scored"));
  }

  @Test
  void baseline_isARunOfItsOwn() {
    Path baseline = run.resolve("baselines/in_context");
    String[] words = {"--run=" + baseline, "--fact=" + SON, "--question=" + QUESTION};
    assertThat(ask("", words)).isZero();

    assertThat(out.toString())
        .contains("; this run has no inner loop: every prompt contains the facts\n", "\n  answer  ")
        .containsPattern("\nfacts   1 of [0-9]+ tokens, read once, [0-9.]+ s");
  }

  @Test
  void exportedModel_isAskedAsItsRun() {
    Path model = directory.resolve("exported");
    int exported =
        Reckoning.commandLine()
            .setOut(new PrintWriter(out))
            .execute("model", "export", "--from", run.toString(), "--to", model.toString());
    assertThat(exported).isZero();
    String[] words = {"--model=" + model, "--fact=" + SON, "--question=" + QUESTION, "--seed=3"};
    assertThat(ask("", words)).isZero();
    assertThat(out.toString())
        .contains("note    trained on generated kinship problems of 2 hops")
        .containsPattern("\n  answer  [a-z-]+, [0-9.]+ %\n");
    assertThat(ask("", "--model=" + model, "--fact=" + SON, "--question=" + QUESTION, "--steps=1"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("has inner steps, rates and a dataset type of its own; leave these settings out");
  }

  @Test
  void longText_isCutIntoFacts() throws IOException {
    Path model = randomModel("random");
    Path book = directory.resolve("book.txt");
    Files.writeString(
        book,
        "\nCHAPTER THE FIRST\n\n The fox ran\nover the green hill.\r\n \nIt slept. And\nate.\n\n");
    List<String> words = List.of("--model=" + model, "--facts=" + book, "--question=Who?");
    List<String> asks = new ArrayList<>(words);
    asks.addAll(List.of("--steps=1", "--max-new-tokens=2", "--json", "--facts-as=text"));
    assertThat(ask("", asks.toArray(String[]::new))).as(err.toString()).isZero();
    assertThat(json().get(1).get("facts"))
        .extracting(JsonNode::textValue)
        .containsExactly(
            "CHAPTER THE FIRST\n\nThe fox ran over the green hill.\n\nIt slept. And ate.");

    asks.add("--segment-tokens=16");
    assertThat(ask("", asks.toArray(String[]::new))).as(err.toString()).isZero();
    assertThat(json().get(1).get("facts"))
        .extracting(JsonNode::textValue)
        .containsExactly(
            "CHAPTER THE FIRST", "The fox ran over the green hill.", "It slept. And ate.");
    assertThat(err.toString()).contains("long facts are cut into pieces, 3 in all\n");

    asks.set(asks.indexOf("--json"), "--segment-overlap=4");
    asks.set(asks.indexOf("--facts-as=text"), "--facts-as=lines");
    asks.add("--interactive");
    assertThat(ask(":fact " + "The cat sat and ".repeat(4), asks.toArray(String[]::new)))
        .as(err.toString())
        .isZero();
    assertThat(out.toString())
        .contains(
            "\n  The fox ran\n  over the green hill.\n  It slept. And\n  ate.\n",
            "\n  The cat sat and The cat sat and The cat sat\n  and The cat sat and The cat sat and\n");
  }

  @Test
  void cutOfFacts_isChecked() throws IOException {
    assertRefused("--facts-as (text) needs a file: --facts FILE", "--fact=x", "--facts-as=text");
    assertRefused("segment_tokens (15) must be at least 16", "--fact=x", "--segment-tokens=15");
    assertRefused("segment_tokens (5000) must be at most ", "--fact=x", "--segment-tokens=5000");
    assertRefused(
        "segment_overlap (4) needs a length of the pieces: give segment_tokens",
        "--fact=x",
        "--segment-overlap=4");
  }

  @Test
  void server_ofAnExport_answersAsTheRunDoes() throws IOException {
    Path export = directory.resolve("saved/kinship");
    ModelExport.write(run, export, ServingSizes.ofData(), false, line -> {});
    String words = "--fact=" + SON;
    assertThat(ask("", "--run=" + export, words)).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("--run (" + export + ") is a model for serving: give --server");
    assertThat(ask("", "--run=" + run, "--server=http://127.0.0.1:1", words)).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "'%s' must be a model written by 'reckoning export', or a version of one%n"
                .formatted(run));
    assertThat(ask("", "--run=" + export, "--server=http://127.0.0.1:1", words)).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "server (http://127.0.0.1:1) cannot be reached: start it, or correct the address\n");
    assertThat(ask("", "--run=" + export, "--server=localhost", words)).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("server (localhost) must be an address such as http://localhost:8501");

    assertThat(ask("", "--run=" + run, "--problem=2", "--json")).as(err.toString()).isZero();
    List<JsonNode> here = json();
    try (ModelServer server = ModelServer.start("kinship", export.resolve("1"), 0)) {
      String address = "--server=" + server.address();
      assertThat(ask("", "--run=" + export, address, "--problem=2", "--json"))
          .as(err.toString())
          .isZero();
      List<JsonNode> there = json();
      assertThat(there).hasSize(3);
      assertThat(there.get(0).get("path").textValue()).isEqualTo(server.address().toString());
      assertThat(there.get(1).get("facts")).isEqualTo(here.get(1).get("facts"));
      for (String key : List.of("question", "answer", "right", "text")) {
        assertThat(there.get(2).get(key)).isEqualTo(here.get(2).get(key));
      }
      assertThat(there.get(2).get("probability").doubleValue())
          .isCloseTo(here.get(2).get("probability").doubleValue(), within(1e-5));

      String longer = (SON + " ").repeat(5).strip();
      assertThat(ask("", "--run=" + export, address, "--fact=" + longer)).isEqualTo(2);
      assertThat(err.toString())
          .contains("export again with more fact tokens (reckoning export --fact-tokens)");

      String input = String.join("\n", QUESTION, "How?", ":fact " + DAUGHTER, QUESTION);
      assertThat(ask(input, "--run=" + export, address, "--fact=" + SON)).isZero();
      assertThat(out.toString().lines().filter(QUESTION::equals)).hasSize(2);
      assertThat(err.toString()).startsWith("the word 'How?'");
    }
  }

  @Test
  void passwordOfAServer_isSentAndNeverPrinted() throws IOException {
    Path export = directory.resolve("saved/secret");
    ModelExport.write(run, export, ServingSizes.ofData(), false, line -> {});
    List<String> sent = new CopyOnWriteArrayList<>();
    HttpServer gateway =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext(
        "/",
        exchange -> {
          sent.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          exchange.sendResponseHeaders(401, -1);
          exchange.close();
        });
    gateway.start();
    try {
      String here = "127.0.0.1:" + gateway.getAddress().getPort();
      assertRefused(1, export, "--server=http://joe:s3cr%40t@" + here, "server (http://" + here);
      assertThat(sent)
          .containsExactly(
              "Basic "
                  + Base64.getEncoder()
                      .encodeToString("joe:s3cr@t".getBytes(StandardCharsets.UTF_8)));
    } finally {
      gateway.stop(0);
    }
    assertRefused(1, export, "--server=http://joe:s3cr@127.0.0.1:1", "server (http://127.0.0.1:1)");
    assertRefused(2, export, "--server=http://joe:s3cr/x@h", "server (http://h) must not have '@'");
    assertRefused(2, export, "--server=http://joe:s3cr%@h", "server (http://h) must have '%'");
    assertRefused(2, export, "--servr=http://joe:s3cr@h", "Unknown option: '--servr=http://h'");
    assertRefused(
        2, export, "--server=http://joe:s3cr@h/v1/models/m/versions/7", "version (7) in the");
  }

  private void assertRefused(int code, Path export, String server, String sentence) {
    String[] words = {"--run=" + export, "--fact=" + SON, "--stacktrace", "--json", server};
    assertThat(ask("", words)).as(err.toString()).isEqualTo(code);
    assertThat(err.toString()).startsWith(sentence).contains("\tat ").doesNotContain("s3cr");
    assertThat(out.toString()).isEmpty();
  }

  static Stream<Arguments> unusable() {
    String fact = "--fact=" + SON;
    return Stream.of(
        Arguments.of(List.of("--question=x"), "facts (0) must be at least 1; give some"),
        Arguments.of(List.of("--fact=The son of Ulf is Mary"), "the word 'Ulf' of"),
        Arguments.of(List.of(fact, "--question= "), "question (' ') must have text"),
        Arguments.of(List.of(fact, "--temperature=-1"), "temperature (-1.0) must be at least 0"),
        Arguments.of(List.of(fact, "--steps=2"), "run '"),
        Arguments.of(List.of("--facts=no.txt"), "--facts (no.txt) must be an existing file or -;"),
        Arguments.of(
            List.of("--problem=3"), "--problem (3) must be a test problem of the run, 1 to 2"),
        Arguments.of(
            List.of(fact, "--server=a b"), "server (a b) must be an address such as http://local"),
        Arguments.of(
            List.of(fact, "--server=http://x", "--timeout=0"),
            "--timeout (0.0) must be from 0.001 to"),
        Arguments.of(List.of(fact, "--timeout=3"), "--timeout (3.0) needs --server"),
        Arguments.of(List.of("--facts=-"), "standard input has one use: --facts -,"));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void whatCannotBeUsed_isOneLineAndExitCodeTwo(List<String> words, String message) {
    List<String> all = new ArrayList<>(List.of("--run=" + run));
    all.addAll(words);
    assertThat(ask("", all.toArray(String[]::new))).isEqualTo(2);
    assertThat(err.toString()).startsWith(message).hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void pathOfNothing_isOneLineAndExitCodeOne() {
    assertThat(ask("", "--run=nothing", "--fact=" + SON)).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("nothing: no such file or directory\n");
  }
}
