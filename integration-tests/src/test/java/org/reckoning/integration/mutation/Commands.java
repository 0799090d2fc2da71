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

/** Runs words of the command line in this process. */
final class Commands {
  private Commands() {}

  /** Runs words. */
  static Outcome run(List<String> words) {
    return run(words, new byte[0]);
  }

  /** Runs words that read standard input. */
  static Outcome run(List<String> words, byte[] input) {
    return execute(Reckoning::commandLine, words, input);
  }

  /** Reads what no command reads before it builds a graph; problems are told as those of one. */
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

  /** Commands write to standard error by themselves, too, so that all of it is taken there. */
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
