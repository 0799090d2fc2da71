package org.reckoning.trainer.data.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.reckoning.trainer.data.formats.Samples.SHIPPED;
import static org.reckoning.trainer.data.formats.Samples.byId;
import static org.reckoning.trainer.data.formats.Samples.needed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;

class TaskReaderTest {
  private static final TaskReader PROOFWRITER =
      TaskReader.of(DataFormat.PROOFWRITER, DatasetType.PROOFWRITER);
  private static final TaskReader RULETAKER =
      TaskReader.of(DataFormat.RULETAKER, DatasetType.PROOFWRITER);
  private static final TaskReader RECORDS =
      TaskReader.of(DataFormat.RECORDS, DatasetType.PROOFWRITER);

  private static final String GOOD =
      """
      {"guid": "g%d", "question": "Bob is red.", "answer": true, "facts": ["Bob is red."]}""";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  @Test
  void officialProofs_giveRelevantSentencesDepthAndLabel() throws IOException {
    List<ReasoningTask> tasks =
        Samples.read(PROOFWRITER, SHIPPED.resolve("proofwriter/meta-sample.jsonl"));

    ReasoningTask proved = byId(tasks, "AttNonegNatLang-OWA-134-Q5");
    assertThat(proved.questions().get(0).text()).isEqualTo("Harry is nice.");
    assertThat(proved.questions().get(0).label()).isEqualTo("yes");
    assertThat(proved.hops()).isEqualTo(2);
    assertThat(proved.labels()).containsExactly("yes", "no", "none");
    assertThat(proved.facts()).hasSize(9);
    // triple9, 10 and 12 are one sentence
    assertThat(needed(proved))
        .containsExactly(
            "Harry, the big, round fellow over there, is an odd mix of green and blue.",
            "Round, green giants are still very young.",
            "Big and round young people are often nice.");
    assertThat(proved.distractors()).isEqualTo(6);

    ReasoningTask unknown = byId(tasks, "AttNonegNatLang-OWA-134-Q10");
    assertThat(unknown.questions().get(0).label()).isEqualTo("none");
    assertThat(needed(unknown)) // (rule5 <- rule6 <- FAIL)
        .containsExactly(
            "Big and round young people are often nice.",
            "Green, red and blue people tend to be big.");

    ReasoningTask negation = byId(tasks, "AttPos-CWA-ElectricityRB1-3-Q6");
    assertThat(negation.questions().get(0).label()).isEqualTo("no");
    assertThat(negation.labels()).containsExactly("yes", "no");
    assertThat(needed(negation)) // (((((NAF) -> rule2) triple1) -> rule4))
        .containsExactly(
            "The circuit has the bell.",
            "If the circuit does not have the switch then the circuit is complete.",
            "If the circuit is complete and the circuit has the bell then the bell is ringing.");
  }

  @Test
  void questionsWithShortProofs_areCountedAsLeftOut_unlessKept() throws IOException {
    Path file = SHIPPED.resolve("proofwriter/meta-sample.jsonl");
    DataProblems left = PROOFWRITER.readAll(List.of(file)).problems();
    assertThat(left.isEmpty()).isTrue();
    // 6 proved in two or more steps and 3 failures of two rules; Q5 and Q6 of the other theory
    assertThat(left.tasks()).isEqualTo(9 + 2);
    assertThat(left.leftOut().values()).containsExactly(16L - 9 + 18 - 2);
    assertThat(left.lines())
        .contains("left out: 23 (the proof or failed attempt has fewer than two sentences)");

    assertThat(Samples.read(PROOFWRITER.withShortProofs(), file)).hasSize(16 + 18);
  }

  @Test
  void ofSeveralProofs_theOneWithTheFewestNamesCounts() throws IOException {
    Path file =
        Samples.write(
            folder.resolve("meta.jsonl"),
            """
            {"id": "T", "triples": {"triple1": {"text": "A."}, "triple2": {"text": "B."}},\
             "rules": {"rule1": {"text": "R."}, "rule2": {"text": "S."}}, "questions": {"Q1":\
             {"question": "C.", "answer": true, "QDep": 1, "proofs": "[(((triple1 ((triple1\
             triple2) -> rule1)) -> rule2) OR ((triple2) -> rule2))]"}}}\
            """);
    assertThat(needed(Samples.read(PROOFWRITER, file).get(0))).containsExactly("B.", "S.");
  }

