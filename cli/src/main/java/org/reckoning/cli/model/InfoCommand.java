package org.reckoning.cli.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.training.RunWeights;
import org.reckoning.trainer.weights.Gpt2Checksum;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.NonFinite;
import org.tensorflow.types.TFloat32;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code reckoning model info}: prints the sizes and the checksum of a model. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description = {
      "Print the sizes of a model, published weights, a run or a checkpoint.",
      "The checksum is the SHA-256 of all numbers as float32, without padding: equal weights have"
          + " the same checksum in every format. Numbers that are not finite are counted."
    },
    footer = {"%nExample:", "  reckoning model info models/gpt2 --json"})
final class InfoCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Parameters(paramLabel = "PATH", description = "Model, published weights, run or checkpoint.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Path path;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (Gpt2Weights weights = RunWeights.openAnyUnchecked(path)) {
      Gpt2Checksum checksum = new Gpt2Checksum();
      Map<String, NonFinite> nonFinite = new LinkedHashMap<>();
      for (String name : weights.config().parameterShapes().keySet()) {
        try (TFloat32 tensor = weights.read(name)) {
          checksum.add(tensor);
          NonFinite found = NonFinite.in(tensor);
          if (!found.isNone()) {
            nonFinite.put(name, found);
          }
        }
      }
      if (json) {
        ObjectNode object = object(weights, checksum.hex());
        ObjectNode tensors = object.putObject("not_finite");
        nonFinite.forEach(
            (name, found) ->
                tensors.putObject(name).put("nan", found.nan()).put("infinite", found.infinite()));
        out.println(object);
      } else {
        print(out, weights, checksum.hex());
        nonFinite.forEach((name, found) -> out.printf("  not finite  %s: %s%n", name, found));
      }
    }
    out.flush();
    return 0;
  }

  private static ObjectNode object(Gpt2Weights weights, String checksum) {
    Gpt2Config config = weights.config();
    return JsonNodeFactory.instance
        .objectNode()
        .put("format", weights.format())
        .put("parameters", config.parameterCount())
        .put("n_layer", config.nLayer())
        .put("n_embd", config.nEmbd())
        .put("n_head", config.nHead())
        .put("n_inner", config.nInner())
        .put("n_positions", config.nPositions())
        .put("vocab_size", config.vocabSize())
        .put("vocabulary", kind(weights))
        .put("padding", weights.padding())
        .put("sha256", checksum);
  }

  private void print(PrintWriter out, Gpt2Weights weights, String checksum) {
    Gpt2Config config = weights.config();
    out.println(path);
    out.printf("  format      %s%n", weights.format());
    out.printf(
        "  parameters  %,d in %d tensors, %.1f MB as float32%n",
        config.parameterCount(),
        config.parameterShapes().size(),
        config.parameterCount() * Float.BYTES / 1e6);
    out.printf(
        "  sizes       %d layers, %,d wide, %d heads, %,d inside the MLP, %,d positions%n",
        config.nLayer(), config.nEmbd(), config.nHead(), config.nInner(), config.nPositions());
    out.printf(
        "  vocabulary  %,d tokens, %s%s%n", config.vocabSize(), kind(weights), padding(weights));
    out.printf("  sha256      %s%n", checksum);
  }

  private static String padding(Gpt2Weights weights) {
    return weights.padding() == 0
        ? ""
        : "; %,d more rows are padding, %,d in total"
            .formatted(weights.padding(), weights.storedConfig().vocabSize());
  }

  /** Returns the kind of the vocabulary: full, compact or unknown. */
  private static String kind(Gpt2Weights weights) {
    return weights.vocabulary().map(known -> known.isFull() ? "full" : "compact").orElse("unknown");
  }
}
