package org.reckoning.graph.task;

import java.util.Arrays;
import java.util.List;

/** First tokens of all questions of a task, such as facts in their prompts; read once. */
public final class Prefix {
  /** No tokens. */
  public static final Prefix NONE = Prefix.of();

  private final int[] tokens;

  private Prefix(int[] tokens) {
    this.tokens = tokens;
  }

  /** Returns a prefix of tokens. */
  public static Prefix of(int... tokens) {
    return new Prefix(tokens.clone());
  }

  /** Returns the longest prefix of the prompts of questions; each keeps a token of its prompt. */
  static Prefix sharedBy(List<TokenSequence> questions) {
    TokenSequence first = questions.get(0);
    int[] all = new int[first.length()];
    Arrays.setAll(all, first::token);
    return new Prefix(all).sharedWith(questions);
  }

  /** Returns the first tokens that some questions share; each keeps a token of its prompt. */
  Prefix sharedWith(List<TokenSequence> questions) {
    int shared = tokens.length;
    for (TokenSequence question : questions) {
      int length = 0;
      while (length < shared
          && question.span(length + 1) == Span.PROMPT
          && question.token(length) == tokens[length]) {
        length++;
      }
      shared = length;
    }
    return new Prefix(Arrays.copyOf(tokens, shared));
  }

  /** Returns the number of tokens. */
  public int length() {
    return tokens.length;
  }

  /** Returns the token id at a position. */
  public int token(int position) {
    return tokens[position];
  }
}