  @Test
  void ruleTaker_isReadWithAndWithoutProofs() throws IOException {
    List<ReasoningTask> proved =
        Samples.read(RULETAKER, SHIPPED.resolve("ruletaker/meta-sample.jsonl"));
    assertThat(proved)
        .extracting(ReasoningTask::id)
        .containsExactly("AttPosElectricityRB1-3-Q5", "AttPosElectricityRB1-3-Q6");

    List<ReasoningTask> plain =
        Samples.read(RULETAKER, SHIPPED.resolve("ruletaker/plain-sample.jsonl"));
    assertThat(plain).hasSize(12);
    ReasoningTask last = plain.get(11);
    assertThat(last.id()).isEqualTo("AttNoneg-D5-1039-12");
    assertThat(last.hops()).isEqualTo(5);
    assertThat(last.facts()).hasSize(18);
    assertThat(last.facts().get(17).text()).isEqualTo("All round things are blue.");
    assertThat(last.distractors()).isZero();
    assertThat(last.questions())
        .containsExactly(new Question("Erin is not kind.", "no", List.of()));
    assertThat(last.labels()).containsExactly("yes", "no");
  }

  @Test
  void multipleChoice_isReadWithItsDepthTable() throws IOException {
    List<ReasoningTask> tasks =
        Samples.read(PROOFWRITER, SHIPPED.resolve("proofwriter/choice-sample.json"));
    assertThat(tasks)
        .extracting(ReasoningTask::hops)
        .containsExactly(0, 5, 3, ReasoningTask.UNKNOWN_HOPS);
    assertThat(tasks)
        .extracting(task -> task.questions().get(0))
        .containsExactly(
            new Question("Charlie is kind.", "yes", List.of(4)),
            new Question("The cat is not round.", "yes", List.of(0, 12, 13, 15, 16, 17)),
            new Question("Harry is not green.", "no", List.of(5, 6, 7, 8, 15)),
            new Question("Bob is not white.", "none", List.of()));
    assertThat(needed(tasks.get(0))).containsExactly("Charlie is kind.");
    assertThat(tasks.get(0).distractors()).isEqualTo(19);
  }

  @Test
  void depthTableInAnotherOrder_isReportedForEveryQuestionThatDiffers() throws IOException {
    Path sample = SHIPPED.resolve("proofwriter");
    Path array = folder.resolve("x.json");
    Files.copy(sample.resolve("choice-sample.json"), array);
    List<String> rows = Files.readAllLines(sample.resolve("choice-sample.depth.tsv"));
    Samples.write(
        folder.resolve("x.depth.tsv"), rows.get(0), rows.get(2), rows.get(1), rows.get(3));
    DataProblems problems = PROOFWRITER.readAll(List.of(array)).problems();
    assertThat(problems.tasks()).isEqualTo(1);
    assertThat(problems.listed())
        .extracting(DataProblems.Problem::reason)
        .containsExactly(
            "question 'ProofWriter_AttNoneg-OWA-D5-1041_Q1': the depth table has"
                + " 'ProofWriter_RelNeg-OWA-D5-81_Q11' here; both files must have the same order",
            "question 'ProofWriter_RelNeg-OWA-D5-81_Q11': the depth table has"
                + " 'ProofWriter_AttNoneg-OWA-D5-1041_Q1' here; both files must have the same order",
            "the depth table has no row for this question");
    assertThat(problems.listed().get(0).line()).isEqualTo(2);
  }

  @Test
  void arrayThatBreaksOff_isReportedWithItsLine() throws IOException {
    List<String> lines = Files.readAllLines(SHIPPED.resolve("proofwriter/choice-sample.json"));
    Path file =
        Samples.write(folder.resolve("x.json"), lines.subList(0, 15).toArray(new String[0]));
    DataProblems problems = PROOFWRITER.readAll(List.of(file)).problems();
    assertThat(problems.tasks()).isEqualTo(1);
    assertThat(problems.badLines()).isEqualTo(1);
    assertThat(problems.lines().get(0))
        .contains("x.json:1", "the text from here on was not read: ");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"guid":                      | must be a JSON object: 'Unexpected end-of-input
          {"guid": "a"                  | 'Unexpected end-of-input: expected close marker for Object' at column 13
          {"guid": ["a"}                | 'Unexpected close marker '}': expected ']'' at column 14
          {"guid": "a", "guid": "b"}    | must be a JSON object: 'Duplicate field
          {"guid": "a"} {}              | must be a JSON object: 'Trailing token
          [1]                           | must be a JSON object but is '[1]'
          {"id": "a"}                   | key 'guid' is missing; the keys are 'id'
          """)
  void badLine_isReportedWithFileNumberAndReason_andTheOthersAreRead(String bad, String reason)
      throws IOException {
    Path file =
        Samples.write(folder.resolve("train.jsonl"), GOOD.formatted(1), bad, "", GOOD.formatted(2));
    TaskReader.Result result = RECORDS.readAll(List.of(file));
    assertThat(result.tasks()).extracting(ReasoningTask::id).containsExactly("g1", "g2");
    assertThat(result.problems().badLines()).isEqualTo(1);
    assertThat(result.problems().listed().get(0).toString())
        .startsWith(file + ":2: ")
        .contains(reason)
        .doesNotContain("\n");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"id": "T", "context": "A.", "questions": []}      | questions must have at least one element
          {"id": "T", "triples": {}, "rules": {}, "questions": []} | questions ('[]') must be a non-empty object
          {"id": "T", "triples": {"triple1": {"text": "A."}}, "rules": {}, "questions": {"Q1": {"question": "A.", "answer": true, "QDep": 0, "proofs": "[(triple1 triple9)]"}}} | the proof of question Q1 names triple9, which the theory does not have
          {"id": "T", "triples": {"triple1": {"text": "A."}}, "rules": {}, "questions": {"Q1": {"question": "A.", "answer": "so", "QDep": 0, "proofs": "[(triple1)]"}}} | answer ('so') must be one of true, false, unknown
          {"id": "T", "triples": {}, "rules": {}, "mappings": {"triple1": "sent2"}, "sentences": {"sent1": "A."}, "questions": {}} | mappings map triple1 to "sent2", which is not among the sentences
          """)
  void badTheory_isExplained(String bad, String reason) throws IOException {
    Path file = Samples.write(folder.resolve("x.jsonl"), bad);
    DataProblems problems = PROOFWRITER.withShortProofs().readAll(List.of(file)).problems();
    assertThat(problems.listed())
        .containsExactly(new DataProblems.Problem(file, 1, "theory 'T': " + reason));
  }

