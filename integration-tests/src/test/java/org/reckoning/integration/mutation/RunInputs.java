package org.reckoning.integration.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.reckoning.trainer.run.Checkpoints;
import org.reckoning.trainer.run.Results;
import org.reckoning.trainer.run.RunDirectory;
import org.reckoning.trainer.run.TrainingState;

/** Inputs from the files of a run, which the program reads again. */
final class RunInputs {
  private RunInputs() {}

  static Inputs state(TinyRun run, Path folder) throws IOException {
    Path checkpoint = run.copyTo(folder.resolve("run")).resolve("checkpoints/step-000002");
    return Inputs.ofFiles(
        List.of(checkpoint.resolve("state.json")),
        files ->
            Commands.read(
                () -> {
                  assertState(Checkpoints.state(checkpoint));
                  return 0;
                }),
        outcome -> {});
  }

  private static void assertState(TrainingState state) {
    assertThat(state.step()).as("step, as the directory is named").isEqualTo(2);
    assertThat(state.position()).as("position").isNotNegative();
    assertThat(state.bestStep()).as("best step").isBetween(0L, state.step());
    assertThat(state.validationsSinceBest()).as("validations").isNotNegative();
    assertThat(state.seconds()).as("seconds").isFinite().isNotNegative();
    Double best = state.best();
    if (best != null) {
      assertThat(best).as("best").isFinite();
    }
  }

  /** Returns the results of a finished run, which it reads and prints. */
  static Inputs results(TinyRun run, Path folder) throws IOException {
    Path copy = run.copyTo(folder.resolve("run"));
    return Inputs.ofFiles(
        List.of(copy.resolve("results.json")),
        files -> Commands.run(List.of("train", "resume=" + copy)),
        outcome -> {
          Map<String, Map<String, Double>> results =
              Results.meansByMethod(new RunDirectory(copy).config(), copy);
          assertThat(results).containsOnlyKeys("reckoning");
          assertMetrics(results.getOrDefault("reckoning", Map.of()));
          assertThat(outcome.out()).contains("reckoning ").doesNotContain("NaN", "Infinity");
        });
  }

  private static void assertMetrics(Map<String, Double> metrics) {
    assertThat(metrics).isNotEmpty();
    metrics.forEach(
        (name, value) -> {
          assertThat(value).as(name).isFinite().isNotNegative();
          if (name.startsWith("acc")) {
            assertThat(value).as(name).isLessThanOrEqualTo(1);
          }
        });
  }

  /** Returns a sweep of finished runs, which is read and plotted. */
  static Inputs sweep(TinyRun run, Path folder) throws IOException {
    run.copyTo(folder.resolve("0"));
    run.copyTo(folder.resolve("1"));
    Path file = Files.writeString(folder.resolve("sweep.json"), Samples.sweep());
    return Inputs.ofFiles(
        List.of(file),
        files -> Commands.run(List.of("train", "resume=" + folder)),
        outcome -> assertThat(outcome.out()).doesNotContain("NaN", "Infinity"));
  }

  /** Returns all files of a run that are read before a graph is built. */
  static Inputs model(TinyRun run, Path folder) throws IOException {
    Path copy = run.copyTo(folder.resolve("run"));
    Path checkpoint = copy.resolve("checkpoints").resolve(run.best());
    return Inputs.ofFiles(
        Stream.of(
                copy.resolve("config.yaml"),
                copy.resolve("vocabulary.json"),
                checkpoint.resolve("variables.index"),
                checkpoint.resolve("variables.data-00000-of-00001"),
                checkpoint.resolve("state.json"))
            .toList(),
        files -> Commands.run(List.of("model", "info", copy.toString(), "--json")),
        WeightInputs::assertModel);
  }
}
