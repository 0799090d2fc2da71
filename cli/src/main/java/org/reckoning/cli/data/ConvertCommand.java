package org.reckoning.cli.data;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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

  /** Numbers of hops of tasks that were not asked for. */
  private final SortedMap<Integer, Long> otherHops = new TreeMap<>();

  private final Set<String> ids = new HashSet<>();

  /** The last number that was given to an id that occurs again. */
  private final Map<String, Integer> numbers = new HashMap<>();

  private long renamed;

  private long written;

  @Override
  public Integer call() throws IOException {
    if (output == null || output.equals(Path.of("-"))) {
      throw data.wrong("--output (%s) must be a file, or /dev/stdout".formatted(output));
    }
    if (!hops.isEmpty() && Collections.min(hops) < ReasoningTask.UNKNOWN_HOPS) {
      throw data.wrong(
          "--hops (%s) must be numbers of 0 or more, or -1".formatted(new TreeSet<>(hops)));
    }
    List<Path> files = data.files(); // before anything is written
    DataProblems problems = DataProblems.NONE;
    boolean toOpenFile;
    boolean writesWhole;
    try (RecordWriter writer = RecordWriter.open(output)) {
      toOpenFile = writer.writesToOpenFile();
      writesWhole = writer.writesWhole();
      for (Path file : files) {
        problems = problems.plus(data.read(file, task -> convert(task, writer)));
      }
      if (written > 0 && (problems.isEmpty() || skipBad)) {
        writer.commit();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    long others = otherHops.values().stream().mapToLong(Long::longValue).sum();
    data.report(problems.plusLeftOut("hops must be one of " + new TreeSet<>(hops), others));
    PrintWriter err = spec.commandLine().getErr();
    if (!problems.isEmpty() && !skipBad) {
      err.printf(
          writesWhole
              ? "%s was not written; correct the lines above or use --skip-bad%n"
              : "%s has a part of the records: discard it; correct the lines above or use --skip-bad%n",
          output);
    } else if (written == 0) {
      err.printf(
          "%s was not written: no task %s%n",
          output,
          otherHops.isEmpty()
              ? "was read"
              : "has these hops, only %s".formatted(otherHops.keySet()));
    } else {
      PrintWriter out = // records may go to standard output
          toOpenFile ? err : spec.commandLine().getOut();
      out.printf(
          "%s: %d records%s%n",
          output,
          written,
          renamed == 0
              ? ""
              : "; %d with an id that occurs again end in -2, -3, ..".formatted(renamed));
    }
    spec.commandLine().getOut().flush();
    err.flush();
    return problems.isEmpty() && written > 0 ? 0 : 1;
  }

  private void convert(ReasoningTask task, RecordWriter writer) {
    if (!hops.isEmpty() && !hops.contains(task.hops())) {
      otherHops.merge(task.hops(), 1L, Long::sum);
      return;
    }
    try {
      writer.write(task.withId(newId(task.id())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    written++;
  }

  /** Returns an id that no task before has: files that are converted together may share ids. */
  private String newId(String id) {
    if (ids.add(id)) {
      return id;
    }
    renamed++;
    String made = id;
    while (!ids.add(made)) {
      made = id + "-" + numbers.merge(id, 2, (last, first) -> last + 1);
    }
    return made;
  }
}
