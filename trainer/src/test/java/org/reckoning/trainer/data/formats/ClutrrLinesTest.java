package org.reckoning.trainer.data.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

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
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;

class ClutrrLinesTest {
  private static final TaskReader READER = TaskReader.of(DataFormat.CLUTRR_CSV, DatasetType.CLUTRR);
  private static final String HEADER = ",id,story,query,target,clean_story,task_name,other";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  private TaskReader.Result read(String... rows) throws IOException {
    String[] lines = new String[rows.length + 1];
    lines[0] = HEADER;
    System.arraycopy(rows, 0, lines, 1, rows.length);
    return READER.readAll(List.of(Samples.write(folder.resolve("x.csv"), lines)));
  }

  @Test
  void row_isTurnedRound() throws IOException {
    TaskReader.Result result =
        read(
            """
            0,ab-1,"[Ann] has a son called ""[Bo]"".  [Cy] is a brother of [Bo]. ",\
            "('Ann', 'Cy')",son,,task_1.2,"[{('Ann', 'son'): []}]"\
            """);
    assertThat(result.problems().listed()).isEmpty();
    ReasoningTask task = result.tasks().get(0);
    assertThat(task.id()).isEqualTo("ab-1");
    assertThat(task.hops()).isEqualTo(2);
    assertThat(task.labels()).hasSize(18);
    assertThat(task.facts())
        .containsExactly(
            new Fact("Ann has a son called \"Bo\".", true),
            new Fact("Cy is a brother of Bo.", true));
    // Cy is the son of Ann
    assertThat(task.questions())
        .containsExactly(
            new Question("How are Cy and Ann related to each other ?", "son", List.of(0, 1)));
  }

  @ParameterizedTest
  @ValueSource(strings = {" \u2028", "\u2029 ", "\u00a0", "\u3000", "\u2003 "})
  void story_withBlanksOfOtherScripts_isSplitIntoBareFacts(String blank) throws IOException {
    TaskReader.Result result =
        read(
            "0,x,[Ann] has a son called [Bo].%s[Cy] is a brother of [Bo].%s,\"('Ann', 'Cy')\",son,,task_1.2,"
                .formatted(blank, blank));
    assertThat(result.problems().listed()).isEmpty();
    assertThat(result.tasks().get(0).facts())
        .containsExactly(
            new Fact("Ann has a son called Bo.", true), new Fact("Cy is a brother of Bo.", true));
  }

  @Test
  void noise_isNotRelevant_andRemarksBelongToTheFactBefore() throws IOException {
    TaskReader.Result result =
        read(
            """
            0,x,[Al] and [Di] ate. It was good. [Ann] met her son [Bo]. [Bo] has a sister. She is\
             [Cy].,"('Ann', ""Cy"")",neice,[Bo] has a sister. She is [Cy]. [Ann] met her son\
             [Bo].,task_3.2,\
            """);
    assertThat(result.problems().listed()).isEmpty();
    ReasoningTask task = result.tasks().get(0);
    assertThat(task.facts())
        .containsExactly(
            new Fact("Al and Di ate. It was good.", false),
            new Fact("Ann met her son Bo. Bo has a sister. She is Cy.", true));
    assertThat(task.questions().get(0).label()).isEqualTo("niece");
    assertThat(task.questions().get(0).relevant()).containsExactly(1);
  }

  @Test
  void factsWithoutAFullStop_areCutWhereTheCleanStoryHasThem() throws IOException {
    TaskReader.Result result =
        read(
            """
            0,x,[Ann] met her son [Bo] [Al] is the uncle of [Di].,"('Ann', 'Bo')",son,[Ann] met\
             her son [Bo] [Bo] saw his brother [Cy].,task_4.2,\
            """);
    assertThat(result.tasks().get(0).facts())
        .containsExactly(
            new Fact("Ann met her son Bo", true), new Fact("Al is the uncle of Di.", false));
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          0,x,a,"('A', 'B')",son,,task_1.2                 | the row has 7 cells but the header has 8
          0,x,a,"('A', 'B')",son,,task_1,                  | row 'x': task_name ('task_1') must be of the form task_1.2
          0,x,a,A B,son,,task_1.2,                         | row 'x': query ('A B') must be of the form ('A', 'B')
          0,x,a,"('A', 'B')",cat,,task_1.2,                | label 'cat' of task 'x' must be one of
          0,x,,"('A', 'B')",son,,task_1.2,                 | row 'x': column 'story' must not be blank
          0,x,a,"('A', 'B')",son,,task_2.2,                | row 'x': column 'clean_story' must not be blank
          0,x,"a                                           | the line must be a row of a CSV file: 'Missing closing quote
          """)
  void badRow_isExplained(String row, String reason) throws IOException {
    DataProblems problems = read(row).problems();
    assertThat(problems.badLines()).isEqualTo(1);
    assertThat(problems.listed().get(0).line()).isEqualTo(2);
    assertThat(problems.listed().get(0).reason()).startsWith(reason);
  }

  @Test
  void missingColumns_areReported() throws IOException {
    Path file = Samples.write(folder.resolve("x.csv"), ",id,story", "0,x,a", "1,y,b");
    assertThat(READER.readAll(List.of(file)).problems().lines().get(0))
        .endsWith(
            "x.csv:1: the header must have the columns [id, story, query, target, clean_story,"
                + " task_name] but lacks [query, target, clean_story, task_name]; no row can be read"
                + " without them");
    assertThat(READER.readAll(List.of(file)).problems().badLines()).isEqualTo(1);
  }

  @Test
  void columnsWithTheSameName_areCountedOneByOne() throws IOException {
    Path file =
        Samples.write(
            folder.resolve("x.csv"),
            "other" + HEADER + ",other",
            "0,x,[Ann] met her son [Bo].,\"('Ann', 'Bo')\",son,,task_1.1,a,b");
    assertThat(Samples.read(READER, file)).hasSize(1);
  }

  @Test
  void people_ofAFileWithoutTheirColumn_areRefused() throws IOException {
    Path file = Samples.write(folder.resolve("x.csv"), HEADER, "0,x,a,b,c,,d,e");
    assertThatIOException()
        .isThrownBy(() -> ClutrrPeople.read(file))
        .withMessage(
            "%s:1: the header must have the columns [genders] but lacks [genders]; no row can be read without them",
            file);
  }
}
