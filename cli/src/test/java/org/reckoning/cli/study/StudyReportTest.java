package org.reckoning.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reckoning.cli.bench.EncodingComparison;
import org.reckoning.cli.bench.EncodingTimes;
import org.reckoning.cli.chart.LineChart;
import org.reckoning.cli.config.Configurations;
import org.reckoning.trainer.config.YamlDocument;
import org.reckoning.trainer.files.Json;
import org.reckoning.trainer.files.JsonRecord;

/** Reports of results that were made by hand. */
class StudyReportTest {
  private static final StudyReport.Program PROGRAM = new StudyReport.Program("reckoning 1", "abc");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path directory;

  private StudyDirectory study(String seeds) throws IOException {
    return study(seeds, "['data.hops=[3]']");
  }

  private StudyDirectory study(String seeds, String hops3, String... users) throws IOException {
    YamlDocument yaml =
        YamlDocument.of(
            """
            question: Which is better?
            words: [experiment=quickstart]
            runs: {weights: [], prompt: [method=in_context]}
            examinations: {hops_3: %s}
            sizes: {quick: {seeds: [%s]}}
            pictures:
              hops: {metric: acc_scored, x: hops, line: run, see: The higher line is better.}
              typo: {metric: acc_score, x: hops, line: run, see: Nothing is seen here.}
              other: {metric: bleu, x: hops, line: run, see: Nothing is seen here.}
              later: {metric: acc_scored, x: hops, line: run, runs: [prompt], see: One line.}
            """
                .formatted(hops3, seeds),
            "s.yaml",
            key -> !key.endsWith(".seeds"));
    StudyFile file = StudyFile.of(yaml.root(), "s.yaml");
    StudyPlan plan = StudyPlan.of("mine", file, "quick", List.of(users));
    return StudyDirectory.create(
        directory, plan, yaml.root(), plan.configs(new Configurations(null), file));
  }

  /** Writes what a trained and examined run leaves: 100 problems of 2 hops, and 50 of 3. */
  private void write(int run, String method, int right, int rightOfThree) throws IOException {
    String row =
        """
        {"method": "%s", "hops": %d, "problems": %d,
         "metrics": {"loss": 0.5, "acc_scored": %s}, "scored": {"low": 0.1, "high": 0.9}}""";
    Path path = directory.resolve(Integer.toString(run));
    Files.writeString(
        path.resolve("results.json"),
        "{\"rows\": [" + row.formatted(method, 2, 100, right / 100.0) + "]}");
    Files.createDirectories(path.resolve("examinations"));
    Files.writeString(
        path.resolve("examinations/hops_3.json"),
        "{\"words\": [\"data.hops=[3]\"], \"left_out\": 4, \"rows\": ["
            + row.formatted(method, 3, 50, rightOfThree / 50.0)
            + "]}");
  }

  private String report(StudyDirectory study, Map<String, String> failures) throws IOException {
    ReportFiles.write(directory, StudyReport.of(study, PROGRAM, failures));
    return Files.readString(directory.resolve("report.md"));
  }

  /** Wilson's intervals of 98 of 100 and 30 of 50 are those of R's prop.test without correction. */
  @Test
  void report_ofOneSeed_hasWilsonsIntervals() throws IOException {
    StudyDirectory study = study("42");
    write(0, "reckoning", 98, 30);

    assertThat(report(study, Map.of("#1 prompt seed=42", "the loss is not finite")))
        .contains(
            """
            | acc_scored by run, hops | 2 | 3 |
            | --- | --- | --- |
            | weights | 98.0 % (93.0 to 99.4) | 60.0 % (46.2 to 72.4) |
            """,
            "1 of 2 runs are done. Made by reckoning 1, commit abc.",
            "The higher line is better.",
            "Wilson's 95 % interval over the problems. It ignores differences between seeds.",
            "- #1 prompt seed=42: the loss is not finite",
            "| 0 | weights |  | 42 | hops_3 | 3 | 50 + 4 too long | 60.0 % (10.0 to 90.0) | - | - | 0.500 |",
            "| 1 | prompt |  | 42 | failed |",
            "./reckoning train name=mine experiment=quickstart baselines=[] method=in_context seed=42"
                .replace("baselines=[]", "'baselines=[]'"));
  }

