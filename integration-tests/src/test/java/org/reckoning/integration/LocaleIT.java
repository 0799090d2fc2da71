package org.reckoning.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the command line in locales that break programs which rely on the default locale. Turkish
 * has another lower case of {@code I}, and Arabic has other digits.
 */
class LocaleIT {
  private static final List<String> PLAIN = List.of("-Duser.language=en", "-Duser.country=US");
  private static final List<List<String>> ODD =
      List.of(
          List.of("-Duser.language=tr", "-Duser.country=TR"),
          List.of("-Duser.language=ar", "-Duser.country=EG"));

  private static final List<String> MICRO =
      List.of(
          "name=micro",
          "model.n_layer=1",
          "model.n_embd=16",
          "model.n_head=2",
          "n_inner_iter=2",
          "train_batch_size=8",
          "eval_batch_size=8",
          "data.train_tasks=64",
          "data.val_tasks=8",
          "data.test_tasks=8",
          "eval_tasks=8",
          "xla=off",
          "max_steps=2",
          "eval_steps=2",
          "save_steps=1",
          "data.max_buckets=1");

  @TempDir Path directory;

  @Test
  void run_inOddLocales_leavesTheSameFiles() throws Exception {
    Map<String, String> plain = trainResumeEvalExport(PLAIN);
    assertThat(plain.keySet())
        .contains("run/config.yaml", "run/results.json", "run/predictions/test.jsonl")
        .allMatch(name -> StandardCharsets.US_ASCII.newEncoder().canEncode(name));
    for (List<String> locale : ODD) {
      Map<String, String> odd = trainResumeEvalExport(locale);
      assertThat(odd.keySet()).as("files under %s", locale).isEqualTo(plain.keySet());
      odd.forEach(
          (name, text) ->
              assertThat(text).as("%s under %s", name, locale).isEqualTo(plain.get(name)));
    }
  }

  /** Returns the contents of all result files by name; the empty text for binary files. */
  private Map<String, String> trainResumeEvalExport(List<String> locale) throws Exception {
    Path work = Files.createDirectory(directory.resolve(locale.get(0).replaceAll(".*=", "")));
    List<String> words = new ArrayList<>(MICRO);
    words.add("output_dir=" + work.resolve("runs"));
    String out = run(work, locale, "train", words);
    Path run;
    try (Stream<Path> runs = Files.list(work.resolve("runs/micro"))) {
      run = Files.move(runs.findFirst().orElseThrow(), work.resolve("run"));
    }
    // as if the process had been killed after the first step
    Files.delete(run.resolve("results.json"));
    delete(run.resolve("checkpoints/step-000002"));
    out += run(work, locale, "train", List.of("resume=" + run));
    out += run(work, locale, "eval", List.of("--run", run.toString()));
    out += run(work, locale, "export", List.of("--run", run.toString(), "--to", work + "/model"));
    Map<String, String> texts = texts(work);
    texts.put("standard output", withoutWhatDiffers(out, work));
    return texts;
  }

  private static Map<String, String> texts(Path work) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = work.relativize(file).toString();
        boolean isText = name.matches(".*\\.(json|jsonl|yaml|csv|md|txt)");
        texts.put(
            name.replaceAll("tfevents\\..*", "tfevents"),
            isText ? withoutWhatDiffers(Files.readString(file), work) : "");
      }
    }
    return texts;
  }

  /** Replaces times and the directory by fixed words. Digits of other scripts are not replaced. */
  private static String withoutWhatDiffers(String text, Path work) {
    return text.replace(work.toString(), "WORK")
        .replaceAll(
            "(\"[a-z_]*(seconds|per_second|bytes|time|created)[a-z_]*\" ?: ?)[0-9.E+-]+", "$1TIME")
        .replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2}[T_][0-9:.-]+Z?", "DATE")
        .replaceAll("[0-9]+(\\.[0-9]+)?k?( (s|ms|MB|GB|tokens/s)|/s)\\b", "TIME")
        .replaceAll("[0-9]+:[0-9]{2}", "TIME");
  }

  private static String run(Path work, List<String> locale, String command, List<String> words)
      throws Exception {
    Path out = work.resolveSibling("out");
    Path err = work.resolveSibling("err");
    Process process =
        ShortProcess.of(locale, command, words)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue())
        .as("%s under %s: %s", command, locale, Files.readString(err))
        .isZero();
    return Files.readString(out)
        + Files.readString(err).replaceAll("(?m)^[IWE]\\d{4} .*\n", ""); // lines of TensorFlow
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      Path[] all = files.toArray(Path[]::new);
      for (int i = all.length - 1; i >= 0; i--) {
        Files.delete(all[i]);
      }
    }
  }
}
