package org.reckoning.cli.study;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.reckoning.trainer.config.RunConfig;
import org.reckoning.trainer.progress.StepsMade;

/**
 * The work of the runs of a study, in passes over the model, and how much of it is done. It is
 * asked twice a second, so configurations are read once, and results until a run has some.
 */
final class StudyWork {
  private static final int UNKNOWN_STEPS = 1000;

  private final StudyDirectory study;
  private final Map<StudyRun, Passes> passes = new LinkedHashMap<>();
  private final Set<StudyRun> trained = new HashSet<>();

  /** Steps of a run, and passes of a step. */
  private record Passes(long steps, int ofStep) {
    long of(long made) {
      return Math.min(made, steps) * ofStep;
    }

    long all() {
      return steps * ofStep;
    }
  }

  /**
   * Progress of a study.
   *
   * @param trained number of trained runs
   * @param runs number of all runs
   * @param done work so far
   * @param all work, without that of failed runs and of runs that wait for them
   */
  record Progress(int trained, int runs, long done, long all) {
    int percent() {
      return all == 0 ? 100 : (int) (100 * done / all);
    }
  }

  private StudyWork(StudyDirectory study) {
    this.study = study;
  }

  /**
   * Reads the configurations of all runs.
   *
   * @throws IOException if one cannot be read
   */
  static StudyWork of(StudyDirectory study) throws IOException {
    StudyWork work = new StudyWork(study);
    for (StudyRun run : study.plan().runs()) {
      RunConfig config = study.config(run);
      int steps = Objects.requireNonNullElse(config.maxSteps(), UNKNOWN_STEPS);
      work.passes.put(run, new Passes(steps, 1 + config.innerSteps()));
    }
    return work;
  }

  /** Sorts runs by decreasing work. Processes that run side by side then end at similar times. */
  List<StudyRun> longestFirst(List<StudyRun> runs) {
    Comparator<StudyRun> byWork =
        Comparator.comparingLong(run -> Objects.requireNonNull(passes.get(run)).all());
    return runs.stream().sorted(byWork.reversed()).toList();
  }

  /**
   * Returns the progress now.
   *
   * @param failed names of the runs that failed
   */
  Progress progress(Set<String> failed) {
    List<StudyRun> waiting = study.plan().waiting(failed);
    long done = 0;
    long all = 0;
    for (Map.Entry<StudyRun, Passes> each : passes.entrySet()) {
      StudyRun run = each.getKey();
      Passes of = each.getValue();
      if (trained.contains(run) || study.isTrained(run)) {
        trained.add(run);
        done += of.all();
        all += of.all();
      } else if (!failed.contains(run.toString()) && !waiting.contains(run)) {
        done += of.of(StepsMade.of(study.of(run)));
        all += of.all();
      }
    }
    return new Progress(trained.size(), passes.size(), done, all);
  }
}
