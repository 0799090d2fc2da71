package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.reckoning.trainer.tokens.Problems.read;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.task.TaskShape;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.tokens.Buckets.BucketLimits;
import org.reckoning.trainer.tokens.EncodedTask.EncodedQuestion;

class TaskEncoderTest {
  private static final List<Fact> OTHERS =
      List.of(new Fact("Anne is nice.", true), new Fact("Fiona is young.", true));

  private static TaskEncoder encoder(Method method, boolean multiTask) {
    return new TaskEncoder(Tokenizer.gpt2(), Vocabulary.full(), method, multiTask);
  }

  @Test
  void encode_reckoning_learnsFactsAndAsksWithoutThem() {
    Task task = encoder(Method.RECKONING, true).encode(Problems.PROOFWRITER).task();
    assertThat(read(task.facts()))
        .containsExactly(
            "fact_0: [Red, kind things are cold", "fact_1: [Gary is big", "fact_2: [Dave is kind");
    assertThat(task.relevant()).containsExactly(true, false, true);
    assertThat(read(task.questions()))
        .containsExactly(
            "Based on fact_0 fact_1 fact_2, can we conclude Dave is cold?"
                + "[yes( because Red, kind things are cold,Dave is kind[<E>");
  }

  @Test
  void encode_singleTask_targetIsTheLabel() {
    Task task = encoder(Method.RECKONING, false).encode(Problems.CLUTRR).task();
    assertThat(read(task.questions()))
        .containsExactly(
            "Based on fact_0 fact_1, How are A and C related to each other ?[mother-in-law<E>",
            "Based on fact_0 fact_1, How are A and B related to each other ?[mother<E>");
  }

