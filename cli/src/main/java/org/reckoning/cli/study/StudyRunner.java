package org.reckoning.cli.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.reckoning.cli.process.ChildProcesses;
import org.reckoning.trainer.progress.ConsoleProgress;
import org.reckoning.trainer.progress.ConsoleText;
import org.reckoning.trainer.training.StopRequest;

/**
 * Trains and examines the unfinished runs of a study by the commands {@code train} and {@code
 * eval}, and then measures its timings by {@code bench encoding}, each in a process of its own. A
 * failure does not stop the others.
 */
final class StudyRunner {
  private static final long POLL_MILLIS = 500;

  private StudyDirectory study;
  private final ChildProcesses processes;
  private final ConsoleProgress progress;
  private final Finished finished;
  private final Map<String, String> failures = new ConcurrentSkipListMap<>();
  private StudyWork work;
  private volatile StopRequest stop = () -> false;

  /** Receives the study after every run and every timing. */
  @FunctionalInterface
  interface Finished {
    /** Takes the study and the reasons of failures so far, by the name of the run or timing. */
    void run(StudyDirectory study, Map<String, String> failures) throws IOException;
  }

  /**
   * @param processes start the commands
   * @param finished called after every run and timing, by one thread at a time
   * @throws IOException if the configuration of a run cannot be read
   */
  StudyRunner(
      StudyDirectory study, ChildProcesses processes, ConsoleProgress progress, Finished finished)
      throws IOException {
    this.study = study;
    this.processes = processes;
    this.progress = progress;
    this.finished = finished;
    work = StudyWork.of(study);
  }

  /**
   * Does all work that is left, or stops early if asked to.
   *
   * @param jobs number of processes at a time; timings are measured one after another
   * @return the reasons of failures, by {@link StudyRun#toString} or name of the timing
   */
  Map<String, String> run(int jobs, StopRequest stop) throws IOException {
    this.stop = stop;
    try {
      runAll(jobs);
    } finally {
      progress.leaveLine();
    }
    return Map.copyOf(failures);
  }

  private void runAll(int jobs) throws IOException {
    doAll(study.plan().searches(), this::complete, jobs);
    if (!isStopping()) {
      study = study.settle(progress::message);
      work = StudyWork.of(study); // a setting may change it
      int waiting = study.plan().waiting(failures.keySet()).size();
      if (waiting > 0) {
        progress.message(StudyReport.waiting(waiting));
      }
      List<StudyRun> ready =
          study.plan().runs().stream()
              .filter(run -> !run.search() && run.candidates().isEmpty())
              .toList();
      doAll(jobs == 1 ? ready : work.longestFirst(ready), this::complete, jobs);
    }
    doAll(List.copyOf(study.plan().timings().keySet()), this::time, 1);
  }

  /** Does a piece of work. */
  @FunctionalInterface
  private interface Work<T> {
    /** Does it, if it is not done. */
    void of(T piece) throws IOException;
  }

  private <T> void doAll(List<T> pieces, Work<T> work, int jobs) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (T piece : pieces) {
        futures.add(
            threads.submit(
                () -> {
                  if (!isStopping()) {
                    work.of(piece);
                  }
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        await(future);
      }
    } catch (IOException | RuntimeException e) {
      processes.stop();
      throw e;
    } finally {
      threads.shutdown();
    }
  }

  private void await(Future<?> future) throws IOException {
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
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted while a study was running", e);
      }
    }
  }

  private void show() {
    if (study.plan().runs().isEmpty()) {
      return;
    }
    Set<String> failed = Set.copyOf(failures.keySet());
    StudyWork.Progress now = work.progress(failed);
    progress.advanced(
        "%d of %d runs trained, %d failed, %d %%"
            .formatted(now.trained(), now.runs(), failed.size(), now.percent()),
        now.done(),
        now.all());
  }

  /**
   * Returns whether a stop was requested. A signal to all processes of this program ends commands
   * before this one passes it on: that is no failure.
   */
  private boolean isStopping() {
    return stop.requested() || processes.isStopped();
  }

  /** Trains and examines one run, as far as it is not done. */
  private void complete(StudyRun run) throws IOException {
    boolean trained = study.isTrained(run);
    if (trained && study.missing(run).isEmpty()) {
      return;
    }
    String directory = study.of(run).toString();
    String name = run.toString();
    Path log = study.log(run);
    if (!trained) {
      progress.message(name + " begins");
      trained = command(name, List.of("train", "--no-progress", "resume=" + directory), log);
    }
    if (trained) {
      for (String other : study.missing(run)) {
        List<String> words = new ArrayList<>(List.of("eval", "--run", directory, "--name", other));
        words.addAll(Objects.requireNonNull(study.file().examinations().get(other)).words());
        if (!isStopping()) {
          progress.message("%s examines %s".formatted(name, other));
        }
        command(name, words, log);
      }
    }
    end(name);
  }

  /** Measures a timing, if it is not measured. */
  private void time(String name) throws IOException {
    if (study.times(name).isPresent()) {
      return;
    }
    progress.message("measures " + name);
    List<String> words = new ArrayList<>(List.of("bench", "encoding"));
    words.addAll(List.of("--output", study.timing(name).toString()));
    words.addAll(Objects.requireNonNull(study.plan().timings().get(name)));
    command(name, words, study.timingLog(name));
    end(name);
  }

  /** Runs a command; returns whether it succeeded, and else keeps its reason. */
  private boolean command(String name, List<String> words, Path log) throws IOException {
    long before = Files.exists(log) ? Files.size(log) : 0;
    int code = processes.run(words, log);
    if (code != 0 && !isStopping()) {
      fail(name, ConsoleText.of(ChildProcesses.reason(code, log, before)));
    }
    return code == 0;
  }

  private void fail(String name, String reason) {
    failures.merge(name, reason, (first, second) -> first + "; " + second);
  }

  private synchronized void end(String name) throws IOException {
    String reason = failures.get(name);
    if (reason != null) {
      progress.message("%s failed: %s".formatted(name, reason));
    } else if (!isStopping()) {
      progress.message(name + " is done");
    }
    finished.run(study, failures);
  }
}
