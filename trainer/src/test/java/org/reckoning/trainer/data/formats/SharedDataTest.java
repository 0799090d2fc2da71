package org.reckoning.trainer.data.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reckoning.trainer.data.DataStatistics;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;

/**
 * Whole published files, which cannot be shipped. The expected counts are those of the README.md
 * beside them, or were computed by a Python script with its own reading of the proofs.
 */
class SharedDataTest {
  private static final TaskReader THEORIES =
      TaskReader.of(DataFormat.PROOFWRITER, DatasetType.PROOFWRITER);
  private static final TaskReader CLUTRR = TaskReader.of(DataFormat.CLUTRR_CSV, DatasetType.CLUTRR);

  private static DataStatistics statistics(TaskReader reader, Path file) throws IOException {
    DataStatistics statistics = new DataStatistics();
    DataProblems problems = reader.read(file, statistics);
    assertThat(problems.listed()).isEmpty();
    return statistics;
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "proofwriter/V2020.12.3/OWA/NatLang/meta-dev.jsonl.gz, 3124, 781, 781, 1562, 1421, 594, 594",
    "proofwriter/V2020.12.3/CWA/NatLang/meta-dev.jsonl.gz, 3124, 1562, 1562, 0, 1421, 722, 699",
    "proofwriter/V2020.12.3/CWA/birds-electricity/meta-test.jsonl.gz,"
        + " 3970, 1985, 1985, 0, 1048, 524, 524",
    "ruletaker/V2020.2/birds-electricity/meta-test.jsonl.gz, 3772, 1886, 1886, 0, 1032, 516, 516"
  })
  void officialProofs_haveThePublishedCounts(
      String file, long all, long yes, long no, long none, long kept, long keptYes, long keptNo)
      throws IOException {
    Path path = Samples.shared(file);
    DataStatistics statistics = statistics(THEORIES.withShortProofs(), path);
    assertThat(statistics.tasks()).isEqualTo(all);
    Map<String, Long> labels = new HashMap<>(Map.of("yes", yes, "no", no));
    if (none > 0) {
      labels.put("none", none);
    }
    assertThat(statistics.labels()).isEqualTo(labels);

    DataStatistics recipe = statistics(THEORIES, path);
    assertThat(recipe.tasks()).isEqualTo(kept);
    assertThat(recipe.labels()).containsEntry("yes", keptYes).containsEntry("no", keptNo);
    assertThat(recipe.questions()).isEqualTo(kept);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "ruletaker/V2020.2/depth-5/dev.jsonl.gz, 8474, 2621, 1941, 1216, 972, 881, 843",
    "ruletaker/V2020.2/depth-3ext-NatLang/dev.jsonl.gz, 12754, 5684, 3428, 2008, 1537, 88, 9"
  })
  void plainRuleTaker_hasThePublishedCounts(
      String file, long all, long d0, long d1, long d2, long d3, long d4, long d5)
      throws IOException {
    DataStatistics statistics =
        statistics(
            TaskReader.of(DataFormat.RULETAKER, DatasetType.PROOFWRITER), Samples.shared(file));
    assertThat(statistics.tasks()).isEqualTo(all);
    Map<Integer, Long> hops = new HashMap<>();
    statistics.hops().forEach((depth, tasks) -> hops.merge(Math.min(depth, 5), tasks, Long::sum));
    assertThat(hops).isEqualTo(Map.of(0, d0, 1, d1, 2, d2, 3, d3, 4, d4, 5, d5));
    assertThat(statistics.labels()).isEqualTo(Map.of("yes", all / 2, "no", all / 2));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "proofwriter/owa_depth5_logic-llm/train.json, 3000, 315, 331, 322, 327, 346, 359",
    "proofwriter/owa_depth5_logic-llm/dev.json, 600, 60, 69, 71, 70, 57, 73"
  })
  void multipleChoice_hasThePublishedCounts(
      String file, long all, long d0, long d1, long d2, long d3, long d4, long d5)
      throws IOException {
    DataStatistics statistics = statistics(THEORIES, Samples.shared(file));
    assertThat(statistics.hops())
        .isEqualTo(
            Map.of(ReasoningTask.UNKNOWN_HOPS, all / 3, 0, d0, 1, d1, 2, d2, 3, d3, 4, d4, 5, d5));
    assertThat(statistics.labels())
        .isEqualTo(Map.of("yes", all / 3, "no", all / 3, "none", all / 3));
  }

  /**
   * The depths of the table come from forward chaining, those of RuleTaker from its authors. In
   * theories without negation a statement that is proved in both worlds has one depth.
   */
  @Test
  void depthTable_agreesWithRuleTakerWhereTheTheoriesAreTheSame() throws IOException {
    Map<String, Integer> published = new HashMap<>();
    TaskReader.of(DataFormat.RULETAKER, DatasetType.PROOFWRITER)
        .read(
            Samples.shared("ruletaker/V2020.2/depth-5/dev.jsonl.gz"),
            task -> published.put(key(task), task.hops()));
    int compared = 0;
    for (ReasoningTask task :
        Samples.read(THEORIES, Samples.shared("proofwriter/owa_depth5_logic-llm/dev.json"))) {
      Integer depth = published.get(key(task));
      if (task.id().contains("Noneg") && depth != null && !label(task).equals("none")) {
        compared++;
        assertThat(task.hops()).as(task.id()).isEqualTo(depth);
      }
    }
    assertThat(compared).isEqualTo(205);
  }

  private static String key(ReasoningTask task) {
    return task.questions().get(0).text()
        + task.facts().stream().map(Fact::text).sorted().collect(Collectors.joining());
  }

  private static String label(ReasoningTask task) {
    return task.questions().get(0).label();
  }

  /** In the bench set every sentence is made from a template, so the chain can be read back. */
  @ParameterizedTest(name = "{0} hops")
  @CsvSource({"3, 410", "5, 566", "9, 508"})
  void clutrrWithoutNoise_hasOneFactAHop(int hops, int rows) throws IOException {
    List<ReasoningTask> tasks =
        Samples.read(
            CLUTRR, Samples.shared("clutrr/bench_ab2918c7/1.%d_test.csv.gz".formatted(hops)));
    assertThat(tasks).hasSize(rows);
    assertThat(tasks)
        .allMatch(task -> task.hops() == hops)
        .allMatch(task -> task.facts().size() == hops)
        .allMatch(task -> task.distractors() == 0)
        .noneMatch(task -> label(task).equals("neice"))
        .noneMatch(task -> task.facts().stream().anyMatch(fact -> fact.text().contains("[")));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "clutrr/data_089907f8/1.2%2C1.3_train.csv.gz, 10094, 0",
    "clutrr/data_06b8f2a1/2.2%2C2.3_train.csv.gz, 10154, 9000",
    "clutrr/data_523348e6/3.2%2C3.3_train.csv.gz, 10099, 9000",
    "clutrr/data_d83ecc3e/4.2%2C4.3_train.csv.gz, 10100, 8000"
  })
  void clutrrWithNoise_hasDistractors(String file, int rows, int atLeast) throws IOException {
    List<ReasoningTask> tasks = Samples.read(CLUTRR, Samples.shared(file.replace("%2C", ",")));
    assertThat(tasks).hasSize(rows);
    long noisy = tasks.stream().filter(task -> task.distractors() > 0).count();
    if (atLeast == 0) {
      assertThat(noisy).isZero();
    } else {
      assertThat(noisy).isGreaterThan(atLeast);
    }
    long known =
        tasks.stream().filter(task -> !task.questions().get(0).relevant().isEmpty()).count();
    assertThat(known).isGreaterThan(rows * 99L / 100);
  }

  /** Labels and hops of whole files; counts of the README.md beside them. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          folio/folio-train.jsonl                  | FOLIO     | 1004 | yes 388, no 286, unknown 330 | -1
          folio/folio-validation.part-a.jsonl      | FOLIO     | 93   | yes 35, no 26, unknown 32    | -1
          prontoqa/dev.first350.json               | PRONTOQA  | 350  | yes 185, no 165              | 5
          lost_in_the_middle/kv-retrieval-75_keys.part-a.jsonl.gz  | KEY_VALUE | 300 | | 1
          lost_in_the_middle/kv-retrieval-140_keys.part-a.jsonl.gz | KEY_VALUE | 100 | | 1
          babi/tasks_1-20_v1-1/en/qa1_single-supporting-fact_train.txt.gz        | BABI | 1000 | | 1
          babi/tasks_1-20_v1-1/en/qa2_two-supporting-facts_test.part-a.txt.gz    | BABI | 600  | | 2
          babi/tasks_1-20_v1-1/en/qa3_three-supporting-facts_test.part-a.txt.gz  | BABI | 600  | | 3
          babi/tasks_1-20_v1-1/en/qa15_basic-deduction_train.txt.gz              | BABI | 1000 | | 2
          babi/tasks_1-20_v1-1/en/qa19_path-finding_train.txt.gz                 | BABI | 1000 | | 2
          """)
  void furtherFiles_haveThePublishedCounts(
      String file, DataFormat format, long all, String labels, int hops) throws IOException {
    Path path = Samples.shared(file);
    assertThat(DataFormat.of(path)).isEqualTo(format);
    DataStatistics statistics =
        statistics(TaskReader.of(format, format.type().orElseThrow()), path);
    assertThat(statistics.hops()).isEqualTo(Map.of(hops, all));
    if (labels != null) {
      assertThat(
              statistics.labels().entrySet().stream()
                  .map(label -> label.getKey() + " " + label.getValue()))
          .containsExactlyInAnyOrder(labels.split(", ", -1));
    }
  }
}
