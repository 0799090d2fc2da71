package org.reckoning.graph.serving;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.graph.serving.TextTemplates.FullStops;

class TextTemplatesTest {
  @ParameterizedTest
  @CsvSource({
    "{id}:, {index}, {question}, [{id}] in the prompt of a fact ('{id}:'); known: [{index}]",
    "{index}, {facts}, {question}, [{facts}] in the name of a fact ('{facts}'); known: [{index}]",
    "'', '', {question} {x}{a}, '[{a}, {x}] in the prompt of an answer (''{question} {x}{a}'');"
        + " known: [{facts}, {question}]'",
  })
  void templates_withUnknownPlaceholders_areRefused(
      String factPrompt, String factName, String questionPrompt, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TextTemplates(
                    factPrompt, factName, questionPrompt, "{any}", FullStops.KEPT, FullStops.KEPT))
        .withMessage("unknown placeholders " + message);
  }
}
