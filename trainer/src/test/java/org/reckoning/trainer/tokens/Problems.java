package org.reckoning.trainer.tokens;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/** Problems of the tests, and how their encoding reads. */
final class Problems {
  static final ReasoningTask PROOFWRITER =
      new ReasoningTask(
          "pw-1",
          DatasetType.PROOFWRITER,
          List.of(
              new Fact("Red, kind things are cold.", true),
              new Fact("Gary is big.", false),
              new Fact("Dave is kind.", true)),
          List.of(new Question("Dave is cold.", "yes", List.of(0, 2))),
          1,
          DatasetType.PROOFWRITER.labels());

  static final ReasoningTask CLUTRR =
      new ReasoningTask(
          "kin-1",
          DatasetType.CLUTRR,
          List.of(new Fact("A is the mother of B", true), new Fact("B is the husband of C", true)),
          List.of(
              new Question(
                  "How are A and C related to each other ?", "mother-in-law", List.of(0, 1)),
              new Question("How are A and B related to each other ?", "mother", List.of(0))),
          2,
          List.of("mother", "mother-in-law", "aunt"));

  static final ReasoningTask FOLIO =
      new ReasoningTask(
          "folio-1",
          DatasetType.FOLIO,
          List.of(new Fact("All dogs bark.", true), new Fact("Rex: a dog.", true)),
          List.of(new Question("Rex barks.", "unknown", List.of(0, 1))),
          0,
          DatasetType.FOLIO.labels());

  private Problems() {}

  /**
   * Reads a sequence of the full vocabulary back: {@code [} before the answer, {@code (} before the
   * knowledge, {@code |} where the prompt goes on, {@code <E>} for the end of text.
   */
  static String read(TokenSequence sequence) {
    return read(sequence, Vocabulary.full());
  }

  static String read(TokenSequence sequence, Vocabulary vocabulary) {
    StringBuilder text = new StringBuilder();
    Span before = Span.PROMPT;
    for (int t = 0; t < sequence.length(); t++) {
      Span span = sequence.span(t);
      if (span != before) {
        text.append(
            switch (span) {
              case PROMPT -> "|";
              case ANSWER -> "[";
              case KNOWLEDGE -> "(";
            });
      }
      before = span;
      int id = vocabulary.toGpt2(sequence.token(t));
      text.append(id == Tokenizer.END_OF_TEXT ? "<E>" : Tokenizer.gpt2().decode(id));
    }
    return text.toString();
  }

  static List<String> read(List<TokenSequence> sequences) {
    return sequences.stream().map(Problems::read).toList();
  }

  static String tokens(TokenSequence sequence) {
    return IntStream.range(0, sequence.length())
        .mapToObj(t -> Tokenizer.gpt2().decode(sequence.token(t)))
        .collect(Collectors.joining("|"));
  }
}
