package org.reckoning.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.reckoning.trainer.config.ConfigException;
import org.reckoning.trainer.files.FileProblem;
import org.reckoning.trainer.files.MissingPathException;
import org.reckoning.trainer.progress.ConsoleText;
import org.reckoning.trainer.text.NearestName;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints errors of commands, a sentence each, and chooses the exit code.
 *
 * @param stacktrace whether to print a stack trace, too
 */
record CommandErrors(BooleanSupplier stacktrace) {
  /** Handles arguments that picocli or a command rejected. */
  int invalidArguments(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String problem = withoutUsers(String.valueOf(e.getMessage()));
    if (e instanceof UnmatchedArgumentException unmatched && !command.getSubcommands().isEmpty()) {
      problem = unknownWord(withoutUsers(unmatched.getUnmatched().get(0)), command);
    }
    command.getErr().printf("%s; see '%s --help'%n", ConsoleText.of(problem), name);
    trace(e, command);
    return CommandLine.ExitCode.USAGE;
  }

  private static String unknownWord(String word, CommandLine command) {
    if (word.startsWith("-")) {
      return "'%s' is not an option".formatted(word);
    }
    String hint = NearestName.hint(word, command.getSubcommands().keySet());
    return command.getParent() == null
        ? "'%s' is not a command%s".formatted(word, hint)
        : "'%s' is not a command of '%s', which has %s%s"
            .formatted(
                word,
                command.getCommandSpec().qualifiedName(),
                String.join(", ", command.getSubcommands().keySet()),
                hint);
  }

  /** Returns a strategy that turns Java's errors, such as a full heap, into failures. */
  IExecutionStrategy catching(IExecutionStrategy strategy) {
    return parsed -> {
      try {
        return strategy.execute(parsed);
      } catch (VirtualMachineError | LinkageError e) {
        List<CommandLine> commands = parsed.asCommandLineList();
        throw new ExecutionException(commands.get(commands.size() - 1), sentence(e), e);
      }
    };
  }

  private static String sentence(Error e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof UnsatisfiedLinkError) {
      return "a native library cannot be loaded (%s): this program needs glibc, and a cache directory with 0.7 GB of free space from which programs may run; XDG_CACHE_HOME chooses another one"
          .formatted(message);
    }
    if (e instanceof OutOfMemoryError && message.contains("thread")) {
      return "the system refuses another thread (%s): raise the limit of processes, 'ulimit -u' or that of the container"
          .formatted(message);
    }
    return e instanceof OutOfMemoryError
        ? "Java is out of memory (%s; its heap may take %d MiB): set RECKONING_HEAP to more, such as 8g"
            .formatted(message, Runtime.getRuntime().maxMemory() >> 20)
        : "%s: this is a bug; --stacktrace shows where".formatted(e);
  }

  /** Handles an exception of a running command. */
  int failure(Exception e, CommandLine command, ParseResult arguments) {
    PrintWriter err = command.getErr();
    boolean invalid =
        e instanceof ConfigException
            || e instanceof MissingPathException
            || e instanceof InvalidPathException;
    for (String problem : ConsoleText.of(problems(e))) {
      err.println(problem);
    }
    trace(e, command);
    return invalid ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
  }

  private void trace(Exception e, CommandLine command) {
    if (stacktrace.getAsBoolean()) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      command.getErr().print(withoutUsers(trace.toString()));
    }
    command.getErr().flush();
  }

  /** Removes users and passwords of addresses. */
  private static String withoutUsers(String text) {
    return text.replaceAll("://\\S*@", "://");
  }

  /** Returns a sentence for each problem. */
  private static List<String> problems(Exception e) {
    if (e instanceof ConfigException config) {
      return config.problems();
    }
    if (e instanceof UncheckedIOException unchecked) {
      IOException cause = Objects.requireNonNull(unchecked.getCause());
      return problems(cause);
    }
    if (e instanceof FileSystemException file && file.getReason() == null) {
      return List.of("%s: %s".formatted(file.getMessage(), FileProblem.reason(file)));
    }
    if (e instanceof InvalidPathException path) {
      return List.of(
          "path '%s' is invalid: it must be text without NUL in the encoding of the locale; LC_ALL=C.UTF-8 allows all characters"
              .formatted(path.getInput()));
    }
    String message = e.getMessage();
    // An exception without a message, or a dereferenced null, is no mistake of the user.
    return List.of(
        message == null || message.isBlank() || e instanceof NullPointerException
            ? "%s: this is a bug; --stacktrace shows where".formatted(e.getClass().getName())
            : message);
  }
}
