package org.reckoning.trainer.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.Split;
import org.reckoning.trainer.data.formats.DataFormat;
import org.reckoning.trainer.data.formats.TaskReader;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;
import org.reckoning.trainer.data.kinship.KinshipGenerator;
import org.reckoning.trainer.data.theories.TheoryGenerator;
import org.reckoning.trainer.data.theories.TheoryKind;

/**
 * What a program reads is the same whatever the default locale of a program that uses this module.
 * In processes of their own, as Jackson keeps the names of constants that it wrote once.
 */
class LocaleTest {

  /** Writes texts for programs to standard output. */
  static final class Texts {
    private Texts() {}

    public static void main(String[] args) throws IOException {
      RunConfig config = DefaultRun.config();
      System.out.println(config.yaml());
      System.out.println(RunConfig.of(config.tree()).equals(config));
      System.out.println(KinshipGenerator.of(List.of(2), 0, 0).task(Split.VAL, 12).id());
      TheoryGenerator theories = new TheoryGenerator(TheoryKind.of(List.of(1)), 0);
      System.out.println(theories.task(Split.VAL, 12).id());
      System.out.println(theories.official(Split.VAL, 12).get("id").textValue());
      Path story = Path.of("src/test/resources/data/babi/qa1-sample.txt");
      TaskReader.of(DataFormat.BABI, DatasetType.QUESTION)
          .read(story, task -> System.out.println(task.id()));
      System.out.println(new DataProblems.Problem(Path.of("tasks.jsonl"), 34, "no task"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tr-TR", "ar-EG", "th-TH"})
  void texts_forPrograms_areTheSameInEveryLocale(String locale) throws Exception {
    assertThat(texts(locale))
        .contains("schedule: linear\n", "true\n", "kinship-2-hops-val-12\n", "tasks.jsonl:34: ")
        .contains("theory-1-hops-val-12\n", "OWA-D1-val-12\n", "qa1-sample-1-3\n")
        .isEqualTo(texts("en-US"));
  }

  private static String texts(String locale) throws IOException, InterruptedException {
    String[] parts = locale.split("-", -1);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-Duser.language=" + parts[0],
            "-Duser.country=" + parts[1],
            "-Dstdout.encoding=UTF-8",
            "-Dfile.encoding=UTF-8",
            "-cp",
            System.getProperty("java.class.path"),
            Texts.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return text;
  }
}
