package org.reckoning.cli.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.reckoning.cli.device.Device;
import org.reckoning.graph.peers.PeerMessages;
import org.reckoning.graph.peers.Peers;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleStyle;
import org.reckoning.trainer.text.ShellWord;
import org.reckoning.trainer.training.Experiment;
import org.reckoning.trainer.training.StopSignals;

/**
 * Trains one run, alone or in several processes. Rank 0 chooses the run and tells it to the others.
 *
 * @param peers the processes
 * @param noProgress whether steps are not shown
 * @param out takes the results
 */
record RunTraining(Peers peers, boolean noProgress, PrintWriter out) {
  /**
   * Trains and evaluates the unfinished methods of a run, on rank 0.
   *
   * @param resumable directory that resumes the run: its own or that of its sweep
   * @return exit code
   */
  int train(RunConfig config, Path directory, Path resumable) throws IOException {
    PeerMessages messages = new PeerMessages(peers);
    messages.broadcast(config.tree().toString());
    messages.broadcast(directory.toString());
    return trainTogether(config, directory, resumable);
  }

  /**
   * Trains the run of rank 0, on another rank.
   *
   * @return exit code
   */
  int follow() throws IOException {
    PeerMessages messages = new PeerMessages(peers);
    ObjectNode tree = (ObjectNode) Json.PLAIN.readTree(messages.broadcast(""));
    Path directory = Path.of(messages.broadcast(""));
    return trainTogether(RunConfig.of(tree), directory, directory);
  }

  private int trainTogether(RunConfig config, Path directory, Path resumable) throws IOException {
    ConsoleStyle style = ConsoleStyle.ofThisProcess(noProgress, config.logSteps());
    ConsoleProgress progress =
        peers.isFirst() ? new ConsoleProgress(System.err, style) : ConsoleProgress.silent();
    String devices = Device.ofEach(peers);
    String resume = "./reckoning train " + ShellWord.quoted("resume=" + resumable);
    IntConsumer end =
        code -> {
          progress.leaveLine();
          peers.abort(code); // not exit: shutdown hooks might wait for the loop
        };
    try (StopSignals signals = StopSignals.install(resume, progress::message, end)) {
      List<String> lines =
          new Experiment(config, directory, devices, progress, signals, peers).run();
      int[] codes = new PeerMessages(peers).gather(signals.exitCode());
      int code = Arrays.stream(codes).max().orElse(0);
      if (code != 0) {
        progress.message("saved; continue with: " + resume);
        return code;
      }
      lines.forEach(out::println);
      out.flush();
    }
    return 0;
  }
}
