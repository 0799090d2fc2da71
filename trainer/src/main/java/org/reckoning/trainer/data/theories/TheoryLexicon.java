package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.data.theories.TheoryKind.Family;
import org.reckoning.trainer.data.theories.Wording.Form;

/** Makes tasks with every word of a kind of theories in every place. They need not make sense. */
record TheoryLexicon(TheoryKind kind) {
  /** All people or animals, attributes and relations. */
  private static final Numbering PEOPLE = new Numbering(8, 14, 0);

  private static final Numbering ANIMALS = new Numbering(10, 10, 6);

  /** Returns two tasks for each entity of each family. */
  List<ReasoningTask> tasks() {
    List<ReasoningTask> tasks = new ArrayList<>();
    for (Family family : kind.families()) {
      Numbering numbers = family.hasRelations() ? ANIMALS : PEOPLE;
      Words words = Words.draw(family, numbers, new Random(0));
      for (String entity : words.entities()) {
        tasks.add(task(entity, literals(entity, entity, words)));
        tasks.add(task(entity, literals(Literal.VARIABLE, entity, words)));
      }
    }
    return tasks;
  }

  /** Returns every statement about a subject and an object, and its negation. */
  private static List<Literal> literals(String subject, String object, Words words) {
    List<Literal> literals = new ArrayList<>();
    for (boolean positive : new boolean[] {true, false}) {
      for (String attribute : words.attributes()) {
        literals.add(new Literal(subject, Literal.IS, attribute, positive));
      }
      for (String relation : words.relations()) {
        literals.add(new Literal(subject, relation, object, positive));
      }
    }
    return literals;
  }

  /** Returns a task that uses each statement as a fact and in rules of every form. */
  private ReasoningTask task(String entity, List<Literal> literals) {
    List<String> sentences = new ArrayList<>();
    for (Literal literal : literals) {
      if (!literal.subject().equals(Literal.VARIABLE)) {
        sentences.add(Wording.sentence(literal));
      }
      for (Wording wording : Wording.values()) {
        Rule rule = new Rule(List.of(literal, literal), literal);
        for (Form form : Wording.hasAllForms(rule) ? Form.values() : new Form[] {Form.IF}) {
          sentences.add(wording.sentence(rule, form));
        }
      }
    }
    List<String> labels = kind.world().labels();
    String statement =
        Wording.sentence(new Literal(entity, Literal.IS, literals.get(0).object(), true));
    // each sentence is the first reason of an answer once
    List<Question> questions =
        IntStream.range(0, sentences.size())
            .mapToObj(i -> new Question(statement, labels.get(0), List.of(i)))
            .toList();
    return new ReasoningTask(
        "lexicon",
        DatasetType.PROOFWRITER,
        sentences.stream().map(text -> new Fact(text, true)).toList(),
        questions,
        ReasoningTask.UNKNOWN_HOPS,
        labels);
  }
}