  @Test
  void picture_ofAMetricThatNoRunHas_saysSo() throws IOException {
    StudyDirectory study = study("42");
    assertThat(report(study, Map.of())).contains("## typo\n\nNo run has results yet.\n");
    write(0, "reckoning", 98, 30);
    assertThat(report(study, Map.of()))
        .contains(
            "## typo\n\nNo run has the metric 'acc_score'; did you mean acc_scored?\n",
            "## other\n\nNo run has the metric 'bleu'; known: acc_scored, loss\n",
            "## later\n\nNo run of this picture has results yet.\n");
  }

  @Test
  void report_ofAnExaminationOfOneRun_isWholeWithoutTheOthers() throws IOException {
    StudyDirectory study = study("42", "{words: ['data.hops=[3]'], runs: [prompt]}");
    write(0, "reckoning", 98, 30);
    assertThat(report(study, Map.of()))
        .contains("| weights | 98.0 % (93.0 to 99.4) |", "1 of 2 runs are done.")
        .doesNotContain("60.0 %");
    write(1, "in_context", 50, 20);
    assertThat(report(study, Map.of()))
        .contains(
            "| prompt | 50.0 % (40.4 to 59.6) | 40.0 % (27.6 to 53.8) |", "2 of 2 runs are done.");
  }

  @Test
  void report_ofAVariedWordThatIsOnNoAxis_hasALineForEachValue() throws IOException {
    StudyDirectory study =
        study("42", "['data.hops=[3]']", "max_steps=200,400", "data.distractors=1");
    write(0, "reckoning", 98, 30);
    write(1, "reckoning", 50, 20);

    assertThat(report(study, Map.of()))
        .contains(
            """
            | weights max_steps=200 | 98.0 % (93.0 to 99.4) | 60.0 % (46.2 to 72.4) |
            | weights max_steps=400 | 50.0 % (40.4 to 59.6) | 40.0 % (27.6 to 53.8) |
            """);
  }

  @Test
  void cell_ofAVariedWordOnAnAxis_hasItOnce() throws IOException {
    StudyDirectory study = study("42", "['data.hops=[3]']", "n_inner_iter=1,2");
    write(0, "reckoning", 98, 30);
    write(1, "reckoning", 50, 20);
    List<Measurement> all = new ArrayList<>();
    for (StudyRun run : study.plan().runs()) {
      all.addAll(study.measurements(run));
    }

    assertThat(Cell.of(picture("n_inner_iter", "run"), all))
        .extracting(Cell::line, Cell::x)
        .containsExactly(tuple("weights", "1"), tuple("weights", "2"));
    assertThat(Cell.of(picture("run", "n_inner_iter"), all))
        .extracting(Cell::line, Cell::x)
        .containsExactly(tuple("1", "weights"), tuple("2", "weights"));
  }

  /** Two trainings that were examined alike must not be counted as one. */
  @Test
  void cell_ofAVariedWordThatAnExaminationReplaces_isOfOneTraining() throws IOException {
    StudyDirectory study = study("42", "['data.hops=[3]']", "data.hops=[2],[4]");
    write(0, "reckoning", 98, 30);
    write(1, "reckoning", 50, 20);
    List<Measurement> all = new ArrayList<>();
    for (StudyRun run : study.plan().runs()) {
      all.addAll(study.measurements(run));
    }

    assertThat(Cell.of(picture("data.hops", "run"), all))
        .extracting(Cell::line, Cell::x, Cell::problems)
        .containsExactly(
            tuple("weights", "2", 100),
            tuple("weights data.hops=[2]", "3", 50),
            tuple("weights", "4", 100),
            tuple("weights data.hops=[4]", "3", 50));
  }

