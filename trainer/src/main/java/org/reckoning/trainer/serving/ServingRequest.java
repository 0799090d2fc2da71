package org.reckoning.trainer.serving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.serving.ServingProgram;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TokenSequence;

/**
 * Request to a served model, in the form of TensorFlow Serving.
 *
 * <pre>{@code
 * {"signature_name": "no_knowledge", "inputs": {"question_tokens": [5, 7, 9], "question_lengths": [3]}}
 * }</pre>
 *
 * @param signature name of the signature
 * @param inputs nested lists of numbers or texts by name
 */
public record ServingRequest(String signature, ObjectNode inputs) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String SIGNATURE = "signature_name";
  private static final String INPUTS = "inputs";

  /**
   * Requests the likeliest answers to questions.
   *
   * @param facts task with the facts; its questions are ignored
   * @param questions prompts
   */
  public static ServingRequest answer(Task facts, List<int[]> questions) {
    ObjectNode inputs = NODES.objectNode();
    putScored(inputs, "fact", facts.facts());
    putQuestions(inputs, questions);
    return new ServingRequest(ServingProgram.ANSWER, inputs);
  }

  /**
   * Requests sampled answers to questions.
   *
   * @param decoding settings; its end of text is ignored
   */
  public static ServingRequest sample(Task facts, List<int[]> questions, Decoding decoding) {
    ObjectNode inputs = answer(facts, questions).inputs();
    inputs
        .put("max_new_tokens", decoding.newTokens())
        .put("temperature", (float) decoding.temperature())
        .put("top_k", decoding.topK())
        .put("top_p", (float) decoding.topP())
        .put("seed", decoding.seed());
    return new ServingRequest(ServingProgram.SAMPLE, inputs);
  }

  /** Requests the log-probabilities of the targets of a task's questions, given its facts. */
  public static ServingRequest score(Task candidates) {
    ObjectNode inputs = NODES.objectNode();
    putScored(inputs, "fact", candidates.facts());
    putScored(inputs, "candidate", candidates.questions());
    return new ServingRequest(ServingProgram.SCORE, inputs);
  }

  /** Requests the likeliest answers to questions without facts. */
  public static ServingRequest withoutKnowledge(List<int[]> questions) {
    ObjectNode inputs = NODES.objectNode();
    putQuestions(inputs, questions);
    return new ServingRequest(ServingProgram.NO_KNOWLEDGE, inputs);
  }

  /** Requests the likeliest answers to questions; facts and questions are texts. */
  public static ServingRequest ask(List<String> facts, List<String> questions) {
    ObjectNode inputs = NODES.objectNode();
    put(inputs, "facts", facts);
    put(inputs, "questions", questions);
    return new ServingRequest(ServingProgram.ASK, inputs);
  }

  /** Requests the probability of each label for each question; all are texts. */
  public static ServingRequest choose(
      List<String> facts, List<String> questions, List<String> labels) {
    ObjectNode inputs = ask(facts, questions).inputs();
    put(inputs, "labels", labels);
    return new ServingRequest(ServingProgram.CHOOSE, inputs);
  }

  /**
   * Checks the names of the inputs.
   *
   * @param known the inputs of the signature
   * @throws IllegalArgumentException if one of them is missing, or another one is given
   */
  public void requireInputs(Set<String> known) {
    List<String> missing = known.stream().filter(name -> !inputs.has(name)).sorted().toList();
    List<String> unknown = new ArrayList<>();
    inputs.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(known);
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "inputs must be those of signature '%s'; missing: %s, unknown: %s"
              .formatted(signature, missing, ServerJson.shortened(unknown.toString())));
    }
  }

  /** Returns the body of the request. */
  public ObjectNode body() {
    return NODES.objectNode().put(SIGNATURE, signature).set(INPUTS, inputs);
  }

  private static void putQuestions(ObjectNode inputs, List<int[]> questions) {
    put(inputs, "question_tokens", questions.stream().flatMapToInt(Arrays::stream).toArray());
    put(inputs, "question_lengths", questions.stream().mapToInt(each -> each.length).toArray());
  }

  private static void putScored(ObjectNode inputs, String name, List<TokenSequence> texts) {
    List<Integer> tokens = new ArrayList<>();
    int[] lengths = new int[texts.size()];
    int[] prompts = new int[texts.size()];
    for (int i = 0; i < texts.size(); i++) {
      TokenSequence text = texts.get(i);
      lengths[i] = text.length();
      for (int t = 0; t < text.length(); t++) {
        tokens.add(text.token(t));
        if (text.span(t) == Span.PROMPT) {
          prompts[i] = t + 1;
        }
      }
    }
    put(inputs, name + "_tokens", tokens.stream().mapToInt(Integer::intValue).toArray());
    put(inputs, name + "_lengths", lengths);
    put(inputs, name + "_prompts", prompts);
  }

  private static void put(ObjectNode inputs, String name, List<String> texts) {
    ArrayNode list = inputs.putArray(name);
    texts.forEach(list::add);
  }

  private static void put(ObjectNode inputs, String name, int[] values) {
    ArrayNode list = inputs.putArray(name);
    Arrays.stream(values).forEach(list::add);
  }
}
