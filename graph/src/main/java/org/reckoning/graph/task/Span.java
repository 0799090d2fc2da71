package org.reckoning.graph.task;

/** What a token of a question sequence is. */
public enum Span {
  /** Read, never scored. */
  PROMPT(0),
  /** The answer, with the end of text. */
  ANSWER(1),
  /** The knowledge that supports the answer. */
  KNOWLEDGE(2);

  private final int code;

  Span(int code) {
    this.code = code;
  }

  /** Returns the number that stands for the span in a batch. */
  public int code() {
    return code;
  }
}
