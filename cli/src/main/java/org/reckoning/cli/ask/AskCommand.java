package org.reckoning.cli.ask;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reckoning.graph.bilevel.Decoding;
import org.reckoning.trainer.answering.AskedModel;
import org.reckoning.trainer.answering.Reasoner;
import org.reckoning.trainer.answering.Untrained;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.Question;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.training.Experiment;
import org.reckoning.trainer.training.SplitLoader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning ask}. */
@Command(
    name = "ask",
    mixinStandardHelpOptions = true,
    description = {
      "Write facts into the weights of a model once, then ask it questions about them.",
      "Without any question it reads them from standard input, a line each; :help there says more."
    },
    footer = {
      "%nExamples:",
      "  reckoning ask --run RUN --problem 1",
      "  reckoning ask --run RUN --facts facts.txt --question 'How are Mary and Alice related to each other ?'",
      "  reckoning ask --run RUN --facts facts.txt --questions questions.txt --json > answers.jsonl",
      "  reckoning ask --run RUN --fact 'The son of Alice is Michael' --fact 'The daughter of Michael is Mary'",
      "  reckoning ask --run RUN/baselines/in_context --facts facts.txt",
      "  reckoning ask --model models/gpt2 --facts facts.txt --question 'Mary is' --temperature 0.8 --seed 1"
    })
public final class AskCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Option(
      names = {"--run", "--model"},
      required = true,
      paramLabel = "PATH",
      description =
          "Directory of a run, whose best checkpoint is taken, of a checkpoint, or of a model that"
              + " was imported or exported.")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Path model;

  @Option(
      names = "--facts",
      paramLabel = "FILE",
      description = "File with a fact a line, - for standard input; empty lines are skipped.")
  private @Nullable String factsFile;

  @Option(names = "--fact", paramLabel = "TEXT", description = "A fact; can be repeated.")
  private List<String> facts = new ArrayList<>();

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description = "File with a question a line, - for standard input.")
  private @Nullable String questionsFile;

  @Option(
      names = "--question",
      paramLabel = "TEXT",
      description = "A question, as the data of the run have it; can be repeated.")
  private List<String> questions = new ArrayList<>();

  @Option(
      names = "--problem",
      paramLabel = "N",
      description =
          "Facts and questions of a test problem of the run, from 1 on, before others that are"
              + " given.")
  private @Nullable Integer problem;

  @Option(
      names = "--interactive",
      description = "Read questions from standard input after those that are given.")
  private boolean interactive;

  @Option(
      names = "--labels",
      split = ",",
      paramLabel = "LABEL",
      description =
          "Answers to choose from, in place of those of the run's kind of data; LABEL,LABEL,..")
  private @Nullable List<String> labels;

  @Mixin private final DecodingOptions decoding = new DecodingOptions();

  @Option(
      names = "--steps",
      paramLabel = "K",
      description = "Of a model that is no run: gradient steps on the facts (default: 4).")
  private @Nullable Integer steps;

  @Option(
      names = "--rate",
      paramLabel = "X",
      description = "Of a model that is no run: rate of these steps (default: 0.01).")
  private @Nullable Double rate;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "Of a model that is no run: kind of data that decides the texts around facts and"
              + " questions, one of ${COMPLETION-CANDIDATES} (default: clutrr, questions as they are).")
  private @Nullable DatasetType type;

  @Option(names = "--json", description = "Print a JSON object a line.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    checkStandardInput();
    ReasoningTask given = problem == null ? null : testProblem(problem);
    List<String> told = new ArrayList<>();
    List<Question> right = given == null ? List.of() : given.questions();
    if (given != null) {
      given.facts().forEach(fact -> told.add(fact.text()));
    }
    told.addAll(both(facts, factsFile, "--facts"));
    List<String> asked = both(questions, questionsFile, "--questions");
    AskedModel opened;
    Decoding how;
    try {
      opened = AskedModel.open(model, untrained(), labels);
      how = decoding.of(opened.decoding());
      opened.checkFacts(told);
      right.forEach(question -> opened.checkQuestion(told, question.text()));
      asked.forEach(question -> opened.checkQuestion(told, question));
    } catch (IllegalArgumentException e) {
      throw unusable(e);
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    AskOutput output = json ? new JsonOutput(out) : new TextOutput(out);
    output.model(model.toString(), opened);
    progress(err, "builds and compiles, once for each size of facts and questions");
    try (Reasoner reasoner = Reasoner.of(opened)) {
      output.encoded(told, reasoner.encode(told));
      for (Question question : right) {
        output.reply(reasoner.ask(question.text(), how), question.label());
      }
      for (String question : asked) {
        output.reply(reasoner.ask(question, how), null);
      }
      if (holdsConversation()) {
        new Conversation(reasoner, how, told, output, err, Boolean.getBoolean("reckoning.typed"))
            .hold(standardInput());
      }
    }
    return 0;
  }

  /** Returns a problem that the run is evaluated on. */
  private ReasoningTask testProblem(int number) throws IOException {
    RunConfig config = Experiment.configOf("--problem needs a run, and --run", model);
    List<ReasoningTask> test =
        new SplitLoader(
                config.data(), config.seed(), line -> progress(spec.commandLine().getErr(), line))
            .test();
    if (number < 1 || number > test.size()) {
      throw new ParameterException(
          spec.commandLine(),
          "--problem (%d) must be one of the run's test problems, 1 to %d"
              .formatted(number, test.size()));
    }
    return test.get(number - 1);
  }

  private boolean holdsConversation() {
    boolean asks = !questions.isEmpty() || questionsFile != null || problem != null;
    return interactive || !asks;
  }

  private static void progress(PrintWriter err, String line) {
    err.println(line);
    err.flush();
  }

  private void checkStandardInput() {
    long readers =
        Stream.of(
                STANDARD_INPUT.equals(factsFile),
                STANDARD_INPUT.equals(questionsFile),
                holdsConversation())
            .filter(each -> each)
            .count();
    if (readers > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "standard input is read once: for --facts -, for --questions -, or for questions as they come; give others as files, --fact or --question");
    }
  }

  private List<String> both(List<String> given, @Nullable String file, String option)
      throws IOException {
    List<String> lines = new ArrayList<>(given);
    if (STANDARD_INPUT.equals(file)) {
      standardInput().lines().filter(line -> !line.isBlank()).forEach(lines::add);
    } else if (file != null) {
      if (!Files.isRegularFile(Path.of(file))) {
        throw new ParameterException(
            spec.commandLine(),
            "%s (%s) must be a file or -, and there is no such file".formatted(option, file));
      }
      try {
        Files.readAllLines(Path.of(file)).stream()
            .filter(line -> !line.isBlank())
            .forEach(lines::add);
      } catch (CharacterCodingException e) {
        throw new ParameterException(
            spec.commandLine(), "%s (%s) must be text in UTF-8".formatted(option, file), e);
      }
    }
    return lines;
  }

  private static BufferedReader standardInput() {
    return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  private @Nullable Untrained untrained() {
    if (steps == null && rate == null && type == null) {
      return null;
    }
    Untrained standard = Untrained.DEFAULT;
    return new Untrained(
        Objects.requireNonNullElse(steps, standard.steps()),
        Objects.requireNonNullElse(rate, standard.rate()),
        Objects.requireNonNullElse(type, standard.type()));
  }

  private ParameterException unusable(IllegalArgumentException e) {
    return new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
  }
}
