package org.reckoning.trainer.data.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

class RecordLinesTest {
  private static ReasoningTask read(DatasetType type, String line) throws BadLineException {
    return new RecordLines(type).parse(JsonFields.object(line)).tasks().get(0);
  }

  @Test
  void proofwriter_distractorsAreTheFactsThatOnlyAllFactsHas() throws BadLineException {
    ReasoningTask task =
        read(
            DatasetType.PROOFWRITER,
            """
            {"guid": "g", "question": "Dave is red.", "answer": "False", "QDep": 3,
             "facts": ["All kind things are red.", "Dave is kind."],
             "all_facts": ["Anne: is it her, or not?", "Dave is kind.", "All kind things are red."]}
            """);
    assertThat(task.facts())
        .containsExactly(
            new Fact("Anne: is it her, or not?", false),
            new Fact("Dave is kind.", true),
            new Fact("All kind things are red.", true));
    assertThat(task.questions()).containsExactly(new Question("Dave is red.", "no", List.of(2, 1)));
    assertThat(task.hops()).isEqualTo(ReasoningTask.UNKNOWN_HOPS);
    assertThat(task.labels()).containsExactly("yes", "no", "none");
  }

  @Test
  void equalFacts_takeOnePlaceEach() throws BadLineException {
    ReasoningTask task =
        read(
            DatasetType.FOLIO,
            """
            {"guid": 7, "question": "c", "answer": "Uncertain", "facts": ["a", "a"],
             "all_facts": ["a", "b", "a"]}
            """);
    assertThat(task.id()).isEqualTo("7");
    assertThat(task.questions()).containsExactly(new Question("c", "unknown", List.of(0, 2)));
    assertThat(task.distractors()).isEqualTo(1);
  }

  @Test
  void clutrr_pairsBecomeSentences() throws BadLineException {
    ReasoningTask task =
        read(
            DatasetType.CLUTRR,
            """
            {"guid": "g", "facts": [["B C", "sister"], "A is the father of B"],
             "questions": [["How is A related to C ?", "A C", "Father"],
                           ["How is C related to B ?", "C B", "neice"]], "proofs": []}
            """);
    assertThat(task.facts())
        .extracting(Fact::text)
        .containsExactly("B is the sister of C", "A is the father of B");
    assertThat(task.questions())
        .containsExactly(
            new Question("How are A and C related to each other ?", "father", List.of()),
            new Question("How are C and B related to each other ?", "niece", List.of()));
    assertThat(task.labels()).hasSize(18).contains("daughter-in-law").doesNotContain("wife");
  }

  @ParameterizedTest
  @CsvSource({"question", "questions"})
  void clutrr_textQuestionStaysAsItIs(String key) throws BadLineException {
    ReasoningTask task =
        read(
            DatasetType.CLUTRR,
            """
            {"guid": "g", "%s": "Who is A to B?", "answer": "AUNT", "facts": ["x"]}"""
                .formatted(key));
    assertThat(task.questions())
        .containsExactly(new Question("Who is A to B?", "aunt", List.of(0)));
  }

  @Test
  void entailmentTree_asksItsHypothesis() throws BadLineException {
    ReasoningTask task =
        read(
            DatasetType.ENTAILMENT_TREE,
            """
            {"guid": "g", "hypothesis": "h", "answer": "No", "facts": ["a", "b"],
             "distractors": ["c"]}
            """);
    assertThat(task.questions()).containsExactly(new Question("h", "no", List.of(0, 1)));
    assertThat(task.facts()).last().isEqualTo(new Fact("c", false));
  }

  @Test
  void severalQuestions_nameTheirRelevantFacts() throws BadLineException {
    ReasoningTask task =
        read(
            DatasetType.PROOFWRITER,
            """
            {"guid": "g", "questions": ["p", "q"], "answers": ["unknown", true],
             "facts": ["a", "b"], "all_facts": ["d", "b", "a"], "relevant": [[1], [0, 1]],
             "hops": 2}
            """);
    assertThat(task.questions())
        .containsExactly(
            new Question("p", "none", List.of(1)), new Question("q", "yes", List.of(2, 1)));
    assertThat(task.hops()).isEqualTo(2);
  }

