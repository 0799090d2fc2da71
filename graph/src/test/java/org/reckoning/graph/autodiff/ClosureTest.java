package org.reckoning.graph.autodiff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reckoning.graph.autodiff.DerivativeCases.Case;
import org.tensorflow.Operand;
import org.tensorflow.types.family.TNumber;

/**
 * Closure of the rule tables: an op that a rule emits has rules itself. Derivatives of every order
 * and every mixture of the modes depend on this.
 */
class ClosureTest {
  private static final int ORDERS = 3;
  private static final Differentiator D = Differentiator.standard();

  static List<Case> cases() {
    return DerivativeCases.all();
  }

  @Test
  void cases_coverTheRuleTable() {
    Set<String> tested = cases().stream().map(Case::opType).collect(Collectors.toSet());

    assertThat(tested).isEqualTo(D.differentiableOps());
  }

  @Test
  void ruleTable_declaresNothingBothDifferentiableAndZero() {
    assertThat(D.differentiableOps()).doesNotContainAnyElementsOf(D.zeroOps());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void emittedOps_ofEachCaseToOrderThree_haveRulesOrAreZero(Case c) {
    Set<String> known = new HashSet<>(D.differentiableOps());
    known.addAll(D.zeroOps());
    try (var g = new TestGraph()) {
      List<Operand<TNumber>> xs = new ArrayList<>();
      c.inputs().forEach(in -> xs.add(g.input(in.shape().asArray())));
      List<Operand<TNumber>> ys = List.copyOf(c.body().of(g.tf(), xs));
      assertThat(g.opTypesAfter(0)).as("ops of the case").contains(c.opType());

      int primals = g.size();
      for (int order = 1; order <= ORDERS; order++) {
        ys = derivatives(g, ys, xs);
        assertThat(known).as("order %d", order).containsAll(g.opTypesAfter(primals));
      }
    }
  }

  /**
   * Emits derivatives in both modes. Their seeds join the xs, because the derivative of a linear op
   * depends on nothing else and the next order must pass through it.
   */
  private static List<Operand<TNumber>> derivatives(
      TestGraph g, List<Operand<TNumber>> ys, List<Operand<TNumber>> xs) {
    List<Operand<TNumber>> dys = g.inputsLike(ys);
    List<Operand<TNumber>> dxs = g.inputsLike(xs);
    List<Operand<TNumber>> derivatives = new ArrayList<>();
    D.pullback(g.tf(), ys, dys, xs).toList().stream()
        .filter(Objects::nonNull)
        .forEach(derivatives::add);
    D.pushforward(g.tf(), ys, xs, dxs).toList().stream()
        .filter(Objects::nonNull)
        .forEach(derivatives::add);
    xs.addAll(dys);
    xs.addAll(dxs);
    return derivatives;
  }
}
