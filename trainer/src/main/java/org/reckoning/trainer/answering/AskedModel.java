package org.reckoning.trainer.answering;

import java.io.IOException;
import java.util.List;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.ReasoningTask.Fact;

/** A model to ask, known as far as to check what it is told and asked. */
public abstract sealed class AskedModel permits LocalModel, RemoteModel {
  AskedModel() {}

  /** Returns the path or the address that it was named by. */
  public abstract String place();

  /** Returns what it is, for people. */
  public abstract String description();

  /** Returns what must be known of its answers, one sentence; empty if there is nothing. */
  public abstract String note();

  /** Returns K, 0 where facts are not learned. */
  public abstract int innerSteps();

  /** Returns greedy decoding, of texts as long as they were in the run's evaluation. */
  public abstract Decoding decoding();

  /**
   * Checks that facts can be told.
   *
   * @throws IllegalArgumentException with one sentence if there is none, or one has a word that the
   *     model does not know, or is too long
   */
  public final void checkFacts(List<String> facts) {
    facts(Wording.told(facts));
  }

  /**
   * Checks that a question can be asked.
   *
   * @param facts that are known then
   * @throws IllegalArgumentException with one sentence if it is empty, has a word that the model
   *     does not know, or is too long
   */
  public final void checkQuestion(List<String> facts, String question) {
    prompt(Wording.told(facts), question);
  }

  /**
   * Makes it ready to be asked.
   *
   * @throws IOException if it cannot be read, or reached
   */
  public abstract Reasoner reasoner() throws IOException;

  /** Encodes facts for the inner loop. */
  abstract List<TokenSequence> facts(List<Fact> told);

  /** Encodes a question as far as the model is given it. */
  abstract int[] prompt(List<Fact> told, String question);

  /** Returns its words. */
  abstract Wording wording();
}