  @Test
  void labelsOfTheRecord_replaceThoseOfTheKind() throws BadLineException {
    ReasoningTask task =
        read(
            DatasetType.CLUTRR,
            """
            {"guid": "g", "question": "q", "answer": "cousin", "facts": ["a"],
             "labels": ["cousin", "aunt"]}
            """);
    assertThat(task.labels()).containsExactly("cousin", "aunt");
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          PROOFWRITER     | 'question': 'q', 'answer': 'maybe', 'facts': ['a'] | answer ('maybe') must be one of true, false, unknown
          PROOFWRITER     | 'question': 'q', 'answer': 1, 'facts': ['a']       | answer ('1') must be a non-blank text
          PROOFWRITER     | 'question': 'q', 'facts': ['a']                    | key 'answer' is missing; the keys are 'guid, question, facts'
          PROOFWRITER     | 'question': 'q', 'answer': null, 'facts': ['a']    | key 'answer' must not be null
          PROOFWRITER     | 'questions': ['q', 'r'], 'answers': ['true'], 'facts': ['a'] | questions (2) and answers (1) must be equal in number
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'labels': [] | labels must have at least one element, or be left out
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'labels': [5] | element of labels ('5') must be a non-blank text
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'relevant': [[0, 0]] | relevant ('[0,0]') must name each fact once
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'all_facts': ['a'], 'distractors': ['b'] | all_facts and distractors must not both be given
          CLUTRR          | 'question': 'q', 'answer': 'aunt', 'facts': [['A B', 'fathr']] | relation of a fact ('fathr') must be one of aunt, brother,
          CLUTRR          | 'question': 'q', 'answer': 'aunt', 'facts': [['A B', 5]] | relation of a fact ('5') must be a non-blank text
          PROOFWRITER     | 'answer': 'true', 'facts': ['a']                   | key 'question' is missing; the keys are 'guid, answer, facts'
          PROOFWRITER     | 'question': 'q', 'answer': 'true'                  | key 'facts' is missing; the keys are 'guid, question, answer'
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': []     | facts must have at least one element
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': [' ']  | element of facts ('" "') must be a non-blank text
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': 'a'    | facts ('"a"') must be an array
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'all_facts': ['b'] | fact ('a') of facts must also be in all_facts
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'relevant': [[1]]  | relevant fact ('1') must be an index into facts, from 0 to 0
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'all_facts': ['a', 'a'], 'fact_places': [2] | element of fact_places ('2') must be an index into all_facts, from 0 to 1
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'all_facts': ['a', 'a'], 'fact_places': [1, 0] | fact_places (2) must have one index for each of the facts (1)
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a', 'a'], 'all_facts': ['a', 'a'], 'fact_places': [1, 1] | fact_places must be different but has 1 twice
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'all_facts': ['a', 'b'], 'fact_places': [1] | fact_places (1) must lead to the fact 'a' but leads to 'b' in all_facts
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'relevant': [0]  | must have a list of indices for each question
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'labels': ['true', 'yes']  | labels must be different but have 'yes' twice
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'hops': -1 | hops ('-1') must be an integer from 0 to 2147483647
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': ['a'], 'hops': 3000000000 | hops ('3000000000') must be an integer from 0 to 2147483647
          PROOFWRITER     | 'question': 'q', 'answer': 'true', 'facts': [['A B', 'aunt']] | element of facts ('["A B","aunt"]') must be a non-blank text
          ENTAILMENT_TREE | 'hypothesis': 'q', 'answer': 'true', 'facts': ['a'] | answer ('true') must be one of yes, no
          ENTAILMENT_TREE | 'answer': 'yes', 'facts': ['a']                    | key 'hypothesis' is missing
          CLUTRR          | 'question': 'q', 'answer': 'cousin', 'facts': ['a'] | answer ('cousin') must be one of 'aunt, brother,
          CLUTRR          | 'question': 'q', 'answer': 'aunt', 'facts': [['A', 'aunt']] | pair of people ('"A"') must be two names separated by a blank
          """)
  void badRecord_isExplained(DatasetType type, String body, String reason) {
    String line = ("{'guid': 'g', " + body + "}").replace('\'', '"');
    assertThatExceptionOfType(BadLineException.class)
        .isThrownBy(() -> read(type, line))
        .withMessageStartingWith("record 'g': ")
        .withMessageContaining(reason);
  }

  @Test
  void longLabels_areShortenedInMessages() {
    String labels = "\"%s\"".formatted("x".repeat(500));
    String line =
        """
        {"guid": "g", "question": "q", "answer": "y", "facts": ["a"], "labels": [%s]}"""
            .formatted(labels);
    assertThatExceptionOfType(BadLineException.class)
        .isThrownBy(() -> read(DatasetType.QUESTION, line))
        .satisfies(e -> assertThat(e.getMessage()).contains("xxx...'").hasSizeLessThan(300));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new ReasoningTask(
                    "t",
                    DatasetType.QUESTION,
                    List.of(),
                    List.of(new Question("q", "y", List.of())),
                    1,
                    List.of("x".repeat(500))))
        .satisfies(e -> assertThat(e.getMessage()).endsWith("xxx...").hasSizeLessThan(300));
  }
}
