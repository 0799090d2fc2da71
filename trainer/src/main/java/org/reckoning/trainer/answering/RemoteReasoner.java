package org.reckoning.trainer.answering;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.bilevel.Decoding;
import org.reckoning.graph.bilevel.Task;
import org.reckoning.graph.bilevel.TokenSequence;
import org.reckoning.trainer.data.Fact;
import org.reckoning.trainer.evaluation.LabelProbabilities;
import org.reckoning.trainer.serving.ServedAnswer;
import org.reckoning.trainer.serving.ServingRequest;

/**
 * Facts are sent along with every question, as a server keeps nothing. Its first request of a
 * signature takes longer where it was not warmed up.
 */
final class RemoteReasoner implements Reasoner {
  private final RemoteModel model;
  private final Wording wording;
  private @Nullable Known known;

  /**
   * Facts that are known.
   *
   * @param task with them, whose question plays no part
   */
  private record Known(List<Fact> told, Task task) {}

  RemoteReasoner(RemoteModel model) {
    this.model = model;
    wording = model.wording();
  }

  /** Facts come with a question in every request; its answer is not looked at here. */
  @Override
  public Encoded encode(List<String> texts) throws IOException {
    List<Fact> told = Wording.told(texts);
    Task task = Task.of(model.facts(told), List.of(wording.noFact()));
    known = null;
    int[] nothing = {wording.endOfText()};
    long start = System.nanoTime();
    JsonNode outputs = model.client().predict(ServingRequest.answer(task, List.of(nothing)));
    double seconds = secondsSince(start);
    double[] losses = read(() -> ServedAnswer.innerLosses(outputs, model.innerSteps()));
    known = new Known(told, task);
    return new Encoded(
        told.size(),
        task.facts().stream().mapToInt(TokenSequence::length).sum(),
        Arrays.stream(losses).boxed().toList(),
        seconds,
        0);
  }

  @Override
  public Reply ask(String question, Decoding decoding) throws IOException {
    if (known == null) {
      throw new IllegalStateException("no facts are known; tell some before you ask");
    }
    model.requireRoomFor(decoding);
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
    String text = wording.decode(answer.tokens());
    double probability = answer.probability();
    if (wording.labels().isEmpty()) {
      return Reply.ofText(question, text, probability, secondsSince(start), 0);
    }
    LabelProbabilities labels = score(task.facts(), prompt);
    return Reply.ofLabels(question, labels, text, probability, secondsSince(start), 0);
  }

  private LabelProbabilities score(List<TokenSequence> facts, int[] prompt) throws IOException {
    Task candidates = Task.of(facts, wording.candidates(prompt));
    JsonNode outputs = model.client().predict(ServingRequest.score(candidates));
    double[] logs =
        read(() -> ServedAnswer.logProbabilities(outputs, candidates.questions().size()));
    return LabelProbabilities.of(wording.labels(), Arrays.stream(logs).map(log -> -log).toArray());
  }

  private <T> T read(Supplier<T> outputs) throws IOException {
    try {
      return outputs.get();
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "server (%s) answered what cannot be: %s; it must serve the export whose files are read"
              .formatted(model.place(), e.getMessage()),
          e);
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Holds nothing. */
  @Override
  public void close() {}
}
