package org.reckoning.cli.data;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code reckoning data validate}: lists malformed lines and repeated ids. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description = {
      "List every malformed line of the files.",
      "A malformed line, or a repeated id in a file, gives exit code 1."
    },
    footer = {"", "Example:", "  reckoning data validate data/pw/train.jsonl --type proofwriter"})
final class ValidateCommand implements Callable<Integer> {
  /** Limit of repeated ids to list. */
  private static final int LISTED_IDS = 5;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final DataFiles data = new DataFiles();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    boolean isValid = true;
    for (Path file : data.files()) {
      Set<String> ids = new HashSet<>();
      Set<String> again = new HashSet<>();
      DataProblems problems =
          data.read(
              file,
              task -> {
                if (!ids.add(task.id())) {
                  again.add(task.id());
                }
              });
      data.report(problems);
      if (!again.isEmpty()) {
        out.printf(
            "%s: %d ids are repeated, for example %s; every task of a file needs its own id%n",
            file, again.size(), again.stream().sorted().limit(LISTED_IDS).toList());
      }
      boolean isGood = problems.isEmpty() && again.isEmpty();
      out.printf("%s: %s%n", file, isGood ? "valid" : "not valid");
      isValid &= isGood;
    }
    out.flush();
    return isValid ? 0 : 1;
  }
}
