package org.reckoning.trainer.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reckoning.trainer.data.DatasetType.CLUTRR;
import static org.reckoning.trainer.data.DatasetType.ENTAILMENT_TREE;
import static org.reckoning.trainer.data.DatasetType.FOLIO;
import static org.reckoning.trainer.data.DatasetType.PROOFWRITER;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.reckoning.trainer.tokens.EncodedTask.Answer;

class TemplatesTest {
  @Test
  void fact_losesFullStopsInProofWriterOnly() {
    assertThat(Templates.fact(PROOFWRITER, "All kind things are red.v.2."))
        .isEqualTo("All kind things are redv2");
    assertThat(Templates.fact(FOLIO, "All dogs bark.")).isEqualTo("All dogs bark.");
    assertThat(Templates.fact(ENTAILMENT_TREE, "a. b")).isEqualTo("a. b");
    assertThat(Templates.fact(CLUTRR, "A is the son of B.")).isEqualTo("A is the son of B.");
  }

  @Test
  void questionPrompt_ofStatements_asksWhetherTheyFollow() {
    assertThat(Templates.questionPrompt(PROOFWRITER, "fact_0 fact_1", "Dave is red."))
        .isEqualTo("Based on fact_0 fact_1, can we conclude Dave is red?");
    assertThat(Templates.questionPrompt(FOLIO, "fact_0 fact_1 fact_2", "Mr. Rex barks."))
        .isEqualTo("Based on fact_0 fact_1 fact_2, can we conclude Mr. Rex barks?");
    assertThat(Templates.questionPrompt(FOLIO, "fact_0", "Rex barks"))
        .isEqualTo("Based on fact_0, can we conclude Rex barks?");
    assertThat(Templates.questionPrompt(ENTAILMENT_TREE, "fact_0", "ice melts"))
        .isEqualTo("Based on fact_0, can we conclude ice melts?");
  }

  @Test
  void questionPrompt_ofClutrr_isTheQuestion() {
    assertThat(
            Templates.questionPrompt(
                CLUTRR, "fact_0 fact_1", "How are A and C related to each other ?"))
        .isEqualTo("Based on fact_0 fact_1, How are A and C related to each other ?");
  }

  @Test
  void inContextPrompt_hasAFactALine_thenTheBareQuestion() {
    List<String> facts = List.of("All kind things are red.", "Dave is kind.");
    assertThat(Templates.inContextPrompt(PROOFWRITER, facts, "Dave is red."))
        .isEqualTo("All kind things are red\nDave is kind\nDave is red");
    assertThat(Templates.inContextPrompt(PROOFWRITER, List.of(), "Dave is red."))
        .isEqualTo("Dave is red");
    assertThat(Templates.inContextPrompt(PROOFWRITER, facts, ""))
        .isEqualTo("All kind things are red\nDave is kind\n");
  }

  @Test
  void answer_isLabelOrLabelBecauseFacts() {
    assertThat(Answer.of("yes").text()).isEqualTo("yes");
    assertThat(Answer.because("yes", List.of("All kind things are red", "Dave is kind")).text())
        .isEqualTo("yes because All kind things are red,Dave is kind");
    assertThat(Answer.because("none", List.of()).text()).isEqualTo("none because");
  }
}
