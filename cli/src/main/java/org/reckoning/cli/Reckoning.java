package org.reckoning.cli;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.reckoning.cli.ask.AskCommand;
import org.reckoning.cli.bench.BenchCommand;
import org.reckoning.cli.config.ConfigCommand;
import org.reckoning.cli.config.EnumOptions;
import org.reckoning.cli.data.DataCommand;
import org.reckoning.cli.device.DevicesCommand;
import org.reckoning.cli.export.ServingExportCommand;
import org.reckoning.cli.inspect.InspectCommand;
import org.reckoning.cli.model.ModelCommand;
import org.reckoning.cli.process.PeerProcess;
import org.reckoning.cli.process.ProcessStart;
import org.reckoning.cli.process.StandardOutput;
import org.reckoning.cli.serve.ServeCommand;
import org.reckoning.cli.study.StudyCommand;
import org.reckoning.cli.train.EvalCommand;
import org.reckoning.cli.train.TrainCommand;
import org.reckoning.graph.peers.Peers;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: lists all commands. The launcher starts its {@code main}. */
@Command(
    name = "reckoning",
    mixinStandardHelpOptions = true,
    versionProvider = VersionInfo.class,
    description = "Teach a GPT-2 to reason over facts by writing them into its weights.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrainCommand.class,
      EvalCommand.class,
      StudyCommand.class,
      AskCommand.class,
      ServingExportCommand.class,
      ServeCommand.class,
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
      "0:success",
      "1:the command failed",
      "2:an argument, key, value or file is invalid",
      "129, 130, 143:a signal stopped the command (SIGHUP, SIGINT, SIGTERM)",
      "141:the reader of the output has gone"
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
      description = "Print a stack trace after an error.")
  private boolean stacktrace;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    ProcessStart.prepare(args);
    StandardOutput output = StandardOutput.install();
    PrintWriter err = writer(System.err);
    PeerProcess process = ProcessStart.join(System.getenv());
    CommandLine commandLine =
        commandLine(List.of(), process)
            .setOut(process.out(writer(output)))
            .setErr(process.err(err));
    int code = commandLine.execute(args);
    commandLine.getOut().flush();
    System.out.flush();
    code = output.exitCode(code, commandLine.getErr());
    commandLine.getErr().flush();
    process.leave(code, err);
    System.exit(code);
  }

  /** Returns the command line, ready to execute arguments. */
  public static CommandLine commandLine() {
    return commandLine(List.of());
  }

  /**
   * Returns the command line with additional commands.
   *
   * @param more the additional commands, for tests
   */
  static CommandLine commandLine(List<Object> more) {
    return commandLine(more, new PeerProcess(Peers.ALONE));
  }

  /**
   * Returns the command line of a process in its group.
   *
   * @param more the additional commands, for tests
   */
  static CommandLine commandLine(List<Object> more, PeerProcess process) {
    Reckoning root = new Reckoning();
    CommandLine line = new CommandLine(root);
    more.forEach(line::addSubcommand);
    addVersion(line);
    EnumOptions.register(line);
    Objects.requireNonNull(line.getSubcommands().get("generate-completion"))
        .getCommandSpec()
        .usageMessage()
        .description("Print a completion script for bash and zsh.")
        .footer("", "Example:", "  source <(reckoning generate-completion)");
    CommandErrors errors = new CommandErrors(() -> root.stacktrace);
    return line // the following settings also apply to subcommands
        .setExpandAtFiles(false) // a value may begin with @
        // in a group, the handler of uncaught errors names the rank and ends all
        .setExecutionStrategy(process.isAlone() ? errors.catching(process) : process)
        .setParameterExceptionHandler(errors::invalidArguments)
        .setExecutionExceptionHandler(errors::failure);
  }

  /** Gives all subcommands the version of the root. */
  private static void addVersion(CommandLine command) {
    for (CommandLine each : command.getSubcommands().values()) {
      each.getCommandSpec().versionProvider(new VersionInfo());
      addVersion(each);
    }
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  /** Prints the usage to standard error, since a command must be given. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }
}
