package org.reckoning.graph.bilevel;

import java.util.Arrays;
import org.tensorflow.Tensor;
import org.tensorflow.types.TInt32;

/**
 * What was generated for the questions of a batch.
 *
 * @param tokens the new tokens of each question [tasks][questions][], with the one that ends it, if
 *     it was reached
 * @param logProbabilities {@code log p} of each of them under the model as it is, whatever they
 *     were drawn from
 */
public record Generation(int[][][] tokens, double[][][] logProbabilities) {

  /**
   * Cuts out what texts have after their prompts.
   *
   * @param prompts the batch that was asked, questions cut after their prompts
   * @param texts prompts with what follows them [N, Q, S]
   * @param lengths [N, Q]
   * @param logProbabilities [N, Q, S]
   */
  static Generation of(TaskBatch prompts, TInt32 texts, TInt32 lengths, Tensor logProbabilities) {
    int questions = prompts.shape().questions();
    int slots = prompts.shape().questionTokens();
    double[] scores = HostTensors.toDoubles(logProbabilities);
    int[][][] tokens = new int[prompts.tasks()][questions][];
    double[][][] chosen = new double[prompts.tasks()][questions][];
    for (int n = 0; n < prompts.tasks(); n++) {
      for (int q = 0; q < questions; q++) {
        int row = n * questions + q;
        int prompt = prompts.questionLengths[row];
        int length = lengths.getInt(n, q);
        tokens[n][q] = new int[length - prompt];
        for (int i = prompt; i < length; i++) {
          tokens[n][q][i - prompt] = texts.getInt(n, q, i);
        }
        chosen[n][q] = Arrays.copyOfRange(scores, row * slots + prompt, row * slots + length);
      }
    }
    return new Generation(tokens, chosen);
  }
}
