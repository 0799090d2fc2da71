package org.reckoning.trainer.data.theories;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.reckoning.trainer.data.theories.TheoryKind.Family;
import org.reckoning.trainer.data.theories.Wording.Form;

/**
 * A theory in words, and questions about it.
 *
 * @param sentences of the facts and rules, in the order of the theory
 * @param inquirer chooses questions
 * @param first the first question
 */
record TheoryProblem(
    Family family,
    Theory theory,
    Wording wording,
    List<String> sentences,
    Inquirer inquirer,
    Inquiry first) {
  TheoryProblem {
    sentences = List.copyOf(sentences);
  }

  /** Returns the problem in random words: about people or things, each rule in one of its forms. */
  static TheoryProblem worded(
      Family family, Theory theory, Inquirer inquirer, Inquiry first, Random random) {
    Wording wording = random.nextBoolean() ? Wording.PEOPLE : Wording.THINGS;
    List<String> sentences = new ArrayList<>();
    theory.facts().forEach(fact -> sentences.add(Wording.sentence(fact)));
    for (Rule rule : theory.rules()) {
      Form[] forms = Form.values();
      Form form = Wording.hasAllForms(rule) ? forms[random.nextInt(forms.length)] : Form.IF;
      sentences.add(wording.sentence(rule, form));
    }
    return new TheoryProblem(family, theory, wording, sentences, inquirer, first);
  }
}
