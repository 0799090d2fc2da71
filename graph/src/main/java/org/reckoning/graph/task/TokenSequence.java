package org.reckoning.graph.task;

import java.util.Arrays;
import java.util.List;

/** Token ids of a fact, or of a question with its answer, with the span of each token. */
public final class TokenSequence {
  private final int[] tokens;
  private final Span[] spans;

  private TokenSequence(int[] tokens, Span[] spans) {
    if (tokens.length != spans.length) {
      throw new IllegalArgumentException(
          "spans (%d) must be as many as tokens (%d)".formatted(spans.length, tokens.length));
    }
    if (tokens.length > 0 && spans[0] != Span.PROMPT) {
      throw new IllegalArgumentException(
          "the first token of a sequence has no prediction and must be PROMPT");
    }
    if (Arrays.stream(spans).allMatch(span -> span == Span.PROMPT)) {
      throw new IllegalArgumentException(
          "a sequence of %d tokens has no target token; at least one must be scored"
              .formatted(tokens.length));
    }
    this.tokens = tokens;
    this.spans = spans;
  }

  /**
   * Returns a sequence with a span for each token.
   *
   * @throws IllegalArgumentException if the lengths differ, the first token is not PROMPT, or no
   *     token is a target
   */
  public static TokenSequence of(int[] tokens, List<Span> spans) {
    return new TokenSequence(tokens.clone(), spans.toArray(new Span[0]));
  }

  /**
   * Returns a sequence of a prompt and a target.
   *
   * @param promptLength number of prompt tokens, at least 1
   * @throws IllegalArgumentException if the prompt or the target is empty
   */
  public static TokenSequence of(int[] tokens, int promptLength) {
    if (promptLength < 1 || promptLength >= tokens.length) {
      throw new IllegalArgumentException(
          "prompt length (%d) must be at least 1 and less than the number of tokens (%d)"
              .formatted(promptLength, tokens.length));
    }
    Span[] spans = new Span[tokens.length];
    Arrays.fill(spans, 0, promptLength, Span.PROMPT);
    Arrays.fill(spans, promptLength, tokens.length, Span.ANSWER);
    return new TokenSequence(tokens.clone(), spans);
  }

  /**
   * Returns this sequence without its first tokens.
   *
   * @throws IllegalArgumentException if the rest does not begin with a token of the prompt
   */
  TokenSequence from(int position) {
    return new TokenSequence(
        Arrays.copyOfRange(tokens, position, tokens.length),
        Arrays.copyOfRange(spans, position, spans.length));
  }

  /** Returns the number of tokens. */
  public int length() {
    return tokens.length;
  }

  /** Returns the token id at a position. */
  public int token(int position) {
    return tokens[position];
  }

  /** Returns the span at a position. */
  public Span span(int position) {
    return spans[position];
  }
}
