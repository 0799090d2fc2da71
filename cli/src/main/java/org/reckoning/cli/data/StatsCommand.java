package org.reckoning.cli.data;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.reckoning.trainer.data.DataStatistics;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code reckoning data stats}: prints counts of data files. */
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    description = {
      "Count tasks, questions, labels, hops, facts and words over all files.",
      "A malformed line gives exit code 1."
    },
    footer = {"", "Example:", "  reckoning data stats 1.2_test.csv 1.3_test.csv"})
final class StatsCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final DataFiles data = new DataFiles();

  @Override
  public Integer call() throws IOException {
    DataStatistics statistics = new DataStatistics();
    DataProblems problems = DataProblems.NONE;
    for (Path file : data.files()) {
      problems = problems.plus(data.read(file, statistics));
    }
    data.report(problems);
    PrintWriter out = spec.commandLine().getOut();
    statistics.lines().forEach(out::println);
    out.flush();
    return problems.isEmpty() ? 0 : 1;
  }
}
