package org.reckoning.cli.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.cli.chart.LineChart;
import org.reckoning.cli.config.ConfigOptions;
import org.reckoning.trainer.config.RunConfig;
import picocli.CommandLine;

class SweepRunsTest {
  private final StringWriter out = new StringWriter();
  private final List<String> trained = new ArrayList<>();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  @Test
  void run_ofAllRuns_endsWithTheTable() throws IOException {
    SweepRuns sweep = SweepRuns.create(directory, jobs("seed=1,2", "inner_lr=0.1,0.2"));
    assertThat(directory.resolve("3/config.yaml")).content().contains("seed: 2", "inner_lr: 0.2");

    assertThat(sweep.run(this::train, new PrintWriter(out, true))).isZero();

    assertThat(trained).containsExactly("0", "1", "2", "3");
    assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
        .contains(
            "job seed inner_lr method acc_scored loss",
            "0 1 0.1 reckoning 0.250 0.500",
            "3 2 0.2 reckoning 0.250 0.500");
    assertThat(directory.resolve("sweep.json"))
        .content()
        .contains("\"number\" : 3", "\"status\" : \"done\"", "\"acc_scored\" : 0.25");
    assertThat(directory.resolve("sweep.csv"))
        .content()
        .startsWith(
            "job,status,seed,inner_lr,method,acc_scored,loss\n0,done,1,0.1,reckoning,0.25,0.5\n");
    for (String name : List.of("acc_scored_by_seed", "loss_by_inner_lr")) {
      byte[] png = Files.readAllBytes(directory.resolve(name + ".png"));
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
      assertThat(image.getWidth()).isEqualTo(LineChart.WIDTH);
    }
    assertThat(directory.resolve("tensorboard")).isDirectoryContaining("glob:**events*");
  }

  @Test
  void run_whereOneFails_doesTheOthers_andOpensItAgain() throws IOException {
    SweepRuns sweep = SweepRuns.create(directory, jobs("seed=1,2,3"));
    int code =
        sweep.run(
            (config, run) -> {
              if (config.seed() == 2) {
                throw new IllegalStateException("the loss is not finite");
              }
              return train(config, run);
            },
            new PrintWriter(out, true));

    assertThat(code).isEqualTo(1);
    assertThat(trained).containsExactly("0", "2");
    assertThat(out.toString()).contains("  #1 seed=2: the loss is not finite\n");

    trained.clear();
    assertThat(SweepRuns.open(directory).run(this::train, new PrintWriter(out, true))).isZero();
    assertThat(trained).containsExactly("1");
    assertThat(out.toString()).contains("#0 seed=1 is done", "#2 seed=3 is done");
  }

  @Test
  void run_thatIsStopped_stopsTheSweep_whichGoesOnThere() throws IOException {
    SweepRuns sweep = SweepRuns.create(directory, jobs("seed=1,2,3"));
    int code =
        sweep.run(
            (config, run) -> config.seed() == 2 ? 130 : train(config, run),
            new PrintWriter(out, true));

    assertThat(code).isEqualTo(130);
    assertThat(trained).containsExactly("0");

    assertThat(SweepRuns.open(directory).run(this::train, new PrintWriter(out, true))).isZero();
    assertThat(trained).containsExactly("0", "1", "2");
  }

  /** As after an extension that was stopped, which sets the results aside. */
  @Test
  void run_thatIsDoneButHasNoResults_isTrainedAgain() throws IOException {
    SweepRuns.create(directory, jobs("seed=1,2")).run(this::train, new PrintWriter(out, true));
    Files.delete(directory.resolve("0/results.json"));
    trained.clear();

    assertThat(SweepRuns.open(directory).run(this::train, new PrintWriter(out, true))).isZero();

    assertThat(trained).containsExactly("0");
  }

  @Test
  void table_hasARowForEachMethod_andQuotesCommas() {
    SweepJob job =
        SweepJob.open(0, List.of("data.hops=[2, 3]", "name=x"))
            .done(Map.of("reckoning", Map.of("loss", 0.5)));
    SweepJob other =
        SweepJob.open(1, List.of("data.hops=[4]", "name=x"))
            .failed("no data '\u001b[2J'\nmore", Map.of());
    SweepTable table = new SweepTable(List.of(job, other));

    assertThat(table.keys()).containsExactly("data.hops");
    assertThat(table.lines()).endsWith("  #1 data.hops=[4]: no data '\\u001b[2J'");
    assertThat(table.csv())
        .isEqualTo(
            """
            job,status,data.hops,method,loss
            0,done,"[2, 3]",reckoning,0.5
            1,failed,[4],,
            """);
  }

  private int train(RunConfig config, Path run) throws IOException {
    trained.add(String.valueOf(run.getFileName()));
    Files.writeString(
        run.resolve("results.json"),
        """
        {"rows": [
          {"method": "reckoning", "hops": 2, "problems": 1,
           "metrics": {"acc_scored": 1.0, "loss": 0.8}, "scored": {"low": 0, "high": 1}},
          {"method": "reckoning", "hops": 3, "problems": 3,
           "metrics": {"acc_scored": 0.0, "loss": 0.4}, "scored": {"low": 0, "high": 1}}]}
        """);
    return 0;
  }

  private static List<ConfigOptions.Job> jobs(String... words) {
    Options options = new Options();
    List<String> line = new ArrayList<>(List.of(words));
    line.add(0, "-m");
    new CommandLine(options).parseArgs(line.toArray(String[]::new));
    return options.mixin.jobs();
  }

  /** The words of a command. */
  static final class Options implements Runnable {
    @CommandLine.Mixin final ConfigOptions mixin = new ConfigOptions();

    @Override
    public void run() {}
  }
}
