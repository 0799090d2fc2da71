package org.reckoning.cli.export;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.cli.process.ChildJvm;
import org.reckoning.graph.serving.ServingLimits;
import org.reckoning.trainer.export.ExportCheck;
import org.reckoning.trainer.export.ModelExport;
import org.reckoning.trainer.export.ServingSizes;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.files.TemporaryPath;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.text.ShellWord;
import org.reckoning.trainer.text.TextTable;
import org.reckoning.trainer.training.Experiment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning export}: writes a SavedModel for TensorFlow Serving, or checks one. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Write the best checkpoint of a run as a SavedModel for TensorFlow Serving.",
      "A request holds facts and questions; the model contains the inner loop. Requests are padded"
          + " to the given sizes, so each costs as much as the largest. Sizes default to those of"
          + " the run's data. See docs/serving.md."
    },
    footer = {
      "",
      "Examples:",
      "  reckoning export --run outputs/quickstart/2026-11-22_10-30-00",
      "  reckoning export --run RUN --to saved_models/kinship --facts 8 --questions 4",
      "  reckoning export --check saved_models/quickstart   # the newest version",
      "  reckoning export --check saved_models/quickstart/2 --problems 100"
    })
public final class ServingExportCommand implements Callable<Integer> {
  private static final int CHECK_SECONDS = 3600;

  /** Options of an export. */
  private static final List<String> WRITING =
      List.of(
          "--to",
          "--xla",
          "--facts",
          "--fact-tokens",
          "--questions",
          "--question-tokens",
          "--candidates",
          "--candidate-tokens",
          "--max-new-tokens");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--run",
      paramLabel = "RUN",
      description = "Directory of the run. With --check the default is the exported run.")
  private @Nullable Path run;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Parent directory of the model's versions (default: saved_models/NAME).")
  private @Nullable Path to;

  @Option(
      names = "--check",
      paramLabel = "DIR",
      description = "Load this model in a new process and compare it with the run.")
  private @Nullable Path checked;

  @Option(
      names = "--problems",
      paramLabel = "N",
      description = "With --check: number of test problems (default: ${DEFAULT-VALUE}).")
  private int problems = 500;

  @Option(
      names = "--xla",
      description = "Add signatures compiled by XLA, for servers that support it.")
  private boolean compiled;

  @Option(names = "--facts", paramLabel = "N", description = "Facts per request.")
  private @Nullable Integer facts;

  @Option(names = "--fact-tokens", paramLabel = "N", description = "Tokens per fact.")
  private @Nullable Integer factTokens;

  @Option(names = "--questions", paramLabel = "N", description = "Questions per request.")
  private @Nullable Integer questions;

  @Option(names = "--question-tokens", paramLabel = "N", description = "Tokens per question.")
  private @Nullable Integer questionTokens;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      description = "Candidate answers to score per request.")
  private @Nullable Integer candidates;

  @Option(
      names = "--candidate-tokens",
      paramLabel = "N",
      description = "Tokens per candidate answer.")
  private @Nullable Integer candidateTokens;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "Tokens per generated answer.")
  private @Nullable Integer newTokens;

  @Override
  public Integer call() throws IOException {
    if (checked != null) {
      List<String> given = WRITING.stream().filter(this::isGiven).toList();
      if (!given.isEmpty()) {
        throw unusable(
            "--check (%s) writes nothing; omit %s".formatted(checked, String.join(", ", given)));
      }
      if (problems < 1) {
        throw unusable("--problems (%d) must be at least 1".formatted(problems));
      }
      return check(checked);
    }
    if (run == null) {
      throw unusable("--run (directory of a run) or --check must be given");
    }
    if (isGiven("--problems")) {
      throw unusable("--problems (%d) has no effect without --check: omit it".formatted(problems));
    }
    write(run);
    return 0;
  }

  private boolean isGiven(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private ParameterException unusable(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }

  private void write(Path from) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path model =
        Objects.requireNonNullElse(
            to, Path.of("saved_models", Experiment.configOf("--run", from).name()));
    ServingSizes sizes =
        new ServingSizes(
            facts, factTokens, questions, questionTokens, candidates, candidateTokens, newTokens);
    ModelExport.Written written;
    try {
      written =
          ModelExport.write(from, model, sizes, compiled, spec.commandLine().getErr()::println);
    } catch (IllegalArgumentException e) { // a size, or a method without inner steps
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    ServingLimits limits = written.limits();
    out.printf("wrote %s, %,d bytes%n", written.version(), written.bytes());
    TextTable.withLeft(0, 1)
        .row("facts", "%d of up to %d tokens".formatted(limits.facts(), limits.factTokens()))
        .row(
            "questions",
            "%d of up to %d tokens, answers of up to %d"
                .formatted(limits.questions(), limits.questionTokens(), limits.newTokens()))
        .row(
            "candidates",
            "%d of up to %d tokens".formatted(limits.candidates(), limits.candidateTokens()))
        .row("signatures", String.join(", ", written.signatures()))
        .lines()
        .forEach(out::println);
    out.printf(
        "compare it with the run: ./reckoning export --check %s%n",
        ShellWord.quoted(written.version()));
    out.flush();
  }

  private int check(Path directory) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path version =
        ModelExport.newest(directory)
            .orElseThrow(
                () ->
                    new MissingPathException(
                        "--check (%s) must be an exported model or a version of one"
                            .formatted(directory)));
    Path from = run == null ? ExportCheck.origin(version) : run;
    ConsoleProgress progress =
        new ConsoleProgress(System.err, ConsoleStyle.ofThisProcess(/* noProgress= */ true, 1));
    try (TemporaryPath requests = TemporaryPath.file(".requests");
        TemporaryPath answers = TemporaryPath.file(".answers")) {
      ExportCheck check =
          ExportCheck.prepare(from, version, requests.path(), problems, progress::message);
      ChildJvm.Outcome asked =
          new ChildJvm(CHECK_SECONDS)
              .run(
                  ExportCheckMain.class.getName(),
                  List.of(
                      version.toString(), requests.path().toString(), answers.path().toString()));
      if (!asked.failure().isEmpty()) {
        throw new IOException(
            "cannot check '%s' in a new process: %s".formatted(version, asked.failure()));
      }
      progress.message(
          "the model answered %s requests in %.1f s after %.1f s of loading"
              .formatted(
                  asked.results().get(ExportCheckMain.REQUESTS),
                  asked.number(ExportCheckMain.SECONDS),
                  asked.number(ExportCheckMain.LOAD_SECONDS)));
      ExportCheck.Report report = check.compare(answers.path(), progress);
      out.printf(
          """
          %s compared with %s
            problems                           %d with %d questions
            different labels (score)           %d
            different texts (serving_default)  %d
            different texts (no_knowledge)     %d
            different texts (ask)              %d
            different labels (choose)          %d
            largest difference: %.1e of a probability, %.1e of an inner loss; tolerance %.0e
          %s
          """,
          version,
          from,
          report.problems(),
          report.questions(),
          report.labels(),
          report.texts(),
          report.textsWithout(),
          report.asked(),
          report.chosen(),
          report.probability(),
          report.innerLoss(),
          ExportCheck.TOLERANCE,
          report.agrees() ? "the model and the run agree" : "the model and the run differ");
      out.flush();
      return report.agrees() ? 0 : 1;
    }
  }
}
