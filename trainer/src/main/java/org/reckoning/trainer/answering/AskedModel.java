package org.reckoning.trainer.answering;

import java.io.IOException;
import java.util.List;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.ReasoningTask.Fact;

/** A model to question. It checks facts and questions before a graph is built. */
public abstract sealed class AskedModel permits LocalModel, RemoteModel {
  AskedModel() {}

  /** Returns the path or the address of the model, as the user named it. */
  public abstract String place();

  /** Returns a description of the model, for the user. */
  public abstract String description();

  /** Returns a remark on the answers, one sentence; may be empty. */
  public abstract String note();

  /** Returns the number of inner steps K; 0 for a model that does not learn facts. */
  public abstract int innerSteps();

  /** Returns greedy decoding, with the answer length of the evaluation of the run. */
  public abstract Decoding decoding();

  /**
   * Returns facts as the model learns them: stripped, and cut into pieces if they are too long.
   *
   * @throws IllegalArgumentException with one sentence if a fact has no text, or far too much
   */
  public final List<String> pieces(List<String> facts) {
    return encoder().told(facts).stream().map(Fact::text).toList();
  }

  /**
   * Checks facts.
   *
   * @throws IllegalArgumentException with one sentence if there is no fact, or a fact is empty, too
   *     long or has an unknown word
   */
  public final void checkFacts(List<String> facts) {
    facts(encoder().told(facts));
  }

  /**
   * Checks a question.
   *
   * @param facts that the model knows when it answers
   * @throws IllegalArgumentException with one sentence if the question is empty, too long or has an
   *     unknown word
   */
  public final void checkQuestion(List<String> facts, String question) {
    prompt(encoder().told(facts), question);
  }

  /**
   * Prepares the model for facts and questions.
   *
   * @throws IOException if the model cannot be read, or its server cannot be reached
   */
  public abstract Reasoner reasoner() throws IOException;

  /** Encodes facts for the inner loop. */
  abstract List<TokenSequence> facts(List<Fact> told);

  /** Encodes the prompt of a question. */
  abstract int[] prompt(List<Fact> told, String question);

  /** Returns the encoder of the model. */
  abstract PromptEncoder encoder();
}
