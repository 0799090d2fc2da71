package org.reckoning.integration.mutation;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.reckoning.cli.Reckoning;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Runs commands of the command line in this process. */
final class Commands {
  private Commands() {}

  /** Runs a command line. */
  static Outcome run(List<String> words) {
    return run(words, new byte[0]);
  }

  /** Runs a command line with standard input. */
  static Outcome run(List<String> words, byte[] input) {
    return execute(Reckoning::commandLine, words, input);
  }

  /**
   * Runs a reader as a command, for input that commands read only after building a graph. Errors
   * are reported as for a command.
   */
  static Outcome read(Callable<Integer> reader) {
    return execute(() -> withRead(reader), List.of("read"), new byte[0]);
  }

  private static CommandLine withRead(Callable<Integer> reader) {
    CommandLine line = Reckoning.commandLine();
    CommandLine read =
        new CommandLine(new Read(reader))
            .setExecutionExceptionHandler(line.getExecutionExceptionHandler());
    return line.addSubcommand("read", read);
  }

  @Command(name = "read")
  private record Read(Callable<Integer> reader) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      return reader.call();
    }
  }

  /** Runs a command and captures standard error globally, as commands also write to it directly. */
  private static Outcome execute(Supplier<CommandLine> line, List<String> words, byte[] input) {
    StringWriter out = new StringWriter();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    InputStream inBefore = System.in;
    PrintStream errBefore = System.err;
    System.setIn(new ByteArrayInputStream(input));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      CommandLine fresh = line.get().setOut(new PrintWriter(out));
      int code = fresh.execute(words.toArray(String[]::new));
      fresh.getErr().flush();
      return new Outcome(code, out.toString(), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(errBefore);
      System.setIn(inBefore);
    }
  }
}
