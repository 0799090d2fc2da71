package org.reckoning.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.tokens.EncodedTask.Answer;

class AnswerMetricsTest {
  private static final List<String> FACTS =
      List.of("Red, kind things are cold", "Gary is big", "Dave is kind");
  private static final Answer YES =
      Answer.because("yes", List.of("Red, kind things are cold", "Dave is kind"));

  private static AnswerScore score(String text, Answer target) {
    return AnswerMetrics.score(text, target, FACTS, DatasetType.PROOFWRITER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mother-in-law|motherinlaw",
        "' The  Mother-in-law. '|motherinlaw",
        "An apple, a pear & the theatre|apple pear theatre",
        "ISTANBUL|istanbul",
        "'!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~'|''",
        "naïve «quote» – dash|naïve «quote» – dash"
      })
  void normalise_keepsWhatMatters(String text, String expected) {
    assertThat(AnswerMetrics.normalise(text)).isEqualTo(expected);
  }

  @Test
  void score_rightAnswer_isRightInAll() {
    AnswerScore score = score("yes because Red, kind things are cold,Dave is kind", YES);
    assertThat(score)
        // 9 words ("cold,Dave" is one), of which "kind" comes twice: the reference is below 1.
        .isEqualTo(new AnswerScore(true, true, 1, 8.0 / 9, new AnswerScore.Knowledge(2, 2, 2)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "yes because|true",
        "Yes. because Gary is big|true",
        "yes, as Dave is kind because|true",
        "yes|true",
        "yes Dave is kind|true",
        "yes,no|true",
        "no because Dave is kind|false",
        "yesbecause Dave|true",
        "'yes no because'|false",
        "''|false"
      })
  void score_label_isBeforeBecauseElseTheFirstWord(String text, boolean right) {
    assertThat(score(text, YES).label()).isEqualTo(right);
  }

  @Test
  void score_singleTask_labelIsTheWholeText() {
    Answer target = Answer.of("mother");
    assertThat(score("mother", target)).isEqualTo(new AnswerScore(true, true, 1, 1, null));
    assertThat(score("mother-in-law", target).label()).isFalse();
    assertThat(score("mother of Ann", target).label()).isFalse();
  }

  @Test
  void score_f1_countsWordsAsMultiset() {
    // "b" is common once, "c" twice: 2 * 3 / (4 + 5); as a set: 2 * 2 / (4 + 5).
    AnswerScore score = score("b c c x", Answer.of("b b c c y"));
    assertThat(score.f1()).isCloseTo(6.0 / 9, within(1e-12));
    assertThat(score.f1Ref()).isCloseTo(4.0 / 9, within(1e-12));
    assertThat(score("x", Answer.of("y")).f1()).isZero();
    assertThat(score("", Answer.of("y")).f1()).isZero();
  }

  @Test
  void score_knowledge_countsDistinctFacts() {
    AnswerScore twice = score("yes because Dave is kind,Dave is kind,,Gary is big", YES);
    assertThat(twice.knowledge()).isEqualTo(new AnswerScore.Knowledge(1, 2, 2));
    AnswerScore none = score("yes because", YES);
    assertThat(none.knowledge()).isEqualTo(new AnswerScore.Knowledge(0, 0, 2));
    AnswerScore reversed = score("no because Dave is kind,Red, kind things are cold", YES);
    assertThat(reversed.knowledge()).isEqualTo(new AnswerScore.Knowledge(2, 2, 2));
    assertThat(reversed.exact()).isFalse();
  }

  @Test
  void score_clutrr_personAIsNoArticle() {
    List<String> facts = List.of("A is the son of B", "C is the son of B");
    Answer target = Answer.because("brother", List.of("A is the son of B"));
    String text = "brother because is the son of B";
    assertThat(AnswerMetrics.score(text, target, facts, DatasetType.CLUTRR))
        .satisfies(
            score -> {
              assertThat(score.exact()).isFalse();
              assertThat(score.label()).isTrue();
              assertThat(score.knowledge()).isEqualTo(new AnswerScore.Knowledge(0, 1, 1));
            });
    assertThat(AnswerMetrics.score(text, target, facts, DatasetType.FOLIO).exact()).isTrue();
  }

  @Test
  void summarise_withKnowledge_sumsFactsOverTheSplit() {
    Map<String, Double> metrics =
        AnswerMetrics.summarise(
            List.of(
                score("yes because Red, kind things are cold,Dave is kind", YES),
                score("no because Gary is big", YES)));
    assertThat(metrics.keySet())
        .containsExactly(
            "acc", "acc_label", "f1", "f1_ref", "kg_precision", "kg_recall", "kg_exact");
    assertThat(metrics)
        .containsEntry("acc", 0.5)
        .containsEntry("acc_label", 0.5)
        .containsEntry("kg_precision", 2.0 / 3)
        .containsEntry("kg_recall", 0.5)
        .containsEntry("kg_exact", 0.5);
  }

  @Test
  void summarise_labelsAlone_hasNoKnowledge() {
    Map<String, Double> metrics = AnswerMetrics.summarise(List.of(score("yes", Answer.of("yes"))));
    assertThat(metrics.keySet()).containsExactly("acc", "acc_label", "f1", "f1_ref");
    assertThat(metrics.values()).containsOnly(1.0);
  }

  @Test
  void summarise_nothing_isAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnswerMetrics.summarise(List.of()))
        .withMessage("answers to score (0) must be at least 1");
  }
}