  private static StudyFile.Picture picture(String x, String line) {
    return new StudyFile.Picture("acc_scored", x, line, List.of(), List.of(), "a line");
  }

  /** 0.5 + 2 * 0.25 = 1, and 2 * 1.5 = 3. */
  @Test
  void report_ofTimings_hasTimesTotalsAndPictures() throws IOException {
    YamlDocument yaml =
        YamlDocument.of(
            """
            question: Which is faster?
            timings: {tiny: [model=tiny, facts=1, fact_tokens=4], small: [model=small]}
            sizes: {quick: {}}
            """,
            "s.yaml",
            key -> true);
    StudyFile file = StudyFile.of(yaml.root(), "s.yaml");
    StudyPlan plan = StudyPlan.of("mine", file, "quick", List.of());
    StudyDirectory study = StudyDirectory.create(directory, plan, yaml.root(), List.of());
    Map<String, EncodingTimes> ways = new LinkedHashMap<>();
    ways.put("again", new EncodingTimes(1, null, 1.5, null));
    ways.put("once", new EncodingTimes(1, 0.5, 0.25, null));
    JsonRecord.write(study.timing("tiny"), new EncodingComparison("tiny", 2, List.of(1, 2), ways));

    String text = report(study, Map.of("small", "no memory"));

    assertThat(text)
        .contains(
            "1 of 2 timings are done. Made by",
            "| 2 | 3.0000 | 1.0000 |",
            "- once: faster than 'again' for any number of questions",
            "![seconds by questions](tiny.png)",
            "- small: no memory",
            "./reckoning bench encoding model=tiny facts=1 fact_tokens=4")
        .doesNotContain("## Runs");
    assertThat(directory.resolve("tiny.png")).isNotEmptyFile();
    assertThat(directory.resolve("small.png")).doesNotExist();
    assertThat(study.times("tiny").orElseThrow().ways()).isEqualTo(ways);
  }

  /** Student's interval of 0.98 and 0.90 is 0.94 -+ 12.706 * 0.04; it ends at 1. */
  @Test
  void report_ofTwoSeeds_hasStudentsIntervals_inTableAndJson() throws IOException {
    StudyDirectory study = study("42, 43");
    write(0, "reckoning", 98, 30);
    write(1, "in_context", 50, 20);
    write(2, "reckoning", 90, 30);

    assertThat(report(study, Map.of()))
        .contains(
            "| weights | 94.0 % (43.2 to 100.0) | 60.0 % (60.0 to 60.0) |",
            "| prompt | 50.0 % (40.4 to 59.6) | 40.0 % (27.6 to 53.8) |");
    JsonNode json = Json.STRICT.readTree(Files.readString(directory.resolve("report.json")));
    JsonNode cell = json.at("/pictures/hops/cells/0");
    assertThat(cell.toString())
        .matches(
            "\\{\"line\":\"weights\",\"x\":\"2\",\"seeds\":2,\"problems\":200,\"mean\":0.94,"
                + "\"low\":0.431[78]\\d*,\"high\":1.0,\"interval\":\"student\"}");
    assertThat(json.at("/runs/2/run/words/1").textValue()).isEqualTo("experiment=quickstart");
    assertThat(json.at("/runs/2/status").textValue()).isEqualTo("done");
    assertThat(json.at("/runs/3/status").textValue()).isEqualTo("open");
    assertThat(json.at("/runs/0/results/1/metrics/acc_scored").doubleValue()).isEqualTo(0.6);
  }

  @Test
  void picture_hasItsSize_andTheColorOfEachLine() throws IOException {
    StudyDirectory study = study("42");
    write(0, "reckoning", 98, 30);
    write(1, "in_context", 50, 20);
    report(study, Map.of());

    byte[] png = Files.readAllBytes(directory.resolve("hops.png"));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).isEqualTo(LineChart.WIDTH);
    assertThat(image.getHeight()).isEqualTo(LineChart.HEIGHT);
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    assertThat(pixels).contains(0xff1f77b4, 0xffff7f0e);
  }
}
