package org.reckoning.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.reckoning.cli.ask.AskCommand;
import org.reckoning.cli.data.DataCommand;
import org.reckoning.cli.model.ModelCommand;
import org.reckoning.graph.inspect.NearestName;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.progress.ConsoleText;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line. All commands are listed in the annotation; {@code main} is what the launcher
 * starts.
 */
@Command(
    name = "reckoning",
    mixinStandardHelpOptions = true,
    versionProvider = Reckoning.Version.class,
    description = "Teaches a GPT-2 to reason over knowledge by writing it into its weights.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrainCommand.class,
      EvalCommand.class,
      AskCommand.class,
      ExportCommand.class,
      DataCommand.class,
      ModelCommand.class,
      ConfigCommand.class,
      DevicesCommand.class,
      BenchCommand.class,
      InspectCommand.class,
      GenerateCompletion.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all went well",
      "1:something went wrong while running",
      "2:an argument, key or value cannot be used; nothing was started"
    },
    footer = {
      "",
      "Examples:",
      "  reckoning train experiment=quickstart",
      "  reckoning COMMAND --help",
      "  source <(reckoning generate-completion)   # completion for bash and zsh"
    })
public final class Reckoning implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "after an error, print where in the program it happened")
  private boolean stacktrace;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    StandardOutput output = StandardOutput.install();
    CommandLine commandLine = commandLine().setOut(writer(output)).setErr(writer(System.err));
    int code = commandLine.execute(args);
    commandLine.getOut().flush();
    System.out.flush();
    code = output.exitCode(code, commandLine.getErr());
    commandLine.getErr().flush();
    System.exit(code);
  }

  /** Returns the command line, ready to be given words. */
  public static CommandLine commandLine() {
    return commandLine(List.of());
  }

  /**
   * @param more further commands, for tests
   */
  static CommandLine commandLine(List<Object> more) {
    Reckoning root = new Reckoning();
    CommandLine line = new CommandLine(root);
    more.forEach(line::addSubcommand);
    line.getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().versionProvider(new Version()));
    return line // what follows is set for the subcommands, too
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExpandAtFiles(false) // a value may begin with @
        .setParameterExceptionHandler(root::unusable)
        .setExecutionExceptionHandler(root::failed);
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }

  /** Words that picocli cannot assign. */
  private int unusable(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String problem = withoutUsers(String.valueOf(e.getMessage()));
    if (e instanceof UnmatchedArgumentException unmatched && command.getParent() == null) {
      String word = withoutUsers(unmatched.getUnmatched().get(0));
      problem =
          word.startsWith("-")
              ? "'%s' is not an option".formatted(word)
              : "'%s' is not a command%s"
                  .formatted(word, NearestName.hint(word, command.getSubcommands().keySet()));
    }
    command.getErr().printf("%s; see '%s --help'%n", ConsoleText.of(problem), name);
    trace(e, command);
    return CommandLine.ExitCode.USAGE;
  }

  /** A command that could not go on. */
  private int failed(Exception e, CommandLine command, ParseResult words) {
    PrintWriter err = command.getErr();
    boolean unusable =
        e instanceof ConfigException
            || e instanceof MissingPathException
            || e instanceof InvalidPathException;
    for (String problem : ConsoleText.of(problems(e))) {
      err.println(problem);
    }
    trace(e, command);
    return unusable ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
  }

  private void trace(Exception e, CommandLine command) {
    if (stacktrace) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      command.getErr().print(withoutUsers(trace.toString()));
    }
    command.getErr().flush();
  }

  /** Addresses in words of the command line may have passwords. */
  private static String withoutUsers(String text) {
    return text.replaceAll("://\\S*@", "://");
  }

  /** Returns a sentence for each thing that is wrong. */
  private static List<String> problems(Exception e) {
    if (e instanceof ConfigException config) {
      return config.problems();
    }
    if (e instanceof UncheckedIOException unchecked) {
      return problems(Objects.requireNonNull(unchecked.getCause()));
    }
    if (e instanceof FileSystemException file && file.getReason() == null) {
      return List.of("%s: %s".formatted(file.getMessage(), FileProblem.reason(file)));
    }
    if (e instanceof InvalidPathException path) {
      return List.of(
          "path '%s' cannot be used: it must be text without NUL, and the locale must have its letters (LC_ALL=C.UTF-8 has all)"
              .formatted(path.getInput()));
    }
    String message = e.getMessage();
    // Without a message, or with a Java one, it is no mistake of the user's.
    return List.of(
        message == null || message.isBlank() || e instanceof NullPointerException
            ? "%s, which is a bug; --stacktrace shows where".formatted(e.getClass().getName())
            : message);
  }

  /** {@code reckoning 0.1.0, TensorFlow Java 1.1.0, Java 17.0.1}, from the build. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      Properties versions = new Properties();
      try (InputStream in = Reckoning.class.getResourceAsStream("version.properties")) {
        versions.load(Objects.requireNonNull(in));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new String[] {
        "reckoning " + versions.getProperty("reckoning"),
        "TensorFlow Java " + versions.getProperty("tensorflow"),
        "Java " + System.getProperty("java.version")
      };
    }
  }
}
