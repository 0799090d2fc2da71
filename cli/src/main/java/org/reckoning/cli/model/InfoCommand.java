package org.reckoning.cli.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.reckoning.graph.gpt2.Gpt2Config;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.tensors.NonFinite;
import org.reckoning.trainer.text.TextTable;
import org.reckoning.trainer.weights.Gpt2Checksum;
import org.reckoning.trainer.weights.Gpt2Weights;
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
        out.println(path);
        TextTable table = table(weights, checksum.hex());
        nonFinite.forEach((name, found) -> table.row("not finite", name + ": " + found));
        table.lines().forEach(out::println);
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

  private static TextTable table(Gpt2Weights weights, String checksum) {
    Gpt2Config config = weights.config();
    return TextTable.withLeft(0, 1)
        .row("format", weights.format())
        .row(
            "parameters",
            String.format(
                Locale.ROOT,
                "%,d in %d tensors, %.1f MB as float32",
                config.parameterCount(),
                config.parameterShapes().size(),
                config.parameterCount() * Float.BYTES / 1e6))
        .row(
            "sizes",
            String.format(
                Locale.ROOT,
                "%d layers, %,d wide, %d heads, %,d inside the MLP, %,d positions",
                config.nLayer(),
                config.nEmbd(),
                config.nHead(),
                config.nInner(),
                config.nPositions()))
        .row(
            "vocabulary",
            String.format(
                Locale.ROOT,
                "%,d tokens, %s%s",
                config.vocabSize(),
                kind(weights),
                padding(weights)))
        .row("sha256", checksum);
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
