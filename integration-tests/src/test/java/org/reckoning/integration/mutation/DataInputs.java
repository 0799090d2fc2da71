package org.reckoning.integration.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Data inputs: records of every kind and the published formats. */
final class DataInputs {
  private static final Path SAMPLES = Path.of("../trainer/src/test/resources/data");
  private static final int MOST_HOPS = 1000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private DataInputs() {}

  static Inputs records(Path folder, String type) throws IOException {
    Path file = Files.writeString(folder.resolve("records.jsonl"), Samples.records(type));
    return converted(folder, type, List.of(file), List.of("--type=" + type));
  }

  static Inputs proofWriter(Path folder) throws IOException {
    return published(folder, "proofwriter/meta-sample.jsonl");
  }

  static Inputs ruleTaker(Path folder) throws IOException {
    return published(folder, "ruletaker/meta-sample.jsonl", "ruletaker/plain-sample.jsonl");
  }

  static Inputs multipleChoice(Path folder) throws IOException {
    return published(
        folder, "proofwriter/choice-sample.json", "proofwriter/choice-sample.depth.tsv");
  }

  static Inputs clutrr(Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("test.csv"), Samples.clutrrCsv());
    return converted(folder, "clutrr", List.of(file), List.of());
  }

  static Inputs prontoQa(Path folder) throws IOException {
    return published(folder, "prontoqa/choice-sample.json");
  }

  static Inputs babi(Path folder) throws IOException {
    List<Path> files = copies(folder, "babi/qa1-sample.txt", "babi/qa3-sample.txt");
    files.addAll(copies(folder, "babi/qa15-sample.txt", "babi/qa19-sample.txt"));
    return converted(folder, "question", files, List.of());
  }

  static Inputs keyValue(Path folder) throws IOException {
    List<Path> files = copies(folder, "lost_in_the_middle/kv-75-sample.jsonl");
    return converted(folder, "question", files, List.of());
  }

  static Inputs folio(Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("folio.jsonl"), Samples.folio());
    return converted(folder, "folio", List.of(file), List.of());
  }

  static Inputs clutrrSg(Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("sg.txt"), Samples.clutrrSg());
    return converted(folder, "clutrr", List.of(file), List.of());
  }

  private static Inputs published(Path folder, String... names) throws IOException {
    return converted(folder, "proofwriter", copies(folder, names), List.of());
  }

  private static List<Path> copies(Path folder, String... names) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      Path file = SAMPLES.resolve(name);
      files.add(Files.copy(file, folder.resolve(file.getFileName())));
    }
    return files;
  }

  private static Inputs converted(Path folder, String type, List<Path> files, List<String> options)
      throws IOException {
    Path output = folder.resolve("out.jsonl");
    List<String> words = new ArrayList<>(List.of("data", "convert", "--output=" + output));
    files.stream()
        .map(Path::toString)
        .filter(name -> !name.endsWith(".depth.tsv")) // read with its main file
        .forEach(words::add);
    words.addAll(options);
    return Inputs.ofFiles(
        files,
        all -> {
          Files.deleteIfExists(output);
          Outcome outcome = Commands.run(words);
          try (Stream<Path> left = Files.list(folder)) {
            assertThat(left)
                .as("files that are left")
                .hasSize(files.size() + (outcome.isAccepted() ? 1 : 0));
          }
          return outcome;
        },
        outcome -> {
          List<String> lines = Files.readAllLines(output);
          assertThat(outcome.out()).contains(": %d records".formatted(lines.size()));
          for (String line : lines) {
            assertRecord(JSON.readTree(line));
          }
          if (!lines.isEmpty()) {
            assertReadAgain(output, type);
          }
        });
  }

  private static void assertRecord(JsonNode record) {
    assertThat(record.path("facts").size()).as("facts").isNotZero();
    record.path("facts").forEach(fact -> assertText("fact", fact));
    record.path("all_facts").forEach(fact -> assertText("fact", fact));
    List<JsonNode> questions = new ArrayList<>(record.path("questions").valueStream().toList());
    Stream.of("question", "hypothesis")
        .filter(record::has)
        .map(record::get)
        .forEach(questions::add);
    assertThat(questions).as("questions").isNotEmpty();
    questions.forEach(question -> assertText("question", question));
    assertThat(record.path("hops").asInt()).as("hops").isBetween(0, MOST_HOPS);
  }

  static void assertText(String what, JsonNode text) {
    assertThat(text.isTextual()).as("%s (%s) is text", what, text).isTrue();
    assertThat(text.textValue())
        .as(what)
        .isNotBlank()
        .isEqualTo(text.textValue().strip())
        .doesNotStartWith("\ufeff"); // a byte order mark
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text.textValue()))
        .as("%s (%s) has whole characters", what, text)
        .isTrue();
  }

  private static void assertReadAgain(Path records, String type) throws IOException {
    Path again = records.resolveSibling("again.jsonl");
    try {
      Outcome read =
          Commands.run(
              List.of(
                  "data", "convert", records.toString(), "--type=" + type, "--output=" + again));
      assertThat(read.code()).as(read.err()).isZero();
      assertThat(again).hasSameTextualContentAs(records);
    } finally {
      Files.deleteIfExists(again);
    }
  }
}
