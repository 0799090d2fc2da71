package org.reckoning.trainer.data.theories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.formats.Samples;
import org.reckoning.trainer.data.formats.TaskReader;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import org.reckoning.trainer.files.Json;

/** Compares the solver with the labels and proof depths of all published files at hand. */
class PublishedTheoriesTest {
  private static final TaskReader THEORIES =
      TaskReader.of(DataFormat.PROOFWRITER, DatasetType.PROOFWRITER);

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> theories = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        theories.add(Json.PLAIN.readTree(line));
      }
    }
    return theories;
  }

  private static Theory theory(JsonNode json) {
    List<Literal> facts = new ArrayList<>();
    List<Rule> rules = new ArrayList<>();
    for (JsonNode triple : json.get("triples")) {
      facts.add(Representation.literal(triple.get("representation").asText()));
    }
    for (JsonNode rule : json.get("rules")) {
      rules.add(Representation.rule(rule.get("representation").asText()));
    }
    return new Theory(facts, rules);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "proofwriter/V2020.12.3/OWA/NatLang/meta-dev.jsonl.gz, OPEN, 3124",
    "proofwriter/V2020.12.3/CWA/NatLang/meta-dev.jsonl.gz, CLOSED, 3124",
    "proofwriter/V2020.12.3/CWA/birds-electricity/meta-test.jsonl.gz, CLOSED, 3970",
    "ruletaker/V2020.2/birds-electricity/meta-test.jsonl.gz, CLOSED, 3772"
  })
  void everyLabelAndProofDepth_isThatOfTheOfficialFile(String file, World world, int questions)
      throws IOException {
    List<String> wrong = new ArrayList<>();
    int labels = 0;
    int depths = 0;
    for (JsonNode json : lines(Samples.shared(file))) {
      Closure closure = Objects.requireNonNull(Closure.of(theory(json), world));
      for (JsonNode question : json.get("questions")) {
        Literal statement = Representation.literal(question.get("representation").asText());
        boolean proven = !question.get("proofs").asText().startsWith("[@");
        String label =
            switch (question.get("answer").asText()) {
              case "true" -> "yes";
              case "false" -> "no";
              default -> "none";
            };
        int depth = proven ? question.get("QDep").intValue() : Chaining.NONE;
        boolean sameLabel = closure.label(statement).equals(label);
        boolean sameDepth = closure.proofDepth(statement) == depth;
        labels += sameLabel ? 1 : 0;
        depths += sameDepth ? 1 : 0;
        if (!sameLabel || !sameDepth) {
          wrong.add(json.get("id") + " " + question);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(labels).isEqualTo(questions);
    assertThat(depths).isEqualTo(questions);
  }

  private static List<String> texts(ReasoningTask task) {
    return task.facts().stream().map(Fact::text).toList();
  }

  /** Returns the depth of a statement in the part of a theory with the given sentences. */
  private static int depthWithin(ReasoningTask task, List<Integer> sentences, Literal statement) {
    Theory part = SentenceReader.theory(sentences.stream().map(texts(task)::get).toList());
    return Objects.requireNonNull(Closure.of(part, World.OPEN)).proofDepth(statement);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"train, 3000, 2000, 1", "dev, 600, 400, 0"})
  void everyLabelDepthAndProof_isThatOfTheDepthFiveFile(
      String name, int questions, int proven, int shorterProofs) throws IOException {
    List<String> wrong = new ArrayList<>();
    int labels = 0;
    int depths = 0;
    int shorter = 0;
    Path file = Samples.shared("proofwriter/owa_depth5_logic-llm/%s.json".formatted(name));
    for (ReasoningTask task : Samples.read(THEORIES, file)) {
      Question question = task.questions().get(0);
      Literal statement = SentenceReader.statement(question.text());
      Closure closure =
          Objects.requireNonNull(Closure.of(SentenceReader.theory(texts(task)), World.OPEN));
      boolean sameLabel = closure.label(statement).equals(question.label());
      labels += sameLabel ? 1 : 0;
      boolean sameProof = true;
      if (!question.label().equals("none")) {
        List<Integer> found = List.copyOf(new Explainer(closure, 0).explain(statement).sentences());
        sameProof =
            closure.proofDepth(statement) == task.hops()
                && depthWithin(task, question.relevant(), statement) == task.hops()
                && depthWithin(task, found, statement) == task.hops()
                && found.size() <= question.relevant().size();
        depths += sameProof ? 1 : 0;
        shorter += found.size() < question.relevant().size() ? 1 : 0;
      }
      if (!sameLabel || !sameProof) {
        wrong.add(task.toString());
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(labels).isEqualTo(questions);
    assertThat(depths).isEqualTo(proven);
    assertThat(shorter).as("published proofs with a needless sentence").isEqualTo(shorterProofs);
  }

  /** RuleTaker also has theories in which a statement depends on its own negation. */
  @Test
  void everyLabel_isThatOfRuleTaker_ifTheTheoryHasStrata() throws IOException {
    Map<List<String>, Optional<Closure>> closures = new HashMap<>();
    int questions = 0;
    int labels = 0;
    Path file = Samples.shared("ruletaker/V2020.2/depth-5/dev.jsonl.gz");
    for (ReasoningTask task :
        Samples.read(TaskReader.of(DataFormat.RULETAKER, DatasetType.PROOFWRITER), file)) {
      Optional<Closure> closure =
          closures.computeIfAbsent(
              texts(task),
              texts -> Optional.ofNullable(Closure.of(SentenceReader.theory(texts), World.CLOSED)));
      if (closure.isPresent()) {
        Question question = task.questions().get(0);
        String label = closure.get().label(SentenceReader.statement(question.text()));
        labels += label.equals(question.label()) ? 1 : 0;
        questions++;
      }
    }
    assertThat(closures.values().stream().filter(Optional::isEmpty)).hasSize(27);
    assertThat(questions).isEqualTo(7956);
    assertThat(labels).isEqualTo(questions);
  }
}
