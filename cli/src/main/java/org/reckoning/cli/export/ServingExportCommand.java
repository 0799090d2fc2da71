package org.reckoning.cli.export;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.bilevel.ServingLimits;
import org.reckoning.trainer.export.ExportCheck;
import org.reckoning.trainer.export.ModelExport;
import org.reckoning.trainer.export.ServingSizes;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.training.ConsoleProgress;
import org.reckoning.trainer.training.ConsoleStyle;
import org.reckoning.trainer.training.Experiment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Write the best checkpoint of a run as a SavedModel for TensorFlow Serving.",
      "Facts and questions come in one request: the inner loop is inside of the model. A request"
          + " costs what the largest costs that the sizes allow; those that are not given are those"
          + " of the run's data. See docs/serving.md."
    },
    footer = {
      "",
      "Examples:",
      "  reckoning export --run outputs/quickstart/2026-11-22_10-30-00",
      "  reckoning export --run RUN --to saved_models/kinship --facts 8 --questions 4",
      "  reckoning export --check saved_models/quickstart      # the newest version",
      "  reckoning export --check saved_models/quickstart/2 --run RUN --problems 100"
    })
final class ExportCommand implements Callable<Integer> {
  private static final int CHECK_SECONDS = 3600;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--run",
      paramLabel = "RUN",
      description = "directory of a run; for --check, that which was exported by default")
  private @Nullable Path run;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "directory of the versions of a model; saved_models/NAME by default")
  private @Nullable Path to;

  @Option(
      names = "--check",
      paramLabel = "DIR",
      description = "load this model in a process of its own and compare it with the run")
  private @Nullable Path checked;

  @Option(
      names = "--problems",
      paramLabel = "N",
      description = "for --check: test problems to ask (default: ${DEFAULT-VALUE})")
  private int problems = 500;

  @Option(
      names = "--xla",
      description = "add signatures that XLA compiles, for servers that allow it")
  private boolean compiled;

  @Option(names = "--facts", paramLabel = "N", description = "facts of a request")
  private @Nullable Integer facts;

  @Option(names = "--fact-tokens", paramLabel = "N", description = "tokens of a fact")
  private @Nullable Integer factTokens;

  @Option(names = "--questions", paramLabel = "N", description = "questions of a request")
  private @Nullable Integer questions;

  @Option(names = "--question-tokens", paramLabel = "N", description = "tokens of a question")
  private @Nullable Integer questionTokens;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      description = "texts that are scored in a request")
  private @Nullable Integer candidates;

  @Option(names = "--candidate-tokens", paramLabel = "N", description = "tokens of such a text")
  private @Nullable Integer candidateTokens;

  @Option(names = "--max-new-tokens", paramLabel = "N", description = "tokens of an answer")
  private @Nullable Integer newTokens;

  @Override
  public Integer call() throws IOException {
    if (checked != null) {
      if (to != null) {
        throw unusable("--check (%s) writes nothing and must be without --to".formatted(checked));
      }
      if (problems < 1) {
        throw unusable("--problems (%d) must be at least 1".formatted(problems));
      }
      return check(checked);
    }
    if (run == null) {
      throw unusable("--run, the directory of a run, or --check must be given");
    }
    write(run);
    return 0;
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
    } catch (IllegalArgumentException e) { // a size, or a method that learns no facts
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    ServingLimits limits = written.limits();
    out.printf(
        """
        wrote %s, %,d bytes
          facts       %d of up to %d tokens
          questions   %d of up to %d tokens, answers of up to %d
          candidates  %d of up to %d tokens
          signatures  %s
        compare it with the run: reckoning export --check %s
        """,
        written.version(),
        written.bytes(),
        limits.facts(),
        limits.factTokens(),
        limits.questions(),
        limits.questionTokens(),
        limits.newTokens(),
        limits.candidates(),
        limits.candidateTokens(),
        String.join(", ", written.signatures()),
        written.version());
    out.flush();
  }

  private int check(Path directory) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path version =
        ModelExport.newest(directory)
            .orElseThrow(
                () ->
                    new MissingPathException(
                        "--check (%s) must be a model that was exported, or a version of one"
                            .formatted(directory)));
    Path from = run == null ? ExportCheck.origin(version) : run;
    ConsoleProgress progress =
        new ConsoleProgress(
            System.err,
            ConsoleStyle.choose(
                Boolean.getBoolean("reckoning.terminal"), true, System.getenv(), 1));
    Path requests = Files.createTempFile("reckoning", ".requests");
    Path answers = Files.createTempFile("reckoning", ".answers");
    try {
      ExportCheck check = ExportCheck.prepare(from, version, requests, problems, progress::message);
      ChildJvm.Outcome asked =
          new ChildJvm(CHECK_SECONDS)
              .run(
                  ExportCheckMain.class.getName(),
                  List.of(version.toString(), requests.toString(), answers.toString()));
      if (!asked.failure().isEmpty()) {
        throw new IOException(
            "'%s' could not be asked in a process of its own: %s"
                .formatted(version, asked.failure()));
      }
      progress.message(
          "the model answered %s requests in %.1f s, loading took %.1f s"
              .formatted(
                  asked.results().get(ExportCheckMain.REQUESTS),
                  asked.number(ExportCheckMain.SECONDS),
                  asked.number(ExportCheckMain.LOAD_SECONDS)));
      ExportCheck.Report report = check.compare(answers, progress);
      out.printf(
          """
          %s against %s
            problems                          %d, of %d questions
            other labels (score)              %d
            other texts (serving_default)     %d
            other texts (no_knowledge)        %d
            largest difference of a probability  %.1e, of an inner loss %.1e; up to %.0e is rounding
          %s
          """,
          version,
          from,
          report.problems(),
          report.questions(),
          report.labels(),
          report.texts(),
          report.textsWithout(),
          report.probability(),
          report.innerLoss(),
          ExportCheck.TOLERANCE,
          report.agrees() ? "the model answers as the run does" : "the model and the run differ");
      out.flush();
      return report.agrees() ? 0 : 1;
    } finally {
      Files.deleteIfExists(requests);
      Files.deleteIfExists(answers);
    }
  }
}
