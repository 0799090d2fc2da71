package org.reckoning.graph.gpt2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.reckoning.graph.gpt2.TestModels.SMALL;
import static org.reckoning.graph.gpt2.TestModels.model;
import static org.reckoning.graph.gpt2.TestModels.random;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.graph.TestTensors;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;

class LanguageModelLossTest {
  private final TestTensors tensors = new TestTensors();
  private final TestModels models = new TestModels(tensors);
  private final Ops tf = tensors.tf();

  @AfterEach
  void close() {
    tensors.close();
  }

  @Test
  void padding_whateverItHolds_changesNoLoss() {
    Map<String, double[]> weights = random(SMALL.parameterShapes());
    double[] one =
        losses(weights, new long[] {1, 2, 5}, new int[] {1, 2, 3, 0, 0, 4, 5, 6, 7, 0}, 3, 4);
    double[] other =
        losses(weights, new long[] {1, 2, 5}, new int[] {1, 2, 3, 9, 10, 4, 5, 6, 7, 8}, 3, 4);

    assertThat(other).containsExactly(one);
  }

  @Test
  void padding_ofMorePositions_changesNoLoss() {
    Map<String, double[]> weights = random(SMALL.parameterShapes());
    double[] together =
        losses(
            weights,
            new long[] {1, 2, 7},
            new int[] {1, 2, 3, 0, 0, 0, 0, 4, 5, 6, 7, 0, 0, 0},
            3,
            4);
    double[] first = losses(weights, new long[] {1, 1, 3}, new int[] {1, 2, 3}, 3);
    double[] second = losses(weights, new long[] {1, 1, 4}, new int[] {4, 5, 6, 7}, 4);

    assertThat(together).containsExactly(new double[] {first[0], second[0]}, within(1e-14));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2 * 11 * 3, 2 * 11 * 5})
  void loss_withLogitsInParts_isThatOfAllAtOnce(long mostLogits) {
    long[] shape = {2, 2, 4}; // 6 positions a task are scored: parts of 1, 3, and 5 and 1
    Parameters<TFloat64> p =
        models.parameters(SMALL.parameterShapes(), random(SMALL.parameterShapes()), 2);
    Operand<TInt32> tokens = tensors.ints(shape, 1, 2, 3, 4, 5, 6, 7, 0, 8, 9, 10, 1, 2, 3, 0, 0);
    Operand<TInt32> lengths = tensors.ints(new long[] {2, 2}, 4, 3, 4, 2);
    Operand<TFloat64> mask = tensors.tensor(shape, 0, 1, 1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0);
    Gpt2<TFloat64> model = model(SMALL, null);
    LanguageModelLoss<TFloat64> whole = LanguageModelLoss.of(tf, model, p, tokens, lengths, null);
    LanguageModelLoss<TFloat64> parts =
        LanguageModelLoss.inParts(tf, model, p, tokens, lengths, mostLogits);
    List<double[]> values =
        tensors.values(
            List.of(
                whole.tokenLosses(),
                parts.tokenLosses(),
                whole.correctTokens(tf, mask),
                parts.correctTokens(tf, mask)));

    assertThat(values.get(1)).containsExactly(values.get(0), within(1e-14));
    assertThat(values.get(3)).containsExactly(values.get(2));
  }

  @Test
  void sequences_withoutATarget_haveNoLossAndNoWeight() {
    Operand<TInt32> tokens = tensors.ints(new long[] {1, 2, 3}, 1, 2, 3, 0, 0, 0);
    Operand<TInt32> lengths = tensors.ints(new long[] {1, 2}, 3, 0);
    LanguageModelLoss<TFloat64> loss =
        LanguageModelLoss.of(
            tf,
            model(SMALL, null),
            models.parameters(SMALL.parameterShapes(), random(SMALL.parameterShapes()), 1),
            tokens,
            lengths,
            null);
    Operand<TFloat64> mask = tensors.tensor(new long[] {1, 2, 3}, 0, 1, 1, 0, 0, 0);
    List<double[]> values =
        tensors.values(
            List.of(
                loss.sequenceLosses(tf, mask),
                loss.taskLosses(tf, mask),
                loss.tokenLosses(),
                loss.taskLosses(tf, tensors.tensor(new long[] {1, 2, 3}, new double[6]))));

    double mean = (values.get(2)[0] + values.get(2)[1]) / 2;
    assertThat(values.get(0)).containsExactly(new double[] {mean, 0}, within(1e-15));
    assertThat(values.get(1)).containsExactly(new double[] {mean}, within(1e-15));
    assertThat(values.get(3)).containsExactly(0);
  }

  @Test
  void loss_ofSingleTokens_isRefused() {
    Parameters<TFloat64> p =
        models.parameters(SMALL.parameterShapes(), random(SMALL.parameterShapes()), 1);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                LanguageModelLoss.of(
                    tf,
                    model(SMALL, null),
                    p,
                    tensors.ints(new long[] {1, 1, 1}, 0),
                    tensors.ints(new long[] {1, 1}, 1),
                    null))
        .withMessage("tokens a sequence (1) must be at least 2: the first token has no loss");
  }

  /** Returns the mean losses of the sequences over all tokens but the first. */
  private double[] losses(Map<String, double[]> weights, long[] shape, int[] ids, int... lengths) {
    double[] mask = new double[ids.length];
    for (int i = 0; i < ids.length; i++) {
      int t = i % (int) shape[2];
      mask[i] = t > 0 && t < lengths[i / (int) shape[2]] ? 1 : 0;
    }
    LanguageModelLoss<TFloat64> loss =
        LanguageModelLoss.of(
            tf,
            model(SMALL, null),
            models.parameters(SMALL.parameterShapes(), weights, 1),
            tensors.ints(shape, ids),
            tensors.ints(new long[] {shape[0], shape[1]}, lengths),
            null);
    return tensors.value(loss.sequenceLosses(tf, tensors.tensor(shape, mask)));
  }
}
