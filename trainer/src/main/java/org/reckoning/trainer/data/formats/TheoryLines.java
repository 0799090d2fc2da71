package org.reckoning.trainer.data.formats;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Reads the official files of ProofWriter and RuleTaker. A line is a theory; each of its questions
 * becomes a task with the whole theory as facts.
 *
 * <p>In files with proofs ({@code meta-*}), the relevant facts are the sentences of the proof, or
 * of several proofs the one with the fewest facts and rules. If a statement has no proof (unknown,
 * or not provable in a closed world), they are the sentences of the failed attempt. In other files
 * relevance is unknown: all facts are flagged as relevant, and the questions name none.
 *
 * <p>{@code hops} is the published {@code QDep}: the depth of the shallowest proof, or of the
 * deepest failed attempt.
 */
final class TheoryLines implements RecordFormat {
  private static final Pattern ID = Pattern.compile("(?:triple|rule)\\d+");

  /** Ends of sentences. */
  private static final Pattern BETWEEN_SENTENCES =
      Pattern.compile("(?<=[.!?])\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private static final String SHORT_PROOF =
      "the proof or failed attempt has fewer than two sentences";

  private final boolean shortProofs;

  /**
   * @param shortProofs whether to read questions whose proof has fewer than two sentences
   */
  TheoryLines(boolean shortProofs) {
    this.shortProofs = shortProofs;
  }

  @Override
  public Parsed parse(JsonNode theory) throws BadLineException {
    String id = JsonFields.text(theory, "id");
    try {
      return theory.has("triples") ? withProofs(id, theory) : plain(id, theory);
    } catch (BadLineException e) {
      throw e.in("theory", id);
    }
  }

  private Parsed withProofs(String id, JsonNode theory) throws BadLineException {
    List<String> sentences = new ArrayList<>();
    Map<String, Integer> places = places(theory, sentences);
    List<ReasoningTask> tasks = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    List<String> labels = Labels.ofTheory(isOpenWorld(id, theory));
    for (Map.Entry<String, JsonNode> entry : JsonFields.members(theory, "questions")) {
      JsonNode question = entry.getValue();
      SortedSet<String> names = namesOfProof(JsonFields.text(question, "proofs"));
      if (names.size() < 2 && !shortProofs) {
        leftOut.add(SHORT_PROOF);
        continue;
      }
      SortedSet<Integer> relevant = new TreeSet<>();
      for (String name : names) {
        Integer place = places.get(name);
        if (place == null) {
          throw new BadLineException(
              "the proof of question %s names %s, which the theory does not have"
                  .formatted(entry.getKey(), name));
        }
        relevant.add(place);
      }
      tasks.add(
          new ReasoningTask(
              id + "-" + entry.getKey(),
              DatasetType.PROOFWRITER,
              facts(sentences, relevant),
              List.of(
                  new Question(
                      JsonFields.text(question, "question"),
                      Labels.read(
                          DatasetType.PROOFWRITER,
                          "answer",
                          JsonFields.required(question, "answer")),
                      List.copyOf(relevant))),
              JsonFields.count(question, "QDep"),
              labels));
    }
    return new Parsed(tasks, leftOut);
  }

  /**
   * Adds the sentences of a theory to a list, and returns the index of the sentence for each fact
   * and rule. In natural language several facts share a sentence.
   */
  private static Map<String, Integer> places(JsonNode theory, List<String> sentences)
      throws BadLineException {
    Map<String, Integer> places = new LinkedHashMap<>();
    if (!theory.has("mappings")) {
      for (String kind : List.of("triples", "rules")) {
        for (Map.Entry<String, JsonNode> entry : JsonFields.required(theory, kind).properties()) {
          places.put(entry.getKey(), sentences.size());
          sentences.add(JsonFields.text(entry.getValue(), "text"));
        }
      }
      return places;
    }
    for (Map.Entry<String, JsonNode> entry : JsonFields.members(theory, "sentences")) {
      places.put(entry.getKey(), sentences.size());
      sentences.add(JsonFields.text("sentence " + entry.getKey(), entry.getValue()));
    }
    for (Map.Entry<String, JsonNode> entry : JsonFields.members(theory, "mappings")) {
      Integer place = places.get(entry.getValue().asText());
      if (place == null) {
        throw new BadLineException(
            "mappings map %s to %s, which is not among the sentences"
                .formatted(entry.getKey(), entry.getValue()));
      }
      places.put(entry.getKey(), place);
    }
    return places;
  }

  /** Returns whether statements of a theory can be unknown. */
  private static boolean isOpenWorld(String id, JsonNode theory) {
    if (id.contains("-OWA")) {
      return true;
    }
    for (JsonNode question : theory.path("questions")) {
      for (String key : List.of("answer", "label")) {
        if (question.path(key).asText().equalsIgnoreCase("unknown")) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Returns the facts and rules of a proof {@code [(proof OR proof)]}, or of a failed attempt
   * {@code [@1: statement[CWA. Example of deepest failure = (rule5 <- FAIL)]]}.
   */
  private static SortedSet<String> namesOfProof(String proofs) {
    int failure = proofs.indexOf('=');
    if (proofs.startsWith("[@") && failure >= 0) {
      return names(proofs.substring(failure));
    }
    SortedSet<String> fewest = names(proofs);
    for (int start = 0; start >= 0; ) {
      int end = proofs.indexOf(" OR ", start);
      SortedSet<String> names =
          names(end < 0 ? proofs.substring(start) : proofs.substring(start, end));
      if (names.size() < fewest.size()) {
        fewest = names;
      }
      start = end < 0 ? -1 : end + " OR ".length();
    }
    return fewest;
  }

  private static SortedSet<String> names(String proof) {
    SortedSet<String> names = new TreeSet<>();
    Matcher matcher = ID.matcher(proof);
    while (matcher.find()) {
      names.add(matcher.group());
    }
    return names;
  }

  private static Parsed plain(String id, JsonNode theory) throws BadLineException {
    List<Fact> facts =
        sentences(JsonFields.text(theory, "context")).stream()
            .map(text -> new Fact(text, true))
            .toList();
    List<ReasoningTask> tasks = new ArrayList<>();
    List<JsonNode> questions = JsonFields.elements(theory, "questions");
    if (questions.isEmpty()) {
      throw new BadLineException("questions must have at least one element");
    }
    for (JsonNode question : questions) {
      String questionId = JsonFields.text(question, "id");
      tasks.add(
          new ReasoningTask(
              questionId,
              DatasetType.PROOFWRITER,
              facts,
              List.of(
                  new Question(
                      JsonFields.text(question, "text"),
                      Labels.read(
                          DatasetType.PROOFWRITER, "label", JsonFields.required(question, "label")),
                      List.of())),
              JsonFields.count(JsonFields.required(question, "meta"), "QDep"),
              Labels.ofTheory(isOpenWorld(id, theory))));
    }
    return new Parsed(tasks, List.of());
  }

  static List<String> sentences(String text) {
    return BETWEEN_SENTENCES.splitAsStream(text.strip()).toList();
  }

  static List<Fact> facts(List<String> sentences, SortedSet<Integer> relevant) {
    return IntStream.range(0, sentences.size())
        .mapToObj(i -> new Fact(sentences.get(i), relevant.contains(i)))
        .toList();
  }
}
