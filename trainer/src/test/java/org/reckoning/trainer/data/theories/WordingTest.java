package org.reckoning.trainer.data.theories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.formats.Samples;
import org.reckoning.trainer.data.formats.TaskReader;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import org.reckoning.trainer.data.theories.Wording.Form;

class WordingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Bob is cold. | (\"Bob\" \"is\" \"cold\" \"+\")",
        "The bald eagle is not red. | (\"bald eagle\" \"is\" \"red\" \"-\")",
        "The bear chases the lion. | (\"bear\" \"chases\" \"lion\" \"+\")",
        "The bear does not see the bald eagle. | (\"bear\" \"sees\" \"bald eagle\" \"-\")"
      })
  void statement_isASentence(String sentence, String representation) {
    Literal statement = Representation.literal(representation);

    assertThat(Wording.sentence(statement)).isEqualTo(sentence);
    assertThat(SentenceReader.statement(sentence)).isEqualTo(statement);
    assertThat(SentenceReader.rule(sentence)).isNull();
    assertThat(Representation.of(statement)).isEqualTo(representation);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "If someone is kind and not big then they are red. | ((K B) -> (\"someone\" \"is\" \"red\" \"+\"))",
        "If someone is kind then they do not see the cat. | ((K) -> (\"someone\" \"sees\" \"cat\" \"-\"))",
        "If someone sees the cat and they are kind then they eat the cow. | (((\"someone\" \"sees\" \"cat\" \"+\") K) -> (\"someone\" \"eats\" \"cow\" \"+\"))",
        "If someone is kind and the cat is red then the cat eats the cow. | ((K (\"cat\" \"is\" \"red\" \"+\")) -> (\"cat\" \"eats\" \"cow\" \"+\"))",
        "Kind people are not red. | ((K) -> (\"someone\" \"is\" \"red\" \"-\"))",
      })
  void rule_isASentence(String sentence, String abbreviated) {
    String representation =
        abbreviated
            .replace("K", "(\"someone\" \"is\" \"kind\" \"+\")")
            .replace("B", "(\"someone\" \"is\" \"big\" \"-\")");
    Rule rule = Representation.rule(representation);
    Form form = sentence.startsWith("If") ? Form.IF : Form.PLAIN;

    assertThat(Wording.PEOPLE.sentence(rule, form)).isEqualTo(sentence);
    assertThat(SentenceReader.rule(sentence)).isEqualTo(rule);
    assertThat(Representation.of(rule, World.OPEN, "someone")).isEqualTo(representation);
    assertThat(Representation.of(rule, World.CLOSED, "someone"))
        .isEqualTo(representation.replace("big\" \"-", "big\" \"~"));
  }

  @Test
  void wordsOfThings_differ() {
    Rule rule = SentenceReader.theory(List.of("All kind, big people are red.")).rules().get(0);

    assertThat(Stream.of(Form.values()).map(form -> Wording.THINGS.sentence(rule, form)))
        .containsExactly(
            "If something is kind and big then it is red.",
            "Kind, big things are red.",
            "All kind, big things are red.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bob.", "Bob likes cats.", ""})
  void otherSentence_isRefused(String sentence) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SentenceReader.theory(List.of(sentence)))
        .withMessageContaining("must be a statement such as");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "dev"})
  void everyPublishedSentence_isWrittenAgain(String name) throws IOException {
    Set<String> wrong = new TreeSet<>();
    for (ReasoningTask task :
        Samples.read(
            TaskReader.of(DataFormat.PROOFWRITER, DatasetType.PROOFWRITER),
            Samples.shared("proofwriter/owa_depth5_logic-llm/%s.json".formatted(name)))) {
      Stream.concat(
              task.facts().stream().map(Fact::text), Stream.of(task.questions().get(0).text()))
          .filter(sentence -> !written(sentence).contains(sentence))
          .forEach(wrong::add);
    }
    assertThat(wrong).isEmpty();
  }

  /** Returns all sentences for the meaning of a sentence. */
  private static List<String> written(String sentence) {
    Rule rule = SentenceReader.rule(sentence);
    if (rule == null) {
      return List.of(Wording.sentence(SentenceReader.statement(sentence)));
    }
    return Stream.of(Wording.values())
        .flatMap(
            wording ->
                Stream.of(Form.values())
                    .filter(form -> form == Form.IF || Wording.hasAllForms(rule))
                    .map(form -> wording.sentence(rule, form)))
        .toList();
  }
}
