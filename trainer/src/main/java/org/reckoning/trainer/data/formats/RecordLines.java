package org.reckoning.trainer.data.formats;

import static org.reckoning.trainer.data.formats.BadLineException.quote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/**
 * Reads the JSON records of the reference implementation. Unknown keys are ignored. Keys that the
 * reference lacks:
 *
 * <ul>
 *   <li>{@code relevant}: for each question, indices into {@code facts} of the facts that it needs.
 *       Without this key, a single question needs all facts; with several questions, relevance is
 *       unknown;
 *   <li>{@code hops}, and {@code all_facts} or {@code distractors} for every dataset type;
 *   <li>{@code fact_places}: indices into {@code all_facts} of {@code facts}, as texts may be
 *       equal;
 *   <li>{@code labels}, for labels other than those of the dataset type.
 * </ul>
 */
final class RecordLines implements RecordFormat {
  private static final Pattern PEOPLE = Pattern.compile("(\\S+) (\\S+)");
  private static final List<String> SPOUSES = List.of("husband", "wife");

  private final DatasetType type;

  RecordLines(DatasetType type) {
    this.type = type;
  }

  @Override
  public Parsed parse(JsonNode json) throws BadLineException {
    JsonNode guid = JsonFields.required(json, "guid");
    String id = guid.isIntegralNumber() ? guid.asText() : JsonFields.text("guid", guid);
    try {
      return Parsed.of(task(id, json));
    } catch (BadLineException e) {
      throw e.in("record", id);
    }
  }

  private ReasoningTask task(String id, JsonNode json) throws BadLineException {
    List<String> labels = labels(json);
    List<String> needed = facts(json, "facts", labels);
    List<String> all = allFacts(json, needed, labels);
    if (all.isEmpty()) {
      throw new BadLineException("facts must have at least one element");
    }
    List<Integer> positions =
        json.hasNonNull("fact_places") ? places(json, needed, all) : positions(needed, all);
    List<Question> questions = questions(json, positions);
    for (Question question : questions) {
      if (!labels.contains(question.label())) {
        throw new BadLineException(
            "answer (%s) must be one of %s; list other labels under the key 'labels'"
                .formatted(quote(question.label()), quote(String.join(", ", labels))));
      }
    }
    Set<Integer> relevant = new HashSet<>(positions);
    List<Fact> facts =
        IntStream.range(0, all.size())
            .mapToObj(i -> new Fact(all.get(i), relevant.contains(i)))
            .toList();
    int hops =
        json.hasNonNull("hops") ? JsonFields.count(json, "hops") : ReasoningTask.UNKNOWN_HOPS;
    return new ReasoningTask(id, type, facts, questions, hops, labels);
  }

  private List<String> allFacts(JsonNode json, List<String> needed, List<String> labels)
      throws BadLineException {
    if (json.hasNonNull("all_facts")) {
      if (json.hasNonNull("distractors")) {
        throw new BadLineException(
            "all_facts and distractors must not both be given; all_facts has the distractors, too");
      }
      return facts(json, "all_facts", labels);
    }
    List<String> all = new ArrayList<>(needed);
    if (json.hasNonNull("distractors")) {
      all.addAll(facts(json, "distractors", labels));
    }
    return all;
  }

  /** Returns the index of each needed fact among all facts; equal texts get different indices. */
  private static List<Integer> positions(List<String> needed, List<String> all)
      throws BadLineException {
    List<Integer> positions = new ArrayList<>();
    for (String fact : needed) {
      int position =
          IntStream.range(0, all.size())
              .filter(i -> all.get(i).equals(fact) && !positions.contains(i))
              .findFirst()
              .orElse(-1);
      if (position < 0) {
        throw new BadLineException(
            "fact (%s) of facts must also be in all_facts".formatted(quote(fact)));
      }
      positions.add(position);
    }
    return positions;
  }

  /** Returns the indices of {@code fact_places}. */
  private static List<Integer> places(JsonNode json, List<String> needed, List<String> all)
      throws BadLineException {
    List<JsonNode> places = JsonFields.elements(json, "fact_places");
    if (places.size() != needed.size()) {
      throw new BadLineException(
          "fact_places (%s) must have one index for each of the facts (%s)"
              .formatted(places.size(), needed.size()));
    }
    List<Integer> positions = new ArrayList<>();
    for (JsonNode place : places) {
      String fact = needed.get(positions.size());
      int position = index("element of fact_places", place, "all_facts", all.size());
      if (!all.get(position).equals(fact)) {
        throw new BadLineException(
            "fact_places (%s) must lead to the fact %s but leads to %s in all_facts"
                .formatted(position, quote(fact), quote(all.get(position))));
      }
      if (positions.contains(position)) {
        throw new BadLineException(
            "fact_places must be different but has %s twice".formatted(place));
      }
      positions.add(position);
    }
    return positions;
  }

  private static int index(String what, JsonNode value, String list, int size)
      throws BadLineException {
    if (!value.isInt() || value.intValue() < 0 || value.intValue() >= size) {
      throw new BadLineException(
          "%s (%s) must be an index into %s, from 0 to %s"
              .formatted(what, quote(value.toString()), list, size - 1));
    }
    return value.intValue();
  }

  private List<String> facts(JsonNode json, String key, List<String> labels)
      throws BadLineException {
    List<String> facts = new ArrayList<>();
    for (JsonNode fact : JsonFields.elements(json, key)) {
      if (fact.isArray() && type == DatasetType.CLUTRR) {
        if (fact.size() != 2) {
          throw new BadLineException(
              "fact (%s) must be a text or [\"A B\", relation]".formatted(quote(fact.toString())));
        }
        List<String> people = people(fact.get(0));
        facts.add(
            "%s is the %s of %s"
                .formatted(people.get(0), relation(fact.get(1), labels), people.get(1)));
      } else {
        facts.add(JsonFields.text("element of " + key, fact));
      }
    }
    return facts;
  }

