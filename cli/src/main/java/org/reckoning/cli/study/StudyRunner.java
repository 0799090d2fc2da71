package org.reckoning.cli.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.reckoning.cli.process.ChildProcesses;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.StepsMade;
import org.reckoning.trainer.training.StopRequest;

/**
 * Trains and examines the unfinished runs of a study by the commands {@code train} and {@code
 * eval}, each in a process of its own. A failed run does not stop the others.
 */
final class StudyRunner {
  private static final long POLL_MILLIS = 500;

  private StudyDirectory study;
  private final ChildProcesses processes;
  private final ConsoleProgress progress;
  private final Finished finished;
  private final Map<Integer, String> failures = new TreeMap<>();
  private final Map<Integer, Long> work = new LinkedHashMap<>();

  /** Is told after every run. */
  @FunctionalInterface
  interface Finished {
    /** Takes the study and the reasons of failures so far, by number of the run. */
    void run(StudyDirectory study, Map<Integer, String> failures) throws IOException;
  }

  /**
   * @param processes start the commands
   * @param finished called after every run, by one thread at a time
   */
  StudyRunner(
      StudyDirectory study, ChildProcesses processes, ConsoleProgress progress, Finished finished) {
    this.study = study;
    this.processes = processes;
    this.progress = progress;
    this.finished = finished;
  }

  /**
   * Does all work that is left, or stops early if asked to.
   *
   * @param jobs number of processes at a time
   * @return the reasons of failures, by number of the run
   */
  Map<Integer, String> run(int jobs, StopRequest stop) throws IOException {
    for (StudyRun run : study.plan().runs()) {
      work.put(run.number(), work(study.config(run)));
    }
    run(study.plan().searches(), jobs, stop);
    if (!processes.isStopped()) {
      study = study.settle();
      run(study.plan().runs().stream().filter(run -> !run.search()).toList(), jobs, stop);
    }
    return Map.copyOf(failures);
  }

  private void run(List<StudyRun> runs, int jobs, StopRequest stop) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (StudyRun run : runs) {
        futures.add(
            threads.submit(
                () -> {
                  complete(run);
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        await(future, stop);
      }
    } catch (IOException | RuntimeException e) {
      processes.stop();
      throw e;
    } finally {
      threads.shutdown();
    }
  }

  /** Returns a rough measure of the work of a run: passes over the model. */
  private static long work(RunConfig config) {
    int steps = Objects.requireNonNullElse(config.maxSteps(), 1000);
    return (long) steps * (1 + config.innerSteps());
  }

  private void await(Future<?> future, StopRequest stop) throws IOException {
    while (true) {
      try {
        future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        if (stop.requested()) {
          processes.stop();
        }
        show();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException cause) {
          throw cause;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted while a study was running", e);
      }
    }
  }

  private void show() throws IOException {
    long all = 0;
    long done = 0;
    int runs = 0;
    for (Map.Entry<Integer, Long> each : work.entrySet()) {
      StudyRun run = study.plan().runs().get(each.getKey());
      all += each.getValue();
      if (study.isTrained(run)) {
        done += each.getValue();
        runs++;
      } else {
        RunConfig config = study.config(run);
        done += StepsMade.of(study.of(run)) * (1 + config.innerSteps());
      }
    }
    progress.advanced(
        "%d of %d runs trained, %d failed, %d %%"
            .formatted(runs, work.size(), failureCount(), 100 * done / all),
        done,
        all);
  }

  private synchronized int failureCount() {
    return failures.size();
  }

  /** Trains and examines one run, as far as it is not done. */
  private void complete(StudyRun run) throws IOException {
    boolean trained = study.isTrained(run);
    if (trained && study.missing(run).isEmpty()) {
      return;
    }
    String directory = study.of(run).toString();
    if (!trained) {
      progress.message(run + " begins");
      trained = command(run, List.of("train", "--no-progress", "resume=" + directory));
    }
    if (trained) {
      for (String name : study.missing(run)) {
        List<String> words = new ArrayList<>(List.of("eval", "--run", directory, "--name", name));
        words.addAll(Objects.requireNonNull(study.file().examinations().get(name)).words());
        command(run, words);
      }
    }
    end(run);
  }

  /** Runs a command; returns whether it succeeded, and else keeps its reason. */
  private boolean command(StudyRun run, List<String> words) throws IOException {
    int code = processes.run(words, study.log(run));
    if (code != 0 && !processes.isStopped()) {
      String line = ChildProcesses.lastLine(study.log(run));
      fail(run, line.isEmpty() ? "it ended with exit code " + code : line);
    }
    return code == 0;
  }

  private synchronized void fail(StudyRun run, String reason) {
    failures.merge(run.number(), reason, (first, second) -> first + "; " + second);
  }

  private synchronized void end(StudyRun run) {
    String reason = failures.get(run.number());
    if (reason != null) {
      progress.message("%s failed: %s".formatted(run, reason));
    } else if (!processes.isStopped()) {
      progress.message(run + " is done");
    }
    try {
      finished.run(study, failures);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
