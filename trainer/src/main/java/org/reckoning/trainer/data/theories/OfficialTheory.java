package org.reckoning.trainer.data.theories;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.theories.TheoryKind.World;
import org.reckoning.trainer.files.Json;

/**
 * Writes a theory with questions in the official format of ProofWriter, without the keys that
 * repeat its proofs ({@code allProofs}, {@code proofDetails}, {@code proofsWithIntermediates}).
 */
final class OfficialTheory {
  private final TheoryProblem problem;
  private final TheoryKind kind;
  private final String name;
  private boolean usedFirst;

  /**
   * @param name unique within a file
   */
  OfficialTheory(TheoryProblem problem, TheoryKind kind, String name) {
    this.problem = problem;
    this.kind = kind;
    this.name = name;
  }

  ObjectNode json() {
    Theory theory = problem.theory();
    ObjectNode json = Json.PLAIN.createObjectNode();
    json.put(
        "id",
        "%s-%sWA-D%s-%s"
            .formatted(
                problem.family().officialName(),
                kind.world().name().substring(0, 1),
                kind.depth(),
                name));
    json.put("maxD", kind.depth());
    json.put("NFact", theory.facts().size());
    json.put("NRule", theory.rules().size());
    json.put("theory", String.join(" ", problem.sentences()));
    ObjectNode triples = json.putObject("triples");
    for (int i = 0; i < theory.facts().size(); i++) {
      sentence(triples, i).put("representation", Representation.of(theory.facts().get(i)));
    }
    ObjectNode rules = json.putObject("rules");
    for (int i = 0; i < theory.rules().size(); i++) {
      sentence(rules, theory.facts().size() + i)
          .put(
              "representation",
              Representation.of(theory.rules().get(i), kind.world(), problem.wording().variable()));
    }
    addQuestions(json.putObject("questions"));
    return json;
  }

  private ObjectNode sentence(ObjectNode group, int sentence) {
    return group.putObject(name(sentence)).put("text", problem.sentences().get(sentence));
  }

  /** Returns the name of a fact or rule, such as {@code triple1}. */
  private String name(int sentence) {
    int facts = problem.theory().facts().size();
    return sentence < facts ? "triple" + (sentence + 1) : "rule" + (sentence - facts + 1);
  }

  private void addQuestions(ObjectNode questions) {
    for (int depth = 0; depth <= kind.depth(); depth++) {
      for (String label : kind.world().labels().subList(0, 2)) {
        add(questions, ask(label, depth, true));
        String unproven = kind.world() == World.OPEN ? "none" : label;
        Inquiry attempt = ask(unproven, depth, false);
        add(questions, attempt == null ? ask(unproven, 0, false) : attempt);
      }
    }
  }

  /** Returns the first question of the problem if it fits and was not used, otherwise another. */
  private @Nullable Inquiry ask(String label, int depth, boolean proven) {
    Inquiry first = problem.first();
    if (!usedFirst
        && first.label().equals(label)
        && first.explanation().depth() == depth
        && first.isProven() == proven) {
      usedFirst = true;
      return first;
    }
    return problem.inquirer().ask(label, depth, proven);
  }

  private void add(ObjectNode questions, @Nullable Inquiry inquiry) {
    if (inquiry == null) {
      return;
    }
    Explanation explanation = inquiry.explanation();
    Literal statement = inquiry.statement();
    Literal positive = statement.positive() ? statement : statement.negated();
    boolean proven = inquiry.isProven();
    ObjectNode question = questions.putObject("Q" + (questions.size() + 1));
    question.put("question", Wording.sentence(statement));
    switch (inquiry.label()) {
      case "yes" -> question.put("answer", true);
      case "no" -> question.put("answer", false);
      default -> question.put("answer", "Unknown");
    }
    question.put("QDep", explanation.depth());
    if (proven) {
      question.put("QLen", explanation.sentences().size());
    } else {
      question.put("QLen", "");
    }
    question.put("strategy", strategy(inquiry, proven));
    question.put("proofs", explanation.text(Wording.sentence(positive), this::name));
    question.put("representation", Representation.of(statement));
  }

  private static String strategy(Inquiry inquiry, boolean proven) {
    String strategy = proven ? "proof" : inquiry.explanation().depth() == 0 ? "random" : "rconc";
    return (inquiry.statement().positive() ? "" : "inv-") + strategy;
  }
}
