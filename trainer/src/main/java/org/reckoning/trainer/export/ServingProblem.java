package org.reckoning.trainer.export;

import java.util.List;
import java.util.stream.IntStream;
import org.reckoning.graph.serving.ServingLimits;
import org.reckoning.graph.task.Span;
import org.reckoning.graph.task.Task;
import org.reckoning.graph.task.TokenSequence;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.serving.ServingRequest;
import org.reckoning.trainer.tokens.EncodedTask;
import org.reckoning.trainer.tokens.EncodedTask.EncodedQuestion;
import org.reckoning.trainer.tokens.TaskEncoder;

/**
 * A test problem, as requests to a server.
 *
 * @param source the encoded task
 * @param told texts of the facts, without prompts
 * @param candidates task with the same facts, in which each question is repeated once for each
 *     label, with that label as its answer
 */
record ServingProblem(EncodedTask source, List<String> told, Task candidates) {

  static ServingProblem of(TaskEncoder encoder, EncodedTask task) {
    return new ServingProblem(
        task,
        task.task().facts().stream().map(fact -> text(encoder, fact)).toList(),
        encoder.candidates(task));
  }

  /** Returns the text of a fact, which may be that of another task. */
  private static String text(TaskEncoder encoder, TokenSequence fact) {
    return encoder.decode(
        IntStream.range(0, fact.length())
            .filter(t -> fact.span(t) != Span.PROMPT)
            .map(fact::token)
            .toArray());
  }

  Task task() {
    return source.task();
  }

  List<int[]> prompts() {
    return source.questions().stream().map(EncodedQuestion::prompt).toList();
  }

  ServingRequest answer() {
    return ServingRequest.answer(task(), prompts());
  }

  ServingRequest score() {
    return ServingRequest.score(candidates);
  }

  ServingRequest withoutKnowledge() {
    return ServingRequest.withoutKnowledge(prompts());
  }

  ServingRequest ask() {
    return ServingRequest.ask(told, questions());
  }

  ServingRequest choose() {
    return ServingRequest.choose(told, questions(), source.source().labels());
  }

  private List<String> questions() {
    return source.source().questions().stream().map(Question::text).toList();
  }

  /** Returns whether the problem is within the limits of a request. */
  boolean fits(ServingLimits limits) {
    return candidates.facts().size() <= limits.facts()
        && longest(candidates.facts()) <= limits.factTokens()
        && prompts().size() <= limits.questions()
        && prompts().stream().allMatch(prompt -> prompt.length <= limits.questionTokens())
        && candidates.questions().size() <= limits.candidates()
        && longest(candidates.questions()) <= limits.candidateTokens();
  }

  private static int longest(List<TokenSequence> texts) {
    return texts.stream().mapToInt(TokenSequence::length).max().orElse(0);
  }
}
