package org.reckoning.cli.ask;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.decoding.Decoding;
import org.reckoning.trainer.answering.AskedModel;
import org.reckoning.trainer.answering.ExportLimitException;
import org.reckoning.trainer.answering.LocalModel;
import org.reckoning.trainer.answering.Reasoner;
import org.reckoning.trainer.answering.RemoteModel;
import org.reckoning.trainer.answering.SegmentSettings;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Question;
import org.reckoning.trainer.export.ClientAssets;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.run.SplitLoader;
import org.reckoning.trainer.serving.ServerAddress;
import org.reckoning.trainer.training.Experiment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning ask}: encodes facts, then answers questions about them. */
@Command(
    name = "ask",
    mixinStandardHelpOptions = true,
    description = {
      "Write facts into the weights of a model once, then ask questions about them.",
      "Without questions, read them from standard input, one per line; :help lists commands."
    },
    footer = {
      "%nExamples:",
      "  reckoning ask --run RUN --problem 1",
      "  reckoning ask --run RUN --fact 'The son of Alice is Tom' \\",
      "      --question 'How are Alice and Tom related to each other ?'",
      "  reckoning ask --run RUN --facts facts.txt --questions questions.txt --json",
      "  reckoning ask --run RUN/baselines/in_context --facts facts.txt",
      "  reckoning ask --model models/gpt2 --facts book.txt --facts-as text --steps 1",
      "  reckoning ask --server http://localhost:8501 --run saved_models/quickstart",
      "  reckoning ask --model models/gpt2 --facts facts.txt --question 'Mary is' \\",
      "      --temperature 0.8 --seed 1"
    })
public final class AskCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = {"--run", "--model"},
      required = true,
      paramLabel = "PATH",
      description =
          "Directory of a run (best checkpoint), a checkpoint, or an imported or exported model; with"
              + " --server, of a model exported for serving.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Path model;

  @Mixin private final TextOptions texts = new TextOptions();

  @Option(
      names = "--labels",
      split = ",",
      paramLabel = "LABEL",
      description =
          "Labels to choose from, instead of those of the run's dataset type: LABEL,LABEL,..")
  private @Nullable List<String> labels;

  @Mixin private final DecodingOptions decoding = new DecodingOptions();

  @Mixin private final SegmentOptions segments = new SegmentOptions();
  @Mixin private final UntrainedOptions untrained = new UntrainedOptions();
  @Mixin private final ServerOptions server = new ServerOptions();

  @Option(names = "--json", description = "Print JSON objects, one per line.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    texts.checkStandardInput();
    ReasoningTask problem = texts.problem() == null ? null : testProblem(texts.problem());
    List<String> given = new ArrayList<>();
    List<Question> problemQuestions = problem == null ? List.of() : problem.questions();
    if (problem != null) {
      problem.facts().forEach(fact -> given.add(fact.text()));
    }
    given.addAll(texts.facts());
    List<String> questions = texts.questions();
    AskedModel opened;
    List<String> facts;
    Decoding how;
    try {
      opened = open();
      how = decoding.of(opened.decoding());
      facts = opened.pieces(given);
      opened.checkFacts(facts);
      problemQuestions.forEach(question -> opened.checkQuestion(facts, question.text()));
      questions.forEach(question -> opened.checkQuestion(facts, question));
    } catch (IllegalArgumentException e) {
      throw unusable(e);
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    AskOutput output = json ? new JsonOutput(out) : new TextOutput(out);
    output.model(opened);
    if (opened instanceof LocalModel) {
      progress("building and compiling, once per size of facts and questions");
    }
    if (facts.size() > given.size()) {
      progress("long facts are cut into pieces, %d in all".formatted(facts.size()));
    }
    try (Reasoner reasoner = opened.reasoner()) {
      Learning learning = new Learning(opened, reasoner, output, encodingProgress());
      learning.learn(facts);
      for (Question question : problemQuestions) {
        if (output.isLost()) {
          return 0;
        }
        output.reply(reasoner.ask(question.text(), how), question.label());
      }
      for (String question : questions) {
        if (output.isLost()) {
          return 0;
        }
        output.reply(reasoner.ask(question, how), null);
      }
      if (texts.holdsConversation()) {
        new Conversation(learning, how, facts, err, Boolean.getBoolean("reckoning.typed"))
            .hold(TextOptions.standardInput());
      }
    } catch (ExportLimitException e) {
      throw new IllegalArgumentException(ExportLimits.message(e), e);
    }
    return 0;
  }

  private AskedModel open() throws IOException {
    SegmentSettings cut = segments.settings(texts.readsText());
    ServerAddress address = server.address();
    if (address != null) {
      if (untrained.given() != null) {
        throw new IllegalArgumentException(
            "a served model has its own inner steps, rates and dataset type; omit --steps, --rate and --type");
      }
      Duration timeout = server.timeout();
      return RemoteModel.at(address, ClientAssets.read(model), labels, cut, timeout);
    }
    if (ClientAssets.isThere(model)) {
      throw new IllegalArgumentException(
          "--run (%s) is a model for serving: give --server, or the run that it was exported from"
              .formatted(model));
    }
    return LocalModel.open(model, untrained.given(), labels, cut);
  }

  /** Returns a test problem of the run. */
  private ReasoningTask testProblem(int number) throws IOException {
    RunConfig config =
        server.isGiven()
            ? ClientAssets.read(model).config()
            : Experiment.configOf("--problem needs a run, and --run", model);
    List<ReasoningTask> test = new SplitLoader(config.data(), config.seed(), this::progress).test();
    if (number < 1 || number > test.size()) {
      throw new ParameterException(
          spec.commandLine(),
          "--problem (%d) must be a test problem of the run, 1 to %d"
              .formatted(number, test.size()));
    }
    return test.get(number - 1);
  }

  private static ConsoleProgress encodingProgress() {
    return new ConsoleProgress(System.err, ConsoleStyle.ofThisProcess(/* noProgress= */ false, 1));
  }

  private void progress(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  private ParameterException unusable(IllegalArgumentException e) {
    return new ParameterException(spec.commandLine(), ExportLimits.message(e), e);
  }
}
