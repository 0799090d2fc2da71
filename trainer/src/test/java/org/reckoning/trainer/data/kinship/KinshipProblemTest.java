package org.reckoning.trainer.data.kinship;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.reckoning.trainer.data.kinship.KinshipProblem.Inquiry;
import org.reckoning.trainer.data.kinship.KinshipProblem.Kin;

class KinshipProblemTest {
  private static final Set<Kinship> TOLD =
      EnumSet.of(Kinship.CHILD, Kinship.PARENT, Kinship.SPOUSE, Kinship.SIBLING);

  /**
   * By the rules alone, an uncle of one's child is a brother. By the facts he may be a brother of
   * the other parent, and then nobody is a sibling of both parents.
   */
  @Test
  void furtherQuestions_doNotCallABrotherInLawABrother() {
    Random random = new Random(11);
    int siblings = 0;
    int others = 0;
    for (int number = 0; number < 4_000; number++) {
      Kinship kind = Kinship.RESULTS.get(random.nextInt(Kinship.RESULTS.size()));
      KinshipProblem problem =
          KinshipProblem.random(4, 4, kind, random.nextBoolean(), Names.plain(20), TOLD, random);
      if (problem == null) {
        continue;
      }
      List<Inquiry> inquiries = problem.inquiries();
      others += inquiries.size() - 1;
      for (Inquiry inquiry : inquiries.subList(1, inquiries.size())) {
        if (Set.of("brother", "sister").contains(inquiry.answer())) {
          siblings++;
          String x = problem.first(inquiry);
          Set<String> asked = siblingsOf(problem.last(inquiry), problem.facts());
          assertThat(otherParents(x, problem.facts())).doesNotContainAnyElementsOf(asked);
        }
      }
    }
    assertThat(others).isGreaterThan(2_000);
    assertThat(siblings).isGreaterThan(100);
  }

  /** Returns the people with whom a person has a child, by facts about parents and siblings. */
  private static Set<String> otherParents(String person, List<Kin> facts) {
    Map<String, Set<String>> parents = new HashMap<>();
    for (Kin fact : facts) {
      if (fact.kind() == Kinship.PARENT) {
        parents.computeIfAbsent(fact.person(), name -> new HashSet<>()).add(fact.other());
      } else if (fact.kind() == Kinship.CHILD) {
        parents.computeIfAbsent(fact.other(), name -> new HashSet<>()).add(fact.person());
      }
    }
    Set<String> others = new HashSet<>();
    for (String child : parents.keySet()) {
      Set<String> both = new HashSet<>();
      siblingsOf(child, facts).forEach(each -> both.addAll(parents.getOrDefault(each, Set.of())));
      if (both.remove(person)) {
        others.addAll(both);
      }
    }
    return others;
  }

  /** Returns a person with all brothers and sisters, by facts about siblings. */
  private static Set<String> siblingsOf(String person, List<Kin> facts) {
    Set<String> all = new HashSet<>(Set.of(person));
    boolean grows = true;
    while (grows) {
      grows = false;
      for (Kin fact : facts) {
        if (fact.kind() == Kinship.SIBLING
            && (all.contains(fact.person()) || all.contains(fact.other()))) {
          grows |= all.addAll(List.of(fact.person(), fact.other()));
        }
      }
    }
    return all;
  }
}
