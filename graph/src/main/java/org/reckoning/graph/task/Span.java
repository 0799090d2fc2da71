package org.reckoning.graph.task;

/** Role of a token in a question sequence. */
public enum Span {
  /** Text to read; it is never scored. */
  PROMPT(0),
  /** The answer, including the end-of-text token. */
  ANSWER(1),
  /** The knowledge that supports the answer. */
  KNOWLEDGE(2);

  private final int code;

  Span(int code) {
    this.code = code;
  }

  /** Returns the number that represents the span in a batch. */
  public int code() {
    return code;
  }
}