  @Test
  void encode_blankBeforeTheFact_isATokenOfItsOwn() {
    Task task = encoder(Method.RECKONING, true).encode(Problems.PROOFWRITER).task();
    assertThat(Problems.tokens(task.facts().get(2))).isEqualTo("fact|_|2|:| |Dave| is| kind");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "IN_CONTEXT|true|<E>Red, kind things are cold%Gary is big%Dave is kind%Dave is cold"
            + "[yes( because Red, kind things are cold,Dave is kind[<E>",
        "IN_CONTEXT|false|<E>Red, kind things are cold%Gary is big%Dave is kind%Dave is cold[yes<E>",
        "NO_FACTS|true|<E>Dave is cold[yes<E>",
        "NO_QUESTION|true|<E>Red, kind things are cold%Gary is big%Dave is kind%[yes<E>"
      })
  void encode_methodWithoutInnerLoop_hasAllInThePrompt(
      Method method, boolean multiTask, String expected) {
    Task task = encoder(method, multiTask).encode(Problems.PROOFWRITER).task();
    assertThat(read(task.questions())).containsExactly(expected.replace('%', '\n'));
    assertThat(read(task.facts())).containsExactly("<E>[<E>");
    assertThat(task.relevant()).containsExactly(false);
  }

  @Test
  void encode_randomFacts_learnsThoseGiven() {
    EncodedTask encoded = encoder(Method.RANDOM_FACTS, true).encode(Problems.PROOFWRITER, OTHERS);
    assertThat(read(encoded.task().facts()))
        .containsExactly("fact_0: [Anne is nice", "fact_1: [Fiona is young");
    assertThat(encoded.task().relevant()).containsExactly(false, false);
    assertThat(read(encoded.task().questions()))
        .containsExactly("Based on fact_0 fact_1, can we conclude Dave is cold?[yes<E>");
    assertThat(encoded.facts())
        .containsExactly("Red, kind things are cold", "Gary is big", "Dave is kind");
  }

  @Test
  void encode_sharedNames_isTheSamePromptForAnyNumberOfFacts() {
    TaskEncoder encoder =
        new TaskEncoder(
            Tokenizer.gpt2(), Vocabulary.full(), Method.RECKONING, true, FactNames.SHARED);
    Task task = encoder.encode(Problems.PROOFWRITER).task();
    assertThat(read(task.facts()))
        .containsExactly(
            "fact_0: [Red, kind things are cold", "fact_0: [Gary is big", "fact_0: [Dave is kind");
    assertThat(read(task.questions()))
        .containsExactly(
            "Based on fact_0, can we conclude Dave is cold?[yes( because Red, kind things are"
                + " cold,Dave is kind[<E>");
  }

  @Test
  void encode_randomFactsWithoutAny_isAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder(Method.RANDOM_FACTS, false).encode(Problems.PROOFWRITER))
        .withMessage("task 'pw-1' needs facts of other tasks for method random_facts");
  }

  @Test
  void encode_noFactToLearn_isAnErrorNamingTheTask() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder(Method.RECKONING, false).encode(Problems.PROOFWRITER, List.of()))
        .withMessage(
            "task 'pw-1': facts (0) must be at least 1 for a method with an inner loop; use method no_facts for tasks without facts");
  }

  @Test
  void encode_factOfFullStops_isAnErrorNamingIt() {
    List<Fact> facts = List.of(new Fact("...", true));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder(Method.RECKONING, false).encode(Problems.PROOFWRITER, facts))
        .withMessage("task 'pw-1': fact 0 ('...') must have text other than full stops");
  }

  @Test
  void encode_relevantFactsUnknown_targetEndsWithBecause() {
    ReasoningTask task =
        new ReasoningTask(
            "pw-2",
            DatasetType.PROOFWRITER,
            List.of(new Fact("Dave is kind.", false)),
            List.of(new Question("Dave is cold.", "none", List.of())),
            0,
            DatasetType.PROOFWRITER.labels());
    Task encoded = encoder(Method.RECKONING, true).encode(task).task();
    assertThat(read(encoded.questions()))
        .containsExactly("Based on fact_0, can we conclude Dave is cold?[none( because[<E>");
  }

  @Test
  void encode_endOfTextInAFact_staysText() {
    List<Fact> facts = List.of(new Fact("a <|endoftext|>: b", true));
    TokenSequence fact =
        encoder(Method.RECKONING, false).encode(Problems.CLUTRR, facts).task().facts().get(0);
    assertThat(read(fact)).isEqualTo("fact_0: [a <|endoftext|>: b");
  }

  @Test
  void encode_targetInParts_isTokenisedAsOneString() {
    for (ReasoningTask task : List.of(Problems.PROOFWRITER, Problems.CLUTRR)) {
      for (EncodedQuestion question : encoder(Method.RECKONING, true).encode(task).questions()) {
        int[] whole = Tokenizer.gpt2().encode(question.answer().text());
        assertThat(question.target()).startsWith(whole).hasSize(whole.length + 1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void questions_promptAndTarget_areTheTrainingSequence(Method method) {
    TaskEncoder encoder = encoder(method, true);
    EncodedTask encoded = encoder.encode(Problems.CLUTRR, OTHERS);
    for (int q = 0; q < encoded.questions().size(); q++) {
      EncodedQuestion question = encoded.questions().get(q);
      TokenSequence sequence = encoded.task().questions().get(q);
      int[] tokens = IntStream.range(0, sequence.length()).map(sequence::token).toArray();
      assertThat(tokens).startsWith(question.prompt()).endsWith(question.target());
      assertThat(tokens).hasSize(question.prompt().length + question.target().length);
      assertThat(encoder.decode(question.target())).isEqualTo(question.answer().text());
    }
    assertThat(encoded.longestTarget()).isGreaterThanOrEqualTo(6); // mother-in-law<E>
  }

  @Test
  void candidates_haveEveryLabelOfEveryQuestion_endingAsInTraining() {
    TaskEncoder single = encoder(Method.RECKONING, false);
    EncodedTask encoded = single.encode(Problems.CLUTRR);
    Task candidates = single.candidates(encoded);
    String first = "Based on fact_0 fact_1, How are A and C related to each other ?";
    String second = "Based on fact_0 fact_1, How are A and B related to each other ?";
    assertThat(read(candidates.questions()))
        .containsExactly(
            first + "[mother<E>",
            first + "[mother-in-law<E>",
            first + "[aunt<E>",
            second + "[mother<E>",
            second + "[mother-in-law<E>",
            second + "[aunt<E>");
    assertThat(read(candidates.questions()).get(encoded.candidate(1, 2)))
        .isEqualTo(second + "[aunt<E>");
    assertThat(candidates.facts()).isEqualTo(encoded.task().facts());

    TaskEncoder multi = encoder(Method.IN_CONTEXT, true);
    assertThat(read(multi.candidates(multi.encode(Problems.PROOFWRITER)).questions().get(2)))
        .endsWith("Dave is cold[none because");
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void compactVocabulary_encodesEveryMethod_andIsSmall(Method method) {
    List<ReasoningTask> tasks = List.of(Problems.PROOFWRITER, Problems.CLUTRR, Problems.FOLIO);
    Vocabulary vocabulary = new VocabularyBuilder().add(tasks).build();
    assertThat(vocabulary.size()).isLessThan(100);
    for (boolean multiTask : new boolean[] {true, false}) {
      TaskEncoder compact = new TaskEncoder(Tokenizer.gpt2(), vocabulary, method, multiTask);
      TaskEncoder full = encoder(method, multiTask);
      List<EncodedTask> expected = full.encodeAll(tasks, 5);
      List<EncodedTask> encoded = compact.encodeAll(tasks, 5);
      for (int i = 0; i < tasks.size(); i++) {
        assertThat(readAll(compact.candidates(encoded.get(i)), vocabulary))
            .isEqualTo(readAll(full.candidates(expected.get(i)), Vocabulary.full()));
        assertThat(readAll(encoded.get(i).task(), vocabulary))
            .isEqualTo(readAll(expected.get(i).task(), Vocabulary.full()));
      }
    }
  }

  private static List<String> readAll(Task task, Vocabulary vocabulary) {
    List<TokenSequence> all = new ArrayList<>(task.facts());
    all.addAll(task.questions());
    return all.stream().map(sequence -> read(sequence, vocabulary)).toList();
  }

  @Test
  void encode_tokenOutsideTheVocabulary_isAnErrorNamingTaskAndText() {
    Vocabulary vocabulary = new VocabularyBuilder().add(List.of(Problems.CLUTRR)).build();
    TaskEncoder encoder = new TaskEncoder(Tokenizer.gpt2(), vocabulary, Method.NO_FACTS, false);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> encoder.encode(Problems.PROOFWRITER))
        .withMessageStartingWith("task 'pw-1': the word 'Dave' of 'Dave is cold' is not");
  }

  @Test
  void decode_stopsAtTheEndOfText() {
    TaskEncoder encoder = encoder(Method.RECKONING, false);
    assertThat(encoder.decode(new int[] {15_496, 50_256, 995, 50_256})).isEqualTo("Hello");
    assertThat(encoder.decode(new int[] {15_496, 995})).isEqualTo("Hello world");
    assertThat(encoder.decode(new int[] {})).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void encodeAll_everyMethod_fitsABatchOfItsShape(Method method) {
    TaskEncoder encoder = encoder(method, true);
    List<EncodedTask> encoded =
        encoder.encodeAll(List.of(Problems.PROOFWRITER, Problems.CLUTRR, Problems.FOLIO), 1);
    List<TaskLengths> lengths = encoded.stream().map(EncodedTask::lengths).toList();
    Buckets buckets = Buckets.choose(lengths, new BucketLimits(4, 1, 64, 4));
    TaskShape shape = buckets.shapes().get(0);
    TaskBatch batch =
        TaskBatch.of(shape, Gpt2Config.small(), encoded.stream().map(EncodedTask::task).toList());
    assertThat(batch.tasks()).isEqualTo(3);
    assertThat(shape.facts()).isEqualTo(method.adapts() ? 3 : 1);
  }
}
