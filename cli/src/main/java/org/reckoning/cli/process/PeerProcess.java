package org.reckoning.cli.process;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Map;
import java.util.ServiceLoader;
import org.reckoning.graph.peers.Peers;
import org.reckoning.graph.peers.PeersException;
import org.reckoning.graph.peers.PeersProvider;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * This process as one of those that a launcher such as {@code mpirun} started together.
 *
 * <p>Rank 0 prints. A failure in one process ends all of them. If all processes fail alike, rank 0
 * prints the sentence and ends the others while they wait; else the failed one prints it.
 */
public final class PeerProcess implements IExecutionStrategy {
  /** The variable that tells a provider whether to join. */
  static final String SWITCH = "RECKONING_MPI";

  /** Its value for a process that is alone. */
  static final String OFF = "off";

  private static final long FIRST_MILLIS = 2000;

  private final Peers peers;
  private final StringWriter held = new StringWriter(); // errors of other ranks than 0

  /**
   * @param peers processes of this group
   */
  public PeerProcess(Peers peers) {
    this.peers = peers;
  }

  /**
   * Joins the processes that were started together with this one.
   *
   * @throws PeersException if they cannot be joined
   */
  public static PeerProcess join(Map<String, String> environment) {
    Peers peers =
        ServiceLoader.load(PeersProvider.class).stream()
            .flatMap(provider -> provider.get().join(environment).stream())
            .findFirst()
            .orElse(Peers.ALONE);
    if (peers.size() > 1) {
      Thread.currentThread()
          .setUncaughtExceptionHandler(
              (thread, error) -> {
                System.err.printf("rank %d: %s%n", peers.rank(), error);
                peers.abort(ExitCode.SOFTWARE);
              });
    }
    return new PeerProcess(peers);
  }

  /** Returns whether no other process was started together with this one. */
  public boolean isAlone() {
    return peers.size() == 1;
  }

  /** Returns the writer for results: nothing but that of rank 0 writes. */
  public PrintWriter out(PrintWriter own) {
    return peers.isFirst() ? own : new PrintWriter(Writer.nullWriter());
  }

  /** Returns the writer for errors: other ranks than 0 write when they end. */
  public PrintWriter err(PrintWriter own) {
    return peers.isFirst() ? own : new PrintWriter(held);
  }

  /**
   * Runs a command in all processes, or refuses one that knows no others.
   *
   * @throws ParameterException if it is for one process
   */
  @Override
  public int execute(ParseResult parsed) {
    Integer help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    if (peers.size() > 1) {
      var commands = parsed.asCommandLineList();
      CommandLine last = commands.get(commands.size() - 1);
      if (!(last.getCommand() instanceof PeerCommand command)) {
        throw new ParameterException(
            last,
            "'%s' runs in one process, but %d were started: start it without mpirun or srun"
                .formatted(last.getCommandSpec().qualifiedName(), peers.size()));
      }
      command.join(peers);
    }
    return new RunLast().execute(parsed);
  }

  /**
   * Leaves the group. After a failure it does not return, and ends all processes.
   *
   * @param code exit code of the command
   * @param err writer of this process for errors
   */
  public void leave(int code, PrintWriter err) {
    if (code != ExitCode.SOFTWARE && code != ExitCode.USAGE) {
      peers.close();
      return;
    }
    if (peers.size() == 1) {
      return;
    }
    if (!peers.isFirst()) {
      letFirstEnd();
      err.print(held);
    }
    err.flush();
    peers.abort(code);
  }

  private static void letFirstEnd() {
    try {
      Thread.sleep(FIRST_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
