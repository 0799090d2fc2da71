package org.reckoning.trainer.data.kinship;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.ReasoningTask.Question;

/** Makes tasks with every word of a wording in every place. They need not make sense. */
record KinshipLexicon(Wording wording) {

  /** Returns two tasks for each name, with every sentence about men and about women. */
  List<ReasoningTask> tasks(List<String> names) {
    List<ReasoningTask> tasks = new ArrayList<>();
    for (String name : names) {
      tasks.add(task(name, relations(true)));
      tasks.add(task(name, relations(false)));
    }
    return tasks;
  }

  private record Relation(Kinship kind, boolean male) {}

  private List<Relation> relations(boolean male) {
    return wording.told().stream().map(kind -> new Relation(kind, male)).toList();
  }

  /** Returns a task in which all people have one name. */
  private ReasoningTask task(String name, List<Relation> relations) {
    List<Fact> facts = new ArrayList<>();
    for (Relation relation : relations) {
      for (String form : wording.forms(relation.kind, relation.male)) {
        String word = relation.kind.word(relation.male);
        facts.add(new Fact(form.formatted(name, word, name), true));
      }
    }
    List<String> labels = DatasetType.CLUTRR.labels();
    return new ReasoningTask(
        "lexicon",
        DatasetType.CLUTRR,
        facts,
        List.of(
            Question.ofKinship(
                name, name, labels.get(0), IntStream.range(0, facts.size()).boxed().toList())),
        ReasoningTask.UNKNOWN_HOPS,
        labels);
  }
}
