package org.reckoning.integration.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Inputs of questions: facts, questions and the files of an export. A server holds the model, so no
 * graph is built.
 */
final class QuestionInputs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double ROUNDING = 1e-3;

  private QuestionInputs() {}

  static Inputs words(TinyRun run) {
    return Inputs.ofWords(
        List.of(
            "--fact=" + TinyRun.FACT,
            "--question=" + TinyRun.QUESTION,
            "--labels=aunt,son",
            "--temperature=0.5",
            "--top-k=3",
            "--top-p=0.9",
            "--seed=7",
            "--max-new-tokens=3",
            "--timeout=20",
            "--json"),
        words -> Commands.run(Stream.concat(run.ask().stream(), words.stream()).toList()),
        QuestionInputs::assertReplies);
  }

  static Inputs files(TinyRun run, Path folder) throws IOException {
    Path facts = folder.resolve("facts.txt");
    Path questions = folder.resolve("questions.txt");
    Files.writeString(facts, TinyRun.FACT + "\nThe daughter of Michael is Mary\n");
    Files.writeString(questions, TinyRun.QUESTION + "\n");
    List<String> words = run.ask("--facts=" + facts, "--questions=" + questions, "--json");
    return Inputs.ofFiles(
        List.of(facts, questions), all -> Commands.run(words), QuestionInputs::assertReplies);
  }

  static Inputs conversation(TinyRun run) {
    List<String> words = run.ask("--fact=" + TinyRun.FACT, "--json");
    String input =
        """
        :fact The daughter of Michael is Mary
        %s
        :facts
        :help
        :quit
        """
            .formatted(TinyRun.QUESTION);
    return new Inputs(
        List.of(new Inputs.Seed("standard input", input.getBytes(StandardCharsets.UTF_8))),
        (seed, content) -> {
          Outcome outcome = Commands.run(words, content);
          assertReplies(outcome);
          return outcome;
        });
  }

  /** Returns the files of an export, which a client reads before it sends a request. */
  static Inputs ofExport(TinyRun run, Path folder) throws IOException {
    Path version = folder.resolve("tiny/1");
    TinyRun.copy(run.export(), version);
    Path assets = version.resolve("assets.extra");
    List<String> words =
        List.of(
            "ask",
            "--run=" + version,
            "--server=" + run.server().address(),
            "--fact=" + TinyRun.FACT,
            "--question=" + TinyRun.QUESTION,
            "--json");
    return Inputs.ofFiles(
        Stream.of("export.json", "labels.json", "vocabulary.json", "config.yaml")
            .map(assets::resolve)
            .toList(),
        all -> Commands.run(words),
        QuestionInputs::assertReplies);
  }

  /** Checks the lines of {@code ask --json}. */
  static void assertReplies(Outcome outcome) throws IOException {
    List<String> lines = outcome.out().lines().filter(line -> line.startsWith("{")).toList();
    for (String line : lines) {
      JsonNode reply = JSON.readTree(line);
      ConfigurationInputs.assertFinite(reply);
      switch (reply.path("kind").asText()) {
        case "facts" -> assertFacts(reply);
        case "answer" -> assertAnswer(reply);
        default -> assertThat(reply.path("kind").asText()).isEqualTo("model");
      }
    }
  }

  private static void assertFacts(JsonNode reply) {
    assertThat(reply.path("facts").size()).as("facts").isNotZero();
    reply.path("facts").forEach(fact -> DataInputs.assertText("fact", fact));
    assertThat(reply.get("inner_losses")).hasSize(TinyRun.INNER_STEPS + 1);
    for (JsonNode loss : reply.get("inner_losses")) {
      assertThat(loss.doubleValue()).as("inner loss").isNotNegative();
    }
  }

  private static void assertAnswer(JsonNode reply) {
    DataInputs.assertText("question", reply.get("question"));
    for (String key : List.of("probability", "text_probability")) {
      assertThat(reply.get(key).doubleValue()).as(key).isBetween(0.0, 1 + ROUNDING);
    }
    double sum = 0;
    for (JsonNode probability : reply.get("labels")) {
      sum += probability.doubleValue();
    }
    assertThat(sum).as("probabilities of the labels").isBetween(1 - ROUNDING, 1 + ROUNDING);
  }
}
