package org.reckoning.trainer.data.kinship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.formats.ClutrrPeople;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.formats.Samples;
import org.reckoning.trainer.data.formats.TaskReader;

/** The rules of the generator against published problems. */
class SharedKinshipTest {
  private static String label(ReasoningTask task) {
    return task.questions().get(0).label();
  }

  /**
   * The rules of the generator give the answers of the two-hop records, and so the direction. In a
   * third of the published records the two people of a fact are exchanged, so that the facts make
   * no chain, or in 17 of them a wrong one; these are read as they are.
   */
  @Test
  void clutrrSg_followsTheRulesWhereItsFactsMakeAChain() throws IOException {
    List<ReasoningTask> tasks =
        Samples.read(
            TaskReader.of(DataFormat.RECORDS, DatasetType.CLUTRR),
            Samples.shared("clutrr_sg/clutrr_simple_dev.part-a.jsonl.gz"));
    assertThat(tasks).hasSize(8_198);
    int chains = 0;
    int right = 0;
    for (ReasoningTask task : tasks) {
      // A is the r of B, B is the s of C; or the other way round
      List<String> words =
          task.facts().stream().flatMap(fact -> Stream.of(fact.text().split(" ", -1))).toList();
      boolean inOrder = words.get(5).equals(words.get(6));
      String r = words.get(inOrder ? 3 : 9);
      String s = words.get(inOrder ? 9 : 3);
      String a = words.get(inOrder ? 0 : 6);
      String c = words.get(inOrder ? 11 : 5);
      boolean isChain = words.get(inOrder ? 5 : 11).equals(words.get(inOrder ? 6 : 0));
      String question = "How are %s and %s related to each other ?".formatted(a, c);
      if (isChain && task.questions().get(0).text().equals(question)) {
        chains++;
        Kinship result = kind(s).then(kind(r));
        if (result != null
            && (result.word(true).equals(label(task)) || result.word(false).equals(label(task)))) {
          right++;
        }
      }
    }
    assertThat(chains).isEqualTo(5_399);
    assertThat(right).as("of the chains").isEqualTo(5_382);
  }

  /**
   * The generator says what the files say: each fact of the template sets is one of its sentence
   * forms, and each of its forms is in the files.
   */
  @Test
  void clutrrWording_coversTheFormsOfTheFiles() throws IOException {
    TaskReader reader = TaskReader.of(DataFormat.CLUTRR_CSV, DatasetType.CLUTRR);
    Map<String, Long> published = new TreeMap<>();
    for (String file : List.of("1.2,1.3_train", "1.3_test", "1.6_test", "1.9_test")) {
      for (ReasoningTask task :
          Samples.read(reader, Samples.shared("clutrr/bench_ab2918c7/%s.csv.gz".formatted(file)))) {
        task.facts().forEach(fact -> published.merge(form(fact.text()), 1L, Long::sum));
      }
    }
    Set<String> generated = new TreeSet<>();
    KinshipGenerator.of(List.of(2, 3), 3, 5)
        .withWording(Wording.CLUTRR)
        .tasks(Split.TRAIN, 2_000)
        .flatMap(task -> task.facts().stream())
        .forEach(fact -> generated.add(form(fact.text())));

    assertThat(generated).hasSize(36).containsExactlyElementsOf(published.keySet());
  }

  /** Returns a sentence with X in place of every name. */
  private static String form(String sentence) {
    return sentence.replaceAll("\\b(?!The\\b)[A-Z][a-z]+", "X");
  }

  @Test
  void namesOfAFile_areThoseOfItsPeople() throws IOException {
    ClutrrPeople people =
        ClutrrPeople.read(Samples.shared("clutrr/bench_ab2918c7/1.3_test.csv.gz"));
    assertThat(people.men()).hasSize(21).contains("Joshua", "Ernest");
    assertThat(people.women()).hasSize(21).contains("Mary", "Ursula");
  }

  /**
   * Generated letters look as the records: in equal parts of them, a person of the question is the
   * first one of the fact that names this person, and the second one of the other fact.
   */
  @Test
  void clutrrSgWording_exchangesAsManyPeopleAsTheRecords() throws IOException {
    List<ReasoningTask> published =
        Samples.read(
            TaskReader.of(DataFormat.RECORDS, DatasetType.CLUTRR),
            Samples.shared("clutrr_sg/clutrr_simple_dev.part-a.jsonl.gz"));
    List<ReasoningTask> generated =
        KinshipGenerator.of(List.of(2), 0, 3)
            .withWording(Wording.CLUTRR_SG)
            .withExchanged(0.13)
            .tasks(Split.TRAIN, 4_000)
            .toList();
    // 5,399 + 26 of 8,198: nothing is exchanged, or everything
    assertThat(chains(published)).isCloseTo(0.659, within(0.001));
    assertThat(chains(generated)).isCloseTo(0.659, within(0.025));
  }

  /** Returns the share of two-hop problems whose facts lead from the first person asked about. */
  private static double chains(List<ReasoningTask> tasks) {
    return tasks.stream()
            .filter(
                task -> {
                  List<String> people =
                      List.of(
                          task.questions()
                              .get(0)
                              .text()
                              .replaceAll("[^A-Z ]", "")
                              .strip()
                              .split(" +", -1));
                  return task.facts().stream()
                          .anyMatch(f -> f.text().startsWith(people.get(1) + " "))
                      && task.facts().stream()
                          .anyMatch(f -> f.text().endsWith(" " + people.get(2)));
                })
            .count()
        / (double) tasks.size();
  }

  private static Kinship kind(String word) {
    return Stream.of(Kinship.values())
        .filter(kind -> kind.word(true).equals(word) || kind.word(false).equals(word))
        .findFirst()
        .orElseThrow();
  }
}