  /** Returns the word for the relation of a fact; husbands and wives occur in facts alone. */
  private static String relation(JsonNode value, List<String> labels) throws BadLineException {
    String word = Labels.read(DatasetType.CLUTRR, "relation of a fact", value);
    if (!labels.contains(word) && !SPOUSES.contains(word)) {
      throw new BadLineException(
          "relation of a fact (%s) must be one of %s or %s; write a fact with another relation as a text"
              .formatted(quote(word), String.join(", ", labels), String.join(", ", SPOUSES)));
    }
    return word;
  }

  private static List<String> people(JsonNode pair) throws BadLineException {
    Matcher people = PEOPLE.matcher(JsonFields.text("pair of people", pair));
    if (!people.matches()) {
      throw new BadLineException(
          "pair of people (%s) must be two names separated by a blank"
              .formatted(quote(pair.toString())));
    }
    return List.of(people.group(1), people.group(2));
  }

  private List<String> labels(JsonNode json) throws BadLineException {
    if (!json.hasNonNull("labels")) {
      return type.labels();
    }
    List<String> labels = new ArrayList<>();
    for (JsonNode label : JsonFields.elements(json, "labels")) {
      String word = Labels.read(type, "element of labels", label);
      if (labels.contains(word)) {
        throw new BadLineException(
            "labels must be different but have %s twice".formatted(quote(word)));
      }
      labels.add(word);
    }
    if (labels.isEmpty()) {
      throw new BadLineException("labels must have at least one element, or be left out");
    }
    return labels;
  }

  private List<Question> questions(JsonNode json, List<Integer> positions) throws BadLineException {
    List<JsonNode> asked = asked(json);
    List<JsonNode> answers =
        json.hasNonNull("answers")
            ? JsonFields.elements(json, "answers")
            : json.hasNonNull("answer") ? List.of(json.get("answer")) : List.of();
    List<List<Integer>> relevant = relevant(json, asked.size(), positions);
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      JsonNode question = asked.get(i);
      boolean hasAnswer = question.isArray();
      if (!hasAnswer && answers.isEmpty()) {
        JsonFields.required(json, json.has("answers") ? "answers" : "answer");
      }
      if (!hasAnswer && answers.size() != asked.size()) {
        throw new BadLineException(
            "questions (%d) and answers (%d) must be equal in number"
                .formatted(asked.size(), answers.size()));
      }
      questions.add(
          hasAnswer
              ? kinship(question, relevant.get(i))
              : new Question(
                  JsonFields.text("question", question),
                  Labels.read(type, "answer", answers.get(i)),
                  relevant.get(i)));
    }
    return questions;
  }

  /** Returns the questions; the keys for them depend on the dataset type. */
  private List<JsonNode> asked(JsonNode json) throws BadLineException {
    if (type == DatasetType.ENTAILMENT_TREE && json.hasNonNull("hypothesis")) {
      return List.of(json.get("hypothesis"));
    }
    if (json.hasNonNull("question")) {
      return List.of(json.get("question"));
    }
    if (!json.hasNonNull("questions")) {
      JsonFields.required(json, type == DatasetType.ENTAILMENT_TREE ? "hypothesis" : "question");
    }
    if (json.get("questions").isTextual()) {
      return List.of(json.get("questions"));
    }
    List<JsonNode> asked = JsonFields.elements(json, "questions");
    if (asked.isEmpty()) {
      throw new BadLineException("questions must have at least one element");
    }
    return asked;
  }

  /** Reads {@code [text, "A B", relation]}, which means that A is the relation of B. */
  private Question kinship(JsonNode question, List<Integer> relevant) throws BadLineException {
    if (type != DatasetType.CLUTRR || question.size() != 3) {
      throw new BadLineException(
          "question (%s) must be a text%s"
              .formatted(
                  quote(question.toString()),
                  type == DatasetType.CLUTRR ? " or [text, \"A B\", relation]" : ""));
    }
    List<String> people = people(question.get(1));
    return Question.ofKinship(
        people.get(0),
        people.get(1),
        Labels.read(type, "relation of a question", question.get(2)),
        relevant);
  }

  private static List<List<Integer>> relevant(JsonNode json, int questions, List<Integer> positions)
      throws BadLineException {
    if (!json.hasNonNull("relevant")) {
      return Collections.nCopies(questions, questions == 1 ? positions : List.of());
    }
    List<JsonNode> lists = JsonFields.elements(json, "relevant");
    if (lists.size() != questions) {
      throw new BadLineException(
          "relevant (%d lists) must have one list for each of the %d questions"
              .formatted(lists.size(), questions));
    }
    List<List<Integer>> relevant = new ArrayList<>();
    for (JsonNode list : lists) {
      if (!list.isArray()) {
        throw new BadLineException(
            "relevant (%s) must have a list of indices for each question"
                .formatted(quote(list.toString())));
      }
      List<Integer> indices = new ArrayList<>();
      for (JsonNode index : list) {
        int position = positions.get(index("relevant fact", index, "facts", positions.size()));
        if (indices.contains(position)) {
          throw new BadLineException(
              "relevant (%s) must name each fact once".formatted(quote(list.toString())));
        }
        indices.add(position);
      }
      relevant.add(indices);
    }
    return relevant;
  }
}
