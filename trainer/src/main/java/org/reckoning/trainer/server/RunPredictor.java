package org.reckoning.trainer.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.program.NotFiniteException;
import org.reckoning.trainer.answering.LocalModel;
import org.reckoning.trainer.answering.LocalReasoner;
import org.reckoning.trainer.answering.Reply;
import org.reckoning.trainer.evaluation.LabelProbabilities;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.serving.ServerJson;
import org.reckoning.trainer.serving.ServingRequest;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * A run or a published model, asked in words. It keeps the facts of the last request: the next
 * request with the same facts does not learn them again.
 *
 * <pre>{@code
 * ask      facts [F], questions [Q]              -> answers [Q], probabilities [Q], inner_losses [K+1]
 * choose   facts [F], questions [Q], labels [L]  -> the same, probabilities [Q, L]
 * }</pre>
 *
 * <p>{@code ask_no_knowledge} and {@code choose_no_knowledge} answer with the initial weights,
 * which have not learned the facts. They have no inner losses.
 */
final class RunPredictor implements Predictor {
  private static final String FACTS = "facts";
  private static final String QUESTIONS = "questions";
  private static final String LABELS = "labels";
  private static final String INNER_LOSSES = "inner_losses";

  /** Limits of a request: the next one waits until all its questions are answered. */
  private static final int MOST_QUESTIONS = 100;

  private static final int MOST_LABELS = 1000;

  private final LocalModel model;
  private final LocalReasoner reasoner;
  private final Decoding decoding;

  /** The facts in the weights; null after {@link LocalReasoner#forget}. */
  private @Nullable List<String> learned;

  private List<Double> innerLosses = List.of();

  private RunPredictor(LocalModel model, LocalReasoner reasoner) {
    this.model = model;
    this.reasoner = reasoner;
    decoding = model.decoding();
  }

  /**
   * Builds the graph of a model and reads its weights.
   *
   * @throws IOException if they cannot be read
   */
  static RunPredictor of(LocalModel model) throws IOException {
    return new RunPredictor(model, model.untimedReasoner());
  }

  @Override
  public Map<String, SignatureShape> signatures() {
    Map<String, SignatureShape> all = new TreeMap<>();
    for (TextSignature each : TextSignature.values()) {
      all.put(each.key(), shape(each));
    }
    return all;
  }

  private SignatureShape shape(TextSignature signature) {
    Shape any = Shape.of(Shape.UNKNOWN_SIZE);
    Map<String, SignatureShape.TensorShape> inputs = new LinkedHashMap<>();
    inputs.put(FACTS, tensor(DataType.DT_STRING, any));
    inputs.put(QUESTIONS, tensor(DataType.DT_STRING, any));
    if (signature.chooses()) {
      inputs.put(LABELS, tensor(DataType.DT_STRING, any));
    }
    Map<String, SignatureShape.TensorShape> outputs = new LinkedHashMap<>();
    outputs.put("answers", tensor(DataType.DT_STRING, any));
    outputs.put(
        "probabilities",
        tensor(
            DataType.DT_FLOAT,
            signature.chooses() ? Shape.of(Shape.UNKNOWN_SIZE, Shape.UNKNOWN_SIZE) : any));
    if (signature.learns()) {
      outputs.put(INNER_LOSSES, tensor(DataType.DT_FLOAT, Shape.of(innerLosses())));
    }
    return new SignatureShape(inputs, outputs);
  }

  private int innerLosses() {
    return model.innerSteps() == 0 ? 0 : model.innerSteps() + 1;
  }

  private static SignatureShape.TensorShape tensor(DataType dtype, Shape shape) {
    return new SignatureShape.TensorShape(dtype, shape, "");
  }

  @Override
  public ObjectNode predict(ServingRequest request) {
    TextSignature signature = TextSignature.of(request.signature());
    request.requireInputs(shape(signature).inputs().keySet());
    List<String> facts = texts(request, FACTS);
    List<String> questions = texts(request, QUESTIONS);
    List<String> labels = signature.chooses() ? texts(request, LABELS) : List.of();
    requireAtMost(QUESTIONS, questions, MOST_QUESTIONS);
    requireAtMost(LABELS, labels, MOST_LABELS);
    model.checkFacts(facts);
    questions.forEach(question -> model.checkQuestion(facts, question));
    know(signature, facts);
    ObjectNode outputs = Json.PLAIN.createObjectNode();
    ArrayNode answers = outputs.putArray("answers");
    ArrayNode probabilities = outputs.putArray("probabilities");
    try {
      for (String question : questions) {
        if (signature.chooses()) {
          LabelProbabilities chosen = reasoner.choose(question, labels);
          answers.add(chosen.best());
          ArrayNode row = probabilities.addArray();
          labels.forEach(label -> row.add((float) chosen.of(label)));
        } else {
          Reply reply = reasoner.write(question, decoding);
          answers.add(reply.text());
          probabilities.add((float) reply.textProbability());
        }
      }
    } catch (NotFiniteException e) {
      throw new IllegalArgumentException(
          "these facts and questions give no answer: %s".formatted(e.getMessage()), e);
    }
    if (signature.learns()) {
      ArrayNode losses = outputs.putArray(INNER_LOSSES);
      innerLosses.forEach(loss -> losses.add(loss.floatValue()));
    }
    return outputs;
  }

  /** Learns the facts, or forgets them. */
  private void know(TextSignature signature, List<String> facts) {
    if (!signature.learns()) {
      learned = null;
      reasoner.forget(facts);
      return;
    }
    if (facts.equals(learned)) {
      return;
    }
    learned = null;
    try {
      innerLosses = reasoner.encode(facts).innerLosses();
    } catch (NotFiniteException e) {
      throw new IllegalArgumentException(
          "these facts cannot be learned: %s".formatted(e.getMessage()), e);
    } catch (IOException e) { // never, without a server
      throw new UncheckedIOException(e);
    }
    learned = facts;
  }

  private static void requireAtMost(String input, List<String> texts, int most) {
    if (texts.size() > most) {
      throw new IllegalArgumentException(
          "input '%s' must have at most %d texts but has %d".formatted(input, most, texts.size()));
    }
  }

  private static List<String> texts(ServingRequest request, String input) {
    JsonNode given = request.inputs().path(input);
    List<String> texts = new ArrayList<>();
    for (JsonNode each : given) {
      texts.add(each.isTextual() ? each.textValue() : "");
      if (!each.isTextual()) {
        throw new IllegalArgumentException(
            "input '%s' must be a list of texts but has %s"
                .formatted(input, ServerJson.shortened(each.toString())));
      }
    }
    if (!given.isArray() || texts.isEmpty()) {
      throw new IllegalArgumentException(
          "input '%s' must be a list of at least one text but is %s"
              .formatted(input, ServerJson.shortened(given.toString())));
    }
    return texts;
  }

  /** Returns 1: the weights have the facts of one request at a time. */
  @Override
  public int atOnce() {
    return 1;
  }

  @Override
  public void close() {
    reasoner.close();
  }
}
