package org.reckoning.trainer.answering;

import java.io.IOException;
import java.util.List;
import org.reckoning.graph.bilevel.Decoding;

/** A model to ask, known as far as to check what it is told and asked. */
public sealed interface AskedModel permits LocalModel, RemoteModel {
  /** Returns the path or the address that it was named by. */
  String place();

  /** Returns what it is, for people. */
  String description();

  /** Returns what must be known of its answers, one sentence; empty if there is nothing. */
  String note();

  /** Returns K, 0 where facts are not learned. */
  int innerSteps();

  /** Returns greedy decoding, of texts as long as they were in the run's evaluation. */
  Decoding decoding();

  /**
   * Checks that facts can be told.
   *
   * @throws IllegalArgumentException with one sentence if there is none, or one has a word that the
   *     model does not know, or is too long
   */
  void checkFacts(List<String> facts);

  /**
   * Checks that a question can be asked.
   *
   * @param facts that are known then
   * @throws IllegalArgumentException with one sentence if it is empty, has a word that the model
   *     does not know, or is too long
   */
  void checkQuestion(List<String> facts, String question);

  /**
   * Makes it ready to be asked.
   *
   * @throws IOException if it cannot be read, or reached
   */
  Reasoner reasoner() throws IOException;
}
