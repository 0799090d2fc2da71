package org.reckoning.cli.data;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.formats.RecordWriter;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;
import org.reckoning.trainer.files.Links;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code reckoning data convert}. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = {
      "Turn files of any format into one file of records.",
      "If a line is malformed nothing is written, unless --skip-bad; the exit code is 1 either way."
    },
    footer = {
      "%nExample:%n  reckoning data convert meta-train.jsonl.gz --hops 3 --output"
          + " data/pw3/train.jsonl"
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
      description = "Where to write: .jsonl, .jsonl.gz for a compressed file, or a pipe.")
  private @Nullable Path output;

  @Option(
      names = "--hops",
      split = ",",
      paramLabel = "N",
      description = "Only tasks with so many hops; 0 are those where it is not known.")
  private Set<Integer> hops = new HashSet<>();

  @Option(names = "--skip-bad", description = "Write the tasks of the other lines all the same.")
  private boolean skipBad;

  /** How many tasks had other numbers of hops. */
  private long otherHops;

  private long written;

  @Override
  public Integer call() throws IOException {
    if (output == null) {
      throw data.wrong("--output must name a file");
    }
    List<Path> files = data.files(); // before anything is written
    DataProblems problems = DataProblems.NONE;
    try (RecordWriter writer = RecordWriter.open(output)) {
      for (Path file : files) {
        problems = problems.plus(data.read(file, task -> convert(task, writer)));
      }
      if (problems.isEmpty() || skipBad) {
        writer.commit();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    data.report(problems.plusLeftOut("hops must be one of " + hops, otherHops));
    if (problems.isEmpty() || skipBad) {
      PrintWriter out = // records may go to standard output
          Links.leadsToOpenFile(output) ? spec.commandLine().getErr() : spec.commandLine().getOut();
      out.printf("%s: %d records%n", output, written);
    } else {
      spec.commandLine()
          .getErr()
          .printf("%s was not written; mend the lines above or use --skip-bad%n", output);
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
