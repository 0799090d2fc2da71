package org.reckoning.trainer.answering;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.graph.program.KnowledgeProgram.EncodingProgress;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.evaluation.LabelProbabilities;
import org.reckoning.trainer.serving.ServedAnswer;
import org.reckoning.trainer.serving.ServingRequest;

/** Reasons on a server. The server keeps no facts: every question brings them along. */
final class RemoteReasoner implements Reasoner {
  private final RemoteModel model;
  private final PromptEncoder encoder;
  private @Nullable Known known;

  /**
   * The current facts.
   *
   * @param task with these facts and an unused question
   */
  private record Known(List<Fact> told, Task task) {}

  RemoteReasoner(RemoteModel model) {
    this.model = model;
    encoder = model.encoder();
  }

  /** Sends facts with an empty question, and reads the inner losses. */
  @Override
  public EncodingReport encode(List<String> texts, EncodingProgress progress) throws IOException {
    List<Fact> told = encoder.told(texts);
    Task task = Task.of(model.facts(told), List.of(encoder.noFact()));
    int[] nothing = {encoder.endOfText()};
    long start = System.nanoTime();
    JsonNode outputs = model.client().predict(ServingRequest.answer(task, List.of(nothing)));
    double seconds = secondsSince(start);
    double[] losses = read(() -> ServedAnswer.innerLosses(outputs, model.innerSteps()));
    known = new Known(told, task);
    return new EncodingReport(
        told.size(),
        task.facts().stream().mapToInt(TokenSequence::length).sum(),
        Arrays.stream(losses).boxed().toList(),
        seconds,
        0);
  }

  @Override
  public Reply ask(String question, Decoding decoding) throws IOException {
    if (known == null) {
      throw new IllegalStateException("no facts are known; encode some before a question");
    }
    model.requireWithinLimits(decoding);
    Task task = known.task();
    int[] prompt = model.prompt(known.told(), question);
    ServingRequest request =
        decoding.equals(model.decoding())
            ? ServingRequest.answer(task, List.of(prompt))
            : ServingRequest.sample(task, List.of(prompt), decoding);
    long start = System.nanoTime();
    JsonNode outputs = model.client().predict(request);
    ServedAnswer answer =
        read(
            () -> ServedAnswer.of(outputs, 1, model.answerTokens(), model.vocabularySize()).get(0));
    String text = encoder.decode(answer.tokens());
    double probability = answer.probability();
    if (encoder.labels().isEmpty()) {
      return Reply.ofText(question, text, probability, secondsSince(start), 0);
    }
    LabelProbabilities labels = score(task.facts(), prompt);
    return Reply.ofLabels(question, labels, text, probability, secondsSince(start), 0);
  }

  private LabelProbabilities score(List<TokenSequence> facts, int[] prompt) throws IOException {
    Task candidates = Task.of(facts, encoder.candidates(prompt));
    JsonNode outputs = model.client().predict(ServingRequest.score(candidates));
    double[] logs =
        read(() -> ServedAnswer.logProbabilities(outputs, candidates.questions().size()));
    return LabelProbabilities.of(encoder.labels(), Arrays.stream(logs).map(log -> -log).toArray());
  }

  private <T> T read(Supplier<T> outputs) throws IOException {
    try {
      return outputs.get();
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "server (%s) must serve the given export, but its answer is invalid: %s"
              .formatted(model.place(), e.getMessage()),
          e);
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Does nothing: there is no resource to release. */
  @Override
  public void close() {}
}
