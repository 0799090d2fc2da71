package org.reckoning.cli.data;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.RecordWriter;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code reckoning data convert}: writes records of any data files. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = {
      "Convert files of any format to one file of records.",
      "A malformed line gives exit code 1; nothing is then written without --skip-bad."
    },
    footer = {
      "",
      "Example:",
      "  reckoning data convert meta-train.jsonl.gz --hops 3 -o data/pw3/train.jsonl"
    })
final class ConvertCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final DataFiles data = new DataFiles();

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "Output: a .jsonl file, a compressed .jsonl.gz file, or a pipe.")
  private @Nullable Path output;

  @Option(
      names = "--hops",
      split = ",",
      paramLabel = "N",
      description = "Convert only tasks with N hops; -1 selects an unknown number.")
  private Set<Integer> hops = new HashSet<>();

  @Option(names = "--skip-bad", description = "Write the valid lines in spite of malformed ones.")
  private boolean skipBad;

  /** Number of tasks with other hops. */
  private long otherHops;

  private long written;

  @Override
  public Integer call() throws IOException {
    if (output == null) {
      throw data.wrong("--output must be a file");
    }
    List<Path> files = data.files(); // before anything is written
    DataProblems problems = DataProblems.NONE;
    boolean toOpenFile;
    try (RecordWriter writer = RecordWriter.open(output)) {
      toOpenFile = writer.writesToOpenFile();
      for (Path file : files) {
        problems = problems.plus(data.read(file, task -> convert(task, writer)));
      }
      if (problems.isEmpty() || skipBad) {
        writer.commit();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    data.report(problems.plusLeftOut("hops must be one of " + new TreeSet<>(hops), otherHops));
    if (problems.isEmpty() || skipBad) {
      PrintWriter out = // records may go to standard output
          toOpenFile ? spec.commandLine().getErr() : spec.commandLine().getOut();
      out.printf("%s: %d records%n", output, written);
    } else {
      spec.commandLine()
          .getErr()
          .printf("%s was not written; correct the lines above or use --skip-bad%n", output);
    }
    spec.commandLine().getOut().flush();
    spec.commandLine().getErr().flush();
    return problems.isEmpty() ? 0 : 1;
  }

  private void convert(ReasoningTask task, RecordWriter writer) {
    if (!hops.isEmpty() && !hops.contains(task.hops())) {
      otherHops++;
      return;
    }
    try {
      writer.write(task);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    written++;
  }
}
