package org.reckoning.cli.bench;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.reckoning.cli.process.PeerCommand;
import org.reckoning.graph.peers.Peers;
import org.reckoning.trainer.text.TextTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code reckoning bench exchange}. Measures the exchange of gradients between processes. */
@Command(
    name = "exchange",
    mixinStandardHelpOptions = true,
    description = {
      "Measure the exchange of gradients between processes, next to memory copies.",
      "Prints a Markdown table with a row for each size."
    },
    footer = {
      "",
      "Examples:",
      "  reckoning bench exchange --mb 498",
      "  mpirun --bind-to none -np 4 ./reckoning bench exchange"
    })
final class ExchangeCommand implements Callable<Integer>, PeerCommand {
  private static final double MEGA = 1e6;
  private static final int MOST_MEGABYTES = 1_000_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--mb",
      paramLabel = "MB",
      split = ",",
      defaultValue = "0.5,50,498",
      description = "Megabytes of the gradients; default: ${DEFAULT-VALUE}.")
  private List<Double> megabytes = new ArrayList<>();

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "7",
      description = "Measurements, of which the median is shown; default: ${DEFAULT-VALUE}.")
  private int runs;

  private Peers peers = Peers.ALONE;

  @Override
  public void join(Peers group) {
    peers = group;
  }

  @Override
  public Integer call() {
    if (runs < 1) {
      throw new ParameterException(
          spec.commandLine(), "--runs (%d) must be at least 1".formatted(runs));
    }
    for (double each : megabytes) {
      if (!(each >= 1 / MEGA && each <= MOST_MEGABYTES)) { // not a number is refused, too
        throw new ParameterException(
            spec.commandLine(),
            "--mb (%s) must be from 0.000001 to %d".formatted(each, MOST_MEGABYTES));
      }
    }
    TextTable table = new TextTable().row(ExchangeTimes.COLUMNS);
    for (double each : megabytes) {
      table.row(ExchangeTimes.measure(peers, Math.round(each * MEGA), runs).cells());
    }
    if (peers.isFirst()) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf("processes: %d (%s)%n%n", peers.size(), peers.description());
      table.markdown().forEach(out::println);
      out.flush();
    }
    return 0;
  }
}
