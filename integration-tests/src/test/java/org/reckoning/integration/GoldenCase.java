package org.reckoning.integration;

import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Expected results of one bi-level computation. Tensor names have no prefix {@code transformer.}
 * and follow the order of {@link org.reckoning.graph.gpt2.Gpt2Config#parameterShapes() the
 * configuration}. Arrays are row-major.
 *
 * @param variant variant of the computation
 * @param outerLoss loss of the questions at the adapted weights
 * @param innerLosses [K + 1]: loss of the facts before each step and after the last
 * @param rates rate of each step, [K] per tensor
 * @param adapted weights after the last step, in the shape of the tensor
 * @param dTheta gradient of the outer loss with respect to the initial weights, in the shape of the
 *     tensor
 * @param dRate gradient of the outer loss with respect to the rates, [K] per tensor
 */
@SuppressWarnings("ArrayRecordComponent") // test data, read only
record GoldenCase(
    Variant variant,
    double outerLoss,
    double[] innerLosses,
    Map<String, double[]> rates,
    Map<String, double[]> adapted,
    Map<String, double[]> dTheta,
    Map<String, double[]> dRate) {

  @Override
  public String toString() {
    return variant.name(); // names the parameterized tests
  }

  /** The inner optimizer. {@code README.md} beside the data lists its constants. */
  enum Optimizer {
    SGD("sgd", "sgd"),
    SGD_MOMENTUM("sgd_momentum", "sgd"),
    ADAMW("adamw", "adamw");

    private final String key;
    private final String rates;

    Optimizer(String key, String rates) {
      this.key = key;
      this.rates = rates;
    }

    /** Returns the name of the optimizer in case names. */
    String key() {
      return key;
    }

    /** Returns the name under which the rates are stored. */
    String rates() {
      return rates;
    }
  }

  /** Inner steps that the outer gradient differentiates exactly. */
  enum Mode {
    /** All inner steps. */
    EXACT,
    /** No inner step; inner gradients are constants. */
    FIRST_ORDER,
    /** The last {@link Variant#window()} steps. */
    TRUNCATED
  }

  /**
   * Parsed case name.
   *
   * @param name {@code OPTIMIZER[_MODE]_kK}
   * @param window number of exact last steps in {@link Mode#TRUNCATED}, else 0
   * @param k number K of inner steps
   */
  record Variant(String name, Optimizer optimizer, Mode mode, int window, int k) {
    private static final Pattern NAME =
        Pattern.compile("(.+?)(?:_(first_order|truncated(\\d{1,9})))?_k(\\d{1,9})");

    /**
     * Parses a case name.
     *
     * @throws IllegalArgumentException if the optimizer or the mode is not known
     */
    static Variant parse(String name) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches()) {
        for (Optimizer optimizer : Optimizer.values()) {
          if (optimizer.key().equals(matcher.group(1))) {
            Mode mode =
                matcher.group(2) == null
                    ? Mode.EXACT
                    : matcher.group(3) == null ? Mode.FIRST_ORDER : Mode.TRUNCATED;
            int window = mode == Mode.TRUNCATED ? Integer.parseInt(matcher.group(3)) : 0;
            int k = Integer.parseInt(matcher.group(4));
            return new Variant(name, optimizer, mode, window, k);
          }
        }
      }
      throw new IllegalArgumentException(
          "case '%s' must be called OPTIMIZER[_MODE]_kK; known optimizers: %s; known modes: [first_order, truncatedT]"
              .formatted(name, Arrays.stream(Optimizer.values()).map(Optimizer::key).toList()));
    }
  }
}
