package org.reckoning.cli.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.reckoning.graph.gpt2.Lora;
import org.reckoning.trainer.run.RunWeights;
import org.reckoning.trainer.run.TrainedModel;
import org.reckoning.trainer.weights.Gpt2Weights;
import org.reckoning.trainer.weights.published.ModelDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning model export}: writes the weights of a run for transformers. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Write the meta-trained weights of a run as a model directory of transformers.",
      "The directory also holds the configuration of the run and its inner rates, so that",
      "ask --model learns facts as the run does; not with merged low-rank factors."
    },
    footer = {
      "%nExamples:",
      "  reckoning model export --from outputs/clutrr_gpt2/TIME --to models/clutrr",
      "  reckoning model export --from RUN/checkpoints/step-000400 --to models/step_400",
      "  reckoning model export --from RUN --to models/full --vocabulary full \\",
      "      --base models/gpt2",
      "  reckoning model export --from RUN --to models/adapter --adapter"
    })
final class WeightsExportCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = {"--from", "--run"},
      required = true,
      paramLabel = "RUN",
      description = "Directory of a run (best checkpoint) or of a checkpoint.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Path from;

  @Option(
      names = "--adapter",
      description =
          "Write low-rank factors as an adapter of PEFT and the base weights to DIR/base; by default"
              + " factors are merged into the weights.")
  private boolean adapter;

  @Mixin private final ModelTarget target = new ModelTarget();

  @Override
  public Integer call() throws IOException {
    target.check();
    if (!RunWeights.isRun(from)) {
      throw new ParameterException(
          spec.commandLine(),
          "--from (%s) must be a run with config.yaml, or a checkpoint of one; other models need 'reckoning model import'"
              .formatted(from));
    }
    try (RunWeights run = adapter ? RunWeights.openUnmerged(from) : RunWeights.open(from)) {
      if (adapter && run.lora().isEmpty()) {
        throw new ParameterException(
            spec.commandLine(),
            "--adapter needs a run with inner_mode=lora but '%s' has no low-rank factors"
                .formatted(from));
      }
      target.withTokens(Gpt2Weights.finite(from, run), chosen -> write(run, chosen));
    }
    return 0;
  }

  private void write(RunWeights run, Gpt2Weights chosen) throws IOException {
    target.create(
        directory -> {
          if (!adapter) {
            ModelDirectory.writeModel(directory, chosen);
            if (TrainedModel.isPossible(run)) {
              TrainedModel.write(directory, run);
            }
            return;
          }
          Path base = Files.createDirectory(directory.resolve(ModelDirectory.BASE));
          ModelDirectory.writeModel(base, chosen);
          Lora lora = run.lora().orElseThrow();
          ModelDirectory.writeAdapter(
              directory, lora, run.factors(), run::readFactor, ModelDirectory.BASE);
        });
    target.report(chosen);
  }
}
