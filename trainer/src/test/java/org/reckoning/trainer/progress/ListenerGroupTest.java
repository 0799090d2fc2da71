package org.reckoning.trainer.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.trainer.run.TrainingState;

class ListenerGroupTest {
  private final List<String> told = new ArrayList<>();
  private final List<String> reports = new ArrayList<>();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  /** Writes down what it is told. */
  private final class Recorder implements TrainingListener {
    @Override
    public void started(RunStart start) {
      told.add("started " + start.name());
    }

    @Override
    public void compiling(String what) {
      told.add("compiling " + what);
    }

    @Override
    public void compiled(String what, double seconds) {
      told.add("compiled " + what);
    }

    @Override
    public void stepped(StepReport step) {
      told.add("stepped " + step.step());
    }

    @Override
    public void evaluated(EvaluationReport report) {
      told.add("evaluated " + report.split());
    }

    @Override
    public void saved(Path checkpoint, long step) {
      told.add("saved " + checkpoint);
    }

    @Override
    public void finished(RunEnd end) {
      told.add("finished " + end.steps());
    }
  }

  /** Fails at the second step. */
  private static final class Failing implements TrainingListener {
    private int calls;

    @Override
    public void stepped(StepReport step) {
      calls++;
      if (step.step() >= 2) {
        throw new IllegalStateException("no more");
      }
    }
  }

  @Test
  void group_tellsEverythingInOrder() {
    tellAll(new ListenerGroup(List.of(new Recorder(), new Recorder()), reports::add));
    assertThat(told)
        .containsExactly(
            "started demo", "started demo",
            "compiling step", "compiling step",
            "compiled step", "compiled step",
            "stepped 1", "stepped 1",
            "stepped 2", "stepped 2",
            "stepped 3", "stepped 3",
            "evaluated val", "evaluated val",
            "saved c", "saved c",
            "finished 4", "finished 4");
    assertThat(reports).isEmpty();
  }

  @Test
  void listener_thatFails_isReportedOnceAndOff() {
    Failing failing = new Failing();
    tellAll(new ListenerGroup(List.of(failing, new Recorder()), reports::add));
    assertThat(reports)
        .containsExactly("a listener is off for the rest of this run, training continues: no more");
    assertThat(failing.calls).isEqualTo(2);
    assertThat(told).contains("stepped 1", "stepped 2", "stepped 3", "finished 4");
  }

  /** Linux has a file that behaves like one on a full disk. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void metricsFile_onAFullDisk_isReportedOnceAndOff() throws IOException {
    Path full = directory.resolve(MetricsFile.NAME);
    Files.createSymbolicLink(full, Path.of("/dev/full"));
    tellAll(
        new ListenerGroup(
            List.of(new MetricsFile(TrainingState.START), new Recorder()), reports::add));
    assertThat(reports)
        .containsExactly(
            "metrics.jsonl is off for the rest of this run, training continues: '%s' cannot be written: No space left on device; free some space or choose a place on another disk"
                .formatted(full));
    assertThat(told).contains("stepped 3", "finished 4");
    Files.delete(full); // else JUnit warns of a link that leaves its directory
  }

  private void tellAll(TrainingListener listener) {
    listener.started(Reports.start(directory));
    listener.compiling("step");
    listener.compiled("step", 2);
    for (int step = 1; step <= 3; step++) {
      listener.stepped(Reports.step(step));
    }
    listener.evaluated(Reports.evaluation(3, "reckoning"));
    listener.saved(Path.of("c"), 3);
    listener.finished(Reports.end());
  }
}
