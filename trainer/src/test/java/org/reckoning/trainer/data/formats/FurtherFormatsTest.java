package org.reckoning.trainer.data.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reckoning.trainer.data.formats.Samples.SHIPPED;
import static org.reckoning.trainer.data.formats.Samples.needed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.RecordWriter;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;

/** bAbI, PrOntoQA, key-value retrieval, FOLIO and CLUTRR-SG's own lines. */
class FurtherFormatsTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  private static TaskReader reader(DataFormat format) {
    return TaskReader.of(format, format.type().orElseThrow());
  }

  private static Question question(ReasoningTask task) {
    return task.questions().get(0);
  }

  @Test
  void babi_takesTheStoryBeforeAQuestion_andItsSupportingLines() throws IOException {
    List<ReasoningTask> one =
        Samples.read(reader(DataFormat.BABI), SHIPPED.resolve("babi/qa1-sample.txt"));
    assertThat(one)
        .extracting(ReasoningTask::id)
        .containsExactly("qa1-sample-1-3", "qa1-sample-1-6");
    ReasoningTask second = one.get(1);
    assertThat(second.facts())
        .containsExactly(
            new Fact("Mary moved to the bathroom.", false),
            new Fact("John went to the hallway.", false),
            new Fact("Daniel went back to the hallway.", true),
            new Fact("Sandra moved to the garden.", false));
    assertThat(question(second)).isEqualTo(new Question("Where is Daniel?", "hallway", List.of(2)));
    assertThat(second.labels())
        .containsExactly("bathroom", "bedroom", "garden", "hallway", "kitchen", "office");

    List<ReasoningTask> three =
        Samples.read(reader(DataFormat.BABI), SHIPPED.resolve("babi/qa3-sample.txt"));
    ReasoningTask last = three.get(three.size() - 1);
    assertThat(last.hops()).isEqualTo(3);
    assertThat(question(last).label()).isEqualTo("hallway");
    assertThat(needed(last)) // in the order of the file
        .containsExactly(
            "Sandra picked up the milk.",
            "Sandra went to the kitchen.",
            "Sandra travelled to the hallway.");
  }

  @Test
  void babi_labelsAreThoseOfTheKindOfAnswer() throws IOException {
    List<ReasoningTask> deduction =
        Samples.read(reader(DataFormat.BABI), SHIPPED.resolve("babi/qa15-sample.txt"));
    assertThat(deduction).hasSize(4);
    assertThat(deduction.get(2).labels()).containsExactly("cat", "mouse", "sheep", "wolf");
    assertThat(needed(deduction.get(2)))
        .containsExactly("Jessica is a wolf.", "Wolves are afraid of cats.");

    ReasoningTask path =
        Samples.read(reader(DataFormat.BABI), SHIPPED.resolve("babi/qa19-sample.txt")).get(0);
    assertThat(path.labels()).hasSize(12).contains("s,e", "n,n").doesNotContain("n,s");
    assertThat(question(path))
        .isEqualTo(
            new Question("How do you go from the kitchen to the garden?", "s,e", List.of(1, 3)));
  }

  @Test
  void prontoQa_relevantAreTheSentencesOfTheExplanation() throws IOException {
    ReasoningTask task =
        Samples.read(reader(DataFormat.PRONTOQA), SHIPPED.resolve("prontoqa/choice-sample.json"))
            .get(0);
    assertThat(task.hops()).isEqualTo(5);
    assertThat(task.labels()).containsExactly("yes", "no");
    assertThat(question(task).text()).isEqualTo("Max is sour.");
    assertThat(question(task).label()).isEqualTo("no");
    assertThat(needed(task))
        .containsExactly(
            "Each yumpus is a dumpus.",
            "Dumpuses are wumpuses.",
            "Every wumpus is an impus.",
            "Impuses are tumpuses.",
            "Tumpuses are not sour.",
            "Max is a yumpus.");
    assertThat(task.distractors()).isEqualTo(12);
  }

  @Test
  void keyValue_asksForOneOfItsValues() throws IOException {
    ReasoningTask task =
        Samples.read(
                reader(DataFormat.KEY_VALUE),
                SHIPPED.resolve("lost_in_the_middle/kv-75-sample.jsonl"))
            .get(0);
    assertThat(task.facts()).hasSize(75);
    assertThat(task.labels()).hasSize(75).contains("bb3ba2a5-7de8-434b-a86e-a88bb9fa7289");
    assertThat(question(task).label()).isEqualTo("bb3ba2a5-7de8-434b-a86e-a88bb9fa7289");
    assertThat(question(task).text())
        .isEqualTo("What is the value of 2a8d601d-1d69-4e64-9f90-8ad825a74195 ?");
    assertThat(needed(task))
        .containsExactly(
            "2a8d601d-1d69-4e64-9f90-8ad825a74195: bb3ba2a5-7de8-434b-a86e-a88bb9fa7289");
    assertThat(task.distractors()).isEqualTo(74);
  }

  @Test
  void folio_readsBothOfItsForms() throws IOException {
    Path file =
        Samples.write(
            folder.resolve("folio.jsonl"),
            """
            {"story_id": 1, "example_id": 7, "conclusion": "Rex barks", "premises": ["All dogs bark.",\
             "Note: Rex is a dog. "], "premises-FOL": ["x"], "label": "True", "source": "hyb"}""",
            """
            {"premises": ["All dogs bark."], "premises-FOL": [], "conclusion": "Rex barks.",\
             "conclusion-FOL": "x", "label": "Uncertain"}""");
    assertThat(DataFormat.of(file)).isEqualTo(DataFormat.FOLIO);
    List<ReasoningTask> tasks = Samples.read(reader(DataFormat.FOLIO), file);
    assertThat(tasks).extracting(ReasoningTask::id).containsExactly("folio-7", "folio-2");
    assertThat(tasks.get(0).facts())
        .containsExactly(new Fact("All dogs bark.", true), new Fact("Note: Rex is a dog.", true));
    assertThat(question(tasks.get(0))).isEqualTo(new Question("Rex barks", "yes", List.of()));
    assertThat(question(tasks.get(1)).label()).isEqualTo("unknown");
  }

  /** As in the version of 2024. */
  @Test
  void folio_premisesMayBeOneText() throws IOException {
    Path file =
        Samples.write(
            folder.resolve("folio.jsonl"),
            "{\"premises\": \"All dogs bark.\\nRex is a dog.\", \"conclusion\": \"Rex barks.\", \"label\": \"True\"}");
    assertThat(Samples.read(reader(DataFormat.FOLIO), file).get(0).facts())
        .containsExactly(new Fact("All dogs bark.", true), new Fact("Rex is a dog.", true));
  }

  @Test
  void babi_supportNamedTwice_countsOnce() throws IOException {
    Path file = Samples.write(folder.resolve("qa1"), "1 Mary is here.", "2 Where?\toffice\t1 1");
    ReasoningTask task = Samples.read(reader(DataFormat.BABI), file).get(0);
    assertThat(task.hops()).isEqualTo(1);
    assertThat(question(task).relevant()).containsExactly(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1Bob is here.", "1", "\0", "2 Bob is here."})
  void babi_questionsAfterAMalformedLine_areRefusedUpToTheNextStory(String bad) throws IOException {
    Path file =
        Samples.write(
            folder.resolve("qa1"),
            "1 Mary is here.",
            "2 Where is Mary?\toffice\t1",
            bad,
            "2 Ann is here.",
            "3 Where is Ann?\toffice\t2",
            "1 Joe is here.",
            "2 Where is Joe?\toffice\t1");
    TaskReader.Result result = reader(DataFormat.BABI).readAll(List.of(file));

    assertThat(result.tasks())
        .extracting(task -> task.facts().get(0).text())
        .containsExactly("Mary is here.", "Joe is here.");
    assertThat(result.problems().listed())
        .extracting(DataProblems.Problem::line)
        .containsExactly(3L, 5L);
    assertThat(result.problems().listed().get(1).reason())
        .isEqualTo("a line of the story before the question is malformed; correct that line");
  }

  @Test
  void babi_questionsAfterAMalformedQuestion_areRead() throws IOException {
    Path file =
        Samples.write(
            folder.resolve("qa1"), "1 Mary is here.", "2 Where?", "3 A?\tx\t1", "4 B?\toffice\t1");
    assertThat(reader(DataFormat.BABI).readAll(List.of(file)).tasks()).hasSize(1);
  }

  @Test
  void clutrrSgLines_giveTheStoryAndTheRelationOfTheAnswer() throws IOException {
    String line =
        "<STORY> ent_4 is the son of ent_1 . ent_4 has a sister named ent_2 . ent_2 is ent_9 's"
            + " mother . <QUERY> How are ent_1 and ent_9 related ? <PROOF> since ent_4 is .. <ANSWER>"
            + " %s .";
    Path file =
        Samples.write(
            folder.resolve("lines.txt"),
            line.formatted("ent_1 is the grandfather of ent_9"),
            line.formatted("ent_9 has a grandfather who is ent_1"),
            line.formatted("ent_1 is ent_9 's grandfather"),
            line.formatted("The grandfather of ent_9 is ent_1"));
    assertThat(DataFormat.of(file)).isEqualTo(DataFormat.CLUTRR_SG);
    List<ReasoningTask> tasks = Samples.read(reader(DataFormat.CLUTRR_SG), file);
    assertThat(tasks).hasSize(4);
    for (ReasoningTask task : tasks) {
      assertThat(question(task))
          .isEqualTo(Question.ofKinship("ent_1", "ent_9", "grandfather", List.of(0, 1, 2)));
      assertThat(task.hops()).isEqualTo(3);
      assertThat(needed(task))
          .containsExactly(
              "ent_4 is the son of ent_1",
              "ent_4 has a sister named ent_2",
              "ent_2 is ent_9's mother");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "babi/qa1-sample.txt, BABI",
    "babi/qa19-sample.txt, BABI",
    "prontoqa/choice-sample.json, PRONTOQA",
    "lost_in_the_middle/kv-75-sample.jsonl, KEY_VALUE"
  })
  void format_isDetected(String file, DataFormat format) throws IOException {
    assertThat(DataFormat.of(SHIPPED.resolve(file))).isEqualTo(format);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          BABI      | 1 A.@2 B.@4 C.                     | 3 | line number (4) must be 3, or 1 for a new story
          BABI      | 1 A.@2 Where?\\troom\\t1            | 2 | answer ('room') must be one of [[bathroom,
          BABI      | 1 A.@2 Where?\\toffice\\t3          | 2 | supporting line (3) must be a statement of the story before the question
          BABI      | 1 A.@2 Where?\\toffice              | 2 | question ('Where??office') must be a text, an answer and numbers
          BABI      | [x]                                | 1 | the line ('[x]') must be a number and a text
          BABI      | 0 A.                               | 1 | line number (0) must be 1
          CLUTRR_SG | <STORY> A . <QUERY> ent_20 B <ANSWER> ent_2 is the son of B | 1 | the query ('ent_20 B') must name the people of the answer, 'ent_2' and 'B'
          CLUTRR_SG | <STORY> A . <STORY> B . <QUERY> A B <ANSWER> A is the son of B | 1 | the line must have one <STORY>; write each problem on a line of its own
          CLUTRR_SG | <STORY> A is the son of B . <QUERY> A B  | 1 | the line must have the parts <STORY>, <QUERY> and <ANSWER> but has no <ANSWER>
          CLUTRR_SG | <STORY> A . <QUERY> A B <ANSWER> none    | 1 | the answer ('none') must say who is what of whom
          CLUTRR_SG | <STORY> A . <QUERY> A C <ANSWER> A is the son of B | 1 | the query ('A C') must name the people of the answer, 'A' and 'B'
          KEY_VALUE | {"key": "k", "value": "v", "ordered_kv_records": [["k", "w"]]} | 1 | key 'k': ordered_kv_records must have one pair of the key and value ('v') but has 0
          KEY_VALUE | {"key": "k", "value": "v", "ordered_kv_records": [["k"]]}      | 1 | key 'k': pair ('["k"]') must be [key, value]
          FOLIO     | {"premises": [], "conclusion": "C", "label": "True"}           | 1 | conclusion 'folio-1': premises must have at least one element
          FOLIO     | {"premises": ["P"], "conclusion": "C", "label": "so"}          | 1 | conclusion 'folio-1': label ('so') must be one of true, false, unknown
          PRONTOQA  | {"id": "q", "context": "A. B.", "question": "? C.", "options": ["A) True"], "answer": "A", "explanation": ["C."]} | 1 | question 'q': explanation must have at least 2 sentences of the context but has 0
          """)
  void badLine_isExplained(DataFormat format, String lines, long line, String reason)
      throws IOException {
    Path file = Samples.write(folder.resolve("bad"), lines.replace("\\t", "\t").split("@", -1));
    DataProblems problems = reader(format).readAll(List.of(file)).problems();
    assertThat(problems.listed()).hasSize(1);
    assertThat(problems.listed().get(0).line()).isEqualTo(line);
    assertThat(problems.listed().get(0).reason()).startsWith(reason);
  }

  @Test
  void questionRecords_areWrittenWithTheirLabels_andReadBack() throws IOException {
    List<ReasoningTask> tasks =
        Samples.read(reader(DataFormat.BABI), SHIPPED.resolve("babi/qa19-sample.txt"));
    Path file = folder.resolve("records.jsonl");
    try (RecordWriter writer = RecordWriter.open(file)) {
      writer.write(tasks.get(0));
      writer.commit();
    }
    ReasoningTask back =
        Samples.read(TaskReader.of(DataFormat.RECORDS, DatasetType.QUESTION), file).get(0);
    assertThat(back).isEqualTo(tasks.get(0));
  }
}
