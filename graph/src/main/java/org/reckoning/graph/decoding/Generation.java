package org.reckoning.graph.decoding;

import java.util.Arrays;
import org.reckoning.graph.task.TaskBatch;
import org.reckoning.graph.xla.HostTensors;
import org.tensorflow.Tensor;
import org.tensorflow.types.TInt32;

/** Texts generated for the questions of a batch. Task and question indices start at 0. */
public final class Generation {
  private final int[][][] tokens; // [tasks][questions][]
  private final double[][][] logProbabilities;

  /**
   * Extracts the tokens after the prompts.
   *
   * @param prompts the input batch, with questions cut after their prompts
   * @param texts prompts with their continuations [N, Q, S]
   * @param lengths number of tokens of each text [N, Q]
   * @param scores log-probabilities of the tokens [N, Q, S]
   */
  public Generation(TaskBatch prompts, TInt32 texts, TInt32 lengths, Tensor scores) {
    int questions = prompts.shape().questions();
    int slots = prompts.shape().questionTokens();
    int[] promptLengths = prompts.questionLengths();
    double[] all = HostTensors.toDoubles(scores);
    tokens = new int[prompts.tasks()][questions][];
    logProbabilities = new double[prompts.tasks()][questions][];
    for (int n = 0; n < prompts.tasks(); n++) {
      for (int q = 0; q < questions; q++) {
        int row = n * questions + q;
        int prompt = promptLengths[row];
        int length = lengths.getInt(n, q);
        tokens[n][q] = new int[length - prompt];
        for (int i = prompt; i < length; i++) {
          tokens[n][q][i - prompt] = texts.getInt(n, q, i);
        }
        logProbabilities[n][q] =
            Arrays.copyOfRange(all, row * slots + prompt, row * slots + length);
      }
    }
  }

  /**
   * Returns the new tokens of a question, including the end-of-text token if it was reached; empty
   * for a padding question.
   */
  public int[] tokens(int task, int question) {
    return tokens[task][question].clone();
  }

  /**
   * Returns {@code log p} of each new token of a question. The probability is that of the
   * unmodified model, whatever the sampling settings.
   */
  public double[] logProbabilities(int task, int question) {
    return logProbabilities[task][question].clone();
  }
}
