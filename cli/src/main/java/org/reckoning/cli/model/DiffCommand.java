package org.reckoning.cli.model;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.tensors.TensorDifference;
import org.reckoning.trainer.tokens.Vocabulary;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reckoning model diff}: compares the weights and settings of two models. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Print the largest absolute difference of each tensor of two models, and differing settings:"
          + " heads, epsilon of the layer normalizations, tokens.",
      "A difference above the tolerance, or of a shape or setting, gives exit code 1."
    },
    footer = {
      "%nExample:",
      "  reckoning model diff models/gpt2 outputs/clutrr_gpt2/TIME --changed"
    })
final class DiffCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "Model, run or checkpoint.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Path first;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description = "Model, run or checkpoint to compare with.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Path second;

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      description = "Largest difference to ignore (default: ${DEFAULT-VALUE}).")
  private double tolerance;

  @Option(names = "--changed", description = "List only differing tensors.")
  private boolean changed;

  @Override
  public Integer call() throws IOException {
    if (!(tolerance >= 0)) {
      throw new ParameterException(
          spec.commandLine(), "--tolerance (%s) must be 0 or more".formatted(tolerance));
    }
    PrintWriter out = spec.commandLine().getOut();
    int different = 0;
    int tensors = 0;
    double largest = 0;
    List<String> settings;
    try (Gpt2Weights a = RunWeights.openAnyUnchecked(first);
        Gpt2Weights b = RunWeights.openAnyUnchecked(second)) {
      settings = settings(a, b);
      settings.forEach(out::println);
      Map<String, Shape> shapes = a.storedConfig().parameterShapes();
      Map<String, Shape> others = b.storedConfig().parameterShapes();
      for (Map.Entry<String, Shape> each : shapes.entrySet()) {
        tensors++;
        Shape other = others.remove(each.getKey());
        if (!each.getValue().equals(other)) {
          different++;
          out.printf("%-28s %s, %s%n", each.getKey(), each.getValue(), there(other));
          continue;
        }
        try (TFloat32 left = a.readStored(each.getKey());
            TFloat32 right = b.readStored(each.getKey())) {
          TensorDifference difference = TensorDifference.of(left, right);
          boolean differs = difference.largest() > tolerance;
          different += differs ? 1 : 0;
          largest = Math.max(largest, difference.largest());
          if (differs || !changed) {
            out.printf(
                "%-28s %.3g in %,d of %,d%n",
                each.getKey(), difference.largest(), difference.differing(), difference.elements());
          }
        }
      }
      for (Map.Entry<String, Shape> each : others.entrySet()) {
        tensors++;
        different++;
        out.printf("%-28s missing, %s%n", each.getKey(), each.getValue());
      }
    }
    out.printf(
        "%d of %d tensors differ, by %.3g at most%s%n",
        different,
        tensors,
        largest,
        settings.isEmpty()
            ? ""
            : "; settings differ, so equal tensors still make different models");
    out.flush();
    return different == 0 && settings.isEmpty() ? 0 : 1;
  }

  /**
   * Returns a line per differing setting that no shape shows. All readable models have the same
   * activation and a tied head.
   */
  private static List<String> settings(Gpt2Weights a, Gpt2Weights b) {
    List<String> lines = new ArrayList<>();
    compare("n_head", a.config().nHead(), b.config().nHead(), lines);
    compare(
        "layer_norm_epsilon", a.config().layerNormEpsilon(), b.config().layerNormEpsilon(), lines);
    String tokens = a.vocabulary().map(Vocabulary::toString).orElse("unknown tokens");
    String others = b.vocabulary().map(Vocabulary::toString).orElse("unknown tokens");
    if (a.config().vocabSize() == b.config().vocabSize()
        && !a.vocabulary().equals(b.vocabulary())) {
      compare("vocabulary", tokens, others.equals(tokens) ? "other tokens" : others, lines);
    }
    return lines;
  }

  private static void compare(String name, Object left, Object right, List<String> lines) {
    if (!left.equals(right)) {
      lines.add("%-28s %s, %s".formatted(name, left, right));
    }
  }

  private static String there(@Nullable Shape shape) {
    return shape == null ? "missing" : shape.toString();
  }
}
