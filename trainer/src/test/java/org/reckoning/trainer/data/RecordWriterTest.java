package org.reckoning.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reckoning.trainer.data.Samples.SHIPPED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordWriterTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  private List<ReasoningTask> writeAndRead(String name, List<ReasoningTask> tasks)
      throws IOException {
    Path file = folder.resolve(name);
    try (RecordWriter writer = RecordWriter.open(file)) {
      for (ReasoningTask task : tasks) {
        writer.write(task);
      }
      writer.commit();
    }
    return Samples.read(TaskReader.of(DataFormat.RECORDS, tasks.get(0).type()), file);
  }

  @Test
  void tasksOfEveryFormat_areReadBackEqual() throws IOException {
    TaskReader theories =
        TaskReader.of(DataFormat.PROOFWRITER, DatasetType.PROOFWRITER).withShortProofs();
    for (String sample :
        List.of(
            "proofwriter/meta-sample.jsonl",
            "proofwriter/choice-sample.json",
            "ruletaker/plain-sample.jsonl",
            "ruletaker/meta-sample.jsonl")) {
      List<ReasoningTask> tasks = Samples.read(theories, SHIPPED.resolve(sample));
      assertThat(writeAndRead("a/theory.jsonl.gz", tasks)).isEqualTo(tasks);
    }
    List<ReasoningTask> kinship =
        KinshipGenerator.of(List.of(2, 3), 3, 1).tasks(Split.TEST, 30).toList();
    assertThat(writeAndRead("kinship.jsonl", kinship)).isEqualTo(kinship);
  }

  @Test
  void severalQuestionsAndOwnLabels_areReadBackEqual() throws IOException {
    List<Fact> facts = List.of(new Fact("a", false), new Fact("b", true), new Fact("c", true));
    List<ReasoningTask> tasks =
        List.of(
            new ReasoningTask(
                "two",
                DatasetType.FOLIO,
                facts,
                List.of(
                    new Question("p", "unknown", List.of(2, 1)),
                    new Question("q", "no", List.of())),
                0,
                List.of("no", "unknown")),
            new ReasoningTask(
                "one",
                DatasetType.FOLIO,
                facts,
                List.of(new Question("p \u00e9 \"q\"", "yes", List.of(2))),
                4,
                DatasetType.FOLIO.labels()));
    assertThat(writeAndRead("x.jsonl", tasks)).isEqualTo(tasks);
  }

  @Test
  void record_hasTheKeysOfTheReference() throws IOException {
    Path file = folder.resolve("x.jsonl");
    writeAndRead(
        "x.jsonl",
        List.of(
            new ReasoningTask(
                "g",
                DatasetType.PROOFWRITER,
                List.of(new Fact("d", false), new Fact("f", true)),
                List.of(new Question("q", "none", List.of(1))),
                3,
                DatasetType.PROOFWRITER.labels())));
    JsonNode expected =
        new ObjectMapper()
            .readTree(
                """
                {"guid": "g", "question": "q", "answer": "unknown", "facts": ["f"],
                 "all_facts": ["d", "f"], "hops": 3}
                """);
    assertThat(new ObjectMapper().readTree(Files.readString(file))).isEqualTo(expected);
  }

  @Test
  void writerThatIsNotCommitted_leavesTheOldFileAndNothingElse() throws IOException {
    Path file = Samples.write(folder.resolve("x.jsonl"), "old");
    try (RecordWriter writer = RecordWriter.open(file)) {
      writer.write(KinshipGenerator.of(List.of(2), 0, 0).task(Split.VAL, 0));
      assertThat(Files.readString(file)).isEqualTo("old\n");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    assertThat(Files.readString(file)).isEqualTo("old\n");
  }
}
