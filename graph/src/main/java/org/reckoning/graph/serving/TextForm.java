package org.reckoning.graph.serving;

import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.graph.text.TextVocabulary;

/**
 * The tokens and templates by which a served model reads and writes text.
 *
 * @param vocabulary the tokens of the model
 * @param templates texts around facts and questions
 */
public record TextForm(TextVocabulary vocabulary, TextTemplates templates) {
  /** Checks that a model has these tokens. */
  void requireFit(Gpt2Config model) {
    if (vocabulary.size() != model.vocabSize()) {
      throw new IllegalArgumentException(
          "tokens with a text (%d) must be as many as vocab_size (%d)"
              .formatted(vocabulary.size(), model.vocabSize()));
    }
  }
}
