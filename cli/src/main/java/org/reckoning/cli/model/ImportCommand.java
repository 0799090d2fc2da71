package org.reckoning.cli.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.published.ModelDirectory;
import org.reckoning.trainer.weights.published.PublishedWeights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code reckoning model import}: converts published weights to a model directory. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Convert published weights to a model directory: safetensors, float32.",
      "Training also reads published weights directly; an import checks them once."
    },
    footer = {
      "%nExamples:",
      "  reckoning model import --from DOWNLOADS/gpt2 --to models/gpt2",
      "  reckoning model import --from 124M --to models/gpt2    # OpenAI's checkpoint",
      "  reckoning model import --from ~/.cache/huggingface/hub/models--gpt2 \\",
      "      --to models/gpt2",
      "  reckoning model import --from gpt2 --adapter PEFT_DIR --to models/tuned",
      "  reckoning model import --from gpt2 --to models/few \\",
      "      --vocabulary RUN/vocabulary.json"
    })
final class ImportCommand implements Callable<Integer> {
  @Option(
      names = "--from",
      required = true,
      paramLabel = "PATH",
      description =
          "Model of Hugging Face (config.json and safetensors, one file or shards), a model in the"
              + " cache of the Hugging Face hub, or OpenAI's hparams.json with a TensorFlow"
              + " checkpoint.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Path from;

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "Low-rank adapter of PEFT to merge into the weights.")
  private @Nullable Path adapter;

  @Mixin private final ModelTarget target = new ModelTarget();

  @Override
  public Integer call() throws IOException {
    target.check();
    try (Gpt2Weights weights =
        adapter == null
            ? PublishedWeights.open(from)
            : PublishedWeights.openAdapted(from, adapter)) {
      target.withTokens(
          weights,
          chosen -> {
            target.create(directory -> ModelDirectory.writeModel(directory, chosen));
            target.report(chosen);
          });
    }
    return 0;
  }
}
