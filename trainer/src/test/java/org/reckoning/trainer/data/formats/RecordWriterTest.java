package org.reckoning.trainer.data.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.reckoning.trainer.data.formats.Samples.SHIPPED;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.RecordWriter;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.kinship.KinshipGenerator;

class RecordWriterTest {
  private static final ReasoningTask TASK =
      KinshipGenerator.of(List.of(2), 0, 0).task(Split.VAL, 0);

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
  void storyWithARepeatedStatement_keepsItsRelevantFacts() throws IOException {
    Path story =
        Samples.write(
            folder.resolve("qa3.txt"),
            "1 Mary got the milk.",
            "2 Mary went to the office.",
            "3 Mary went to the garden.",
            "4 Mary went to the office.",
            "5 Where was the milk before the office?\tgarden\t1 4 3");
    List<ReasoningTask> tasks =
        Samples.read(TaskReader.of(DataFormat.BABI, DatasetType.QUESTION), story);

    assertThat(tasks.get(0).questions().get(0).relevant()).containsExactly(0, 3, 2);
    assertThat(writeAndRead("x.jsonl", tasks)).isEqualTo(tasks);
    assertThat(folder.resolve("x.jsonl")).content().contains("\"fact_places\":[0,2,3]");
  }

  @Test
  void publishedStories_areReadBackEqual() throws IOException {
    Path file =
        Samples.shared("babi/tasks_1-20_v1-1/en/qa3_three-supporting-facts_test.part-a.txt.gz");
    List<ReasoningTask> tasks =
        Samples.read(TaskReader.of(DataFormat.BABI, DatasetType.QUESTION), file);
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

  @Test
  void link_staysOne_andWhatItLeadsToIsReplaced() throws IOException {
    Path file = Samples.write(folder.resolve("real.jsonl"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.jsonl"), Path.of("real.jsonl"));
    write(link);

    assertThat(link).isSymbolicLink();
    assertThat(Files.readAllLines(file)).hasSize(1).first().asString().startsWith("{\"guid\"");
  }

  @Test
  void pipe_staysOne_andGetsTheRecords() throws Exception {
    Path pipe = folder.resolve("pipe.gz");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs mkfifo");
    CompletableFuture<List<ReasoningTask>> reader =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return TaskReader.of(DataFormat.RECORDS, DatasetType.CLUTRR)
                    .readAll(List.of(pipe))
                    .tasks();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    write(pipe);

    assertThat(reader.get()).hasSize(1);
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  @Test
  void fullDisk_isNamedWithItsRemedy() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "this system has no /dev/full");
    for (String name : List.of("full.jsonl", "full.jsonl.gz")) {
      Path link = Files.createSymbolicLink(folder.resolve(name), full);
      assertThatThrownBy(() -> write(link))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "'%s' cannot be written: No space left on device; free some space or choose a place on another disk",
              link);
    }
  }

  @Test
  void folderThatWasMade_isRemovedUnlessCommitted() throws IOException {
    try (RecordWriter writer = RecordWriter.open(folder.resolve("a/b/x.jsonl"))) {
      assertThat(folder.resolve("a/b")).isDirectory();
      writer.write(TASK);
    }
    assertThat(folder).isEmptyDirectory();
  }

  private static void write(Path file) throws IOException {
    try (RecordWriter writer = RecordWriter.open(file)) {
      writer.write(TASK);
      writer.commit();
    }
  }
}