  @Test
  void badLinesBeyondTheLimit_areCounted() throws IOException {
    String[] lines = new String[50];
    Arrays.fill(lines, "{}");
    Path file = Samples.write(folder.resolve("train.jsonl"), lines);
    DataProblems problems = RECORDS.withLimit(3).readAll(List.of(file)).problems();
    assertThat(problems.badLines()).isEqualTo(50);
    assertThat(problems.listed()).hasSize(3);
    assertThat(problems.lines())
        .hasSize(5)
        .endsWith("... and 47 more bad lines", "tasks read: 0, bad lines: 50");
  }

  @Test
  void malformedUtf8_spoilsItsLineOnly() throws IOException {
    Path file = Samples.write(folder.resolve("x.jsonl"), "\uFEFF" + GOOD.formatted(1), "#", GOOD);
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] == '#' ? (byte) 0xff : bytes[i];
    }
    Files.write(file, bytes);
    DataProblems problems = RECORDS.readAll(List.of(file)).problems();
    assertThat(problems.tasks()).isEqualTo(2);
    assertThat(problems.listed())
        .containsExactly(
            new DataProblems.Problem(
                file, 2, "the line must be UTF-8 text; save the file in that encoding"));
  }

  @Test
  void compressedFile_isReadByName_andReportedWhereItBreaksOff() throws IOException {
    Path file = folder.resolve("train.jsonl.gz");
    Samples.write(file, GOOD.formatted(1), GOOD.formatted(2));
    assertThat(Samples.read(RECORDS, file)).hasSize(2);

    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 9));
    DataProblems problems = RECORDS.readAll(List.of(file)).problems();
    assertThat(problems.badLines()).isEqualTo(1);
    assertThat(problems.listed().get(0).reason())
        .startsWith("the compressed data is damaged or incomplete from here on");
  }

  @Test
  void problemsOfFiles_addUp() {
    DataProblems.Problem problem = new DataProblems.Problem(Path.of("a"), 1, "r");
    DataProblems one = new DataProblems(3, 1, List.of(problem), Map.of("x", 2L));
    assertThat(one.plus(one).plusLeftOut("y", 1).plusLeftOut("z", 0))
        .isEqualTo(new DataProblems(6, 2, List.of(problem, problem), Map.of("x", 4L, "y", 1L)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "proofwriter/meta-sample.jsonl, PROOFWRITER",
    "proofwriter/choice-sample.json, PROOFWRITER",
    "ruletaker/plain-sample.jsonl, RULETAKER"
  })
  void format_isGuessedFromTheFile(String file, DataFormat format) throws IOException {
    assertThat(DataFormat.of(SHIPPED.resolve(file))).isEqualTo(format);
  }

  @Test
  void format_ofRecordsAndCsv_isGuessed() throws IOException {
    assertThat(DataFormat.of(Samples.write(folder.resolve("a.jsonl"), "", GOOD)))
        .isEqualTo(DataFormat.RECORDS);
    assertThat(DataFormat.of(Samples.write(folder.resolve("b.jsonl"), "no JSON")))
        .isEqualTo(DataFormat.RECORDS);
    assertThat(DataFormat.of(Samples.write(folder.resolve("c.csv.gz"), "no header")))
        .isEqualTo(DataFormat.CLUTRR_CSV);
  }

  @Test
  void typeThatAFormatDoesNotHave_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TaskReader.of(DataFormat.RULETAKER, DatasetType.CLUTRR))
        .withMessage("dataset_type (clutrr) must be proofwriter for files of format ruletaker");
  }
}
