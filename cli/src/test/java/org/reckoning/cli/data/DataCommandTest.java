package org.reckoning.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.cli.Reckoning;

class DataCommandTest {
  private static final String RECORD =
      """
      {"guid": "%s", "question": "q", "answer": "true", "facts": ["a"], "hops": %d}
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  private int run(String... arguments) {
    return Reckoning.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(Stream.concat(Stream.of("data"), Stream.of(arguments)).toArray(String[]::new));
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void generate_writesSplits_thatValidateAndStatsRead() throws IOException {
    Path data = folder.resolve("kinship");
    assertThat(
            run(
                "generate",
                "--output",
                data.toString(),
                "--hops",
                "2,3",
                "--distractors",
                "2",
                "--questions",
                "2",
                "--train",
                "30",
                "--val",
                "0",
                "--test",
                "10"))
        .isZero();
    assertThat(Files.readAllLines(data.resolve("train.jsonl"))).hasSize(30);
    assertThat(data.resolve("val.jsonl")).doesNotExist();
    assertThat(out.toString()).contains("train.jsonl: 30 records", "test.jsonl: 10 records");

    String train = data.resolve("train.jsonl").toString();
    String test = data.resolve("test.jsonl").toString();
    assertThat(run("validate", train, test, "--type", "clutrr")).isZero();
    assertThat(out.toString()).contains(train + ": valid", test + ": valid");
    assertThat(err.toString()).contains("tasks read: 30, bad lines: 0");

    assertThat(run("stats", train, test, "--type", "CLUTRR")).isZero();
    assertThat(out.toString())
        .contains("tasks                         40", "2: 20, 3: 20")
        .containsPattern("questions of a task +1\\.[1-9] on average, 1 to 2")
        .containsPattern("distractors of a task +\\S+ on average, [01] to 2");
  }

  @Test
  void generate_writesTheories_asRecordsAndInTheOfficialFormat() throws IOException {
    String records = folder.resolve("records").toString();
    String official = folder.resolve("official").toString();
    List<String> theories =
        List.of(
            "--kind=theories", "--hops=1,2", "--families=att,rel_neg", "--train=20", "--test=0");

    assertThat(generate(theories, "--val=6", "--questions=4", "--output=" + records)).isZero();
    assertThat(generate(theories, "--val=6", "--format=proofwriter", "--output=" + official))
        .isZero();
    assertThat(out.toString()).contains("train.jsonl: 20 records", "meta-dev.jsonl: 6 theories");

    String train = Path.of(records, "train.jsonl").toString();
    String meta = Path.of(official, "meta-train.jsonl").toString();
    assertThat(run("stats", train, "--type", "proofwriter")).isZero();
    assertThat(out.toString()).contains("tasks                         20");
    assertThat(run("validate", meta)).isZero();
    assertThat(out.toString()).contains(meta + ": valid");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--kind=theories --world=closed --distractors=3 | --distractors (3) must be omitted with --world closed",
        "--kind=theories --hops=0,1 --distractors=0 | --distractors (0) must be at least 1 with 0 in --hops ([0, 1])",
        "--kind=theories --families=att,foo | 'foo' must be one of att, att_neg, rel, rel_neg",
        "--kind=theories --hops=6 | hops ([6]) must be at least one number, each 0 to 5",
        "--kind=theories --format=clutrr_csv | --format (clutrr_csv) must be records or proofwriter",
        "--format=proofwriter | --format (proofwriter) must be records with --kind kinship",
        "--world=closed | --world has no effect with --kind kinship: omit it",
        "--kind=theories --wording=clutrr | --wording has no effect with --kind theories: omit it",
        "--kind=theories --format=proofwriter --questions=2 | --questions has no effect with --format proofwriter: omit it"
      })
  void generate_refusesUnusableOptions(String options, String problem) {
    List<String> words = Pattern.compile(" ").splitAsStream(options).toList();
    assertThat(generate(words, "--output=" + folder)).isEqualTo(2);
    assertThat(err.toString()).contains(problem);
  }

  private int generate(List<String> options, String... more) {
    return run(
        Stream.of(Stream.of("generate"), options.stream(), Stream.of(more))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }

  @Test
  void validate_listsBadLinesAndRepeatedIds_andExitsWith1() throws IOException {
    Path file =
        file("x.jsonl", RECORD.formatted("g", 1) + "{}\n" + RECORD.formatted("g", 2) + "[\n");
    assertThat(run("validate", file.toString(), "--type", "proofwriter", "--limit", "1"))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains(file + ":2: key 'guid' is missing")
        .contains("... and 1 more bad lines")
        .contains("tasks read: 2, bad lines: 2");
    assertThat(out.toString()).contains("1 ids are repeated, for example [g]", "not valid");

    Path twice = file("y.jsonl", RECORD.formatted("g", 1).repeat(2));
    assertThat(run("validate", twice.toString(), "--type", "proofwriter")).isEqualTo(1);
  }

  @Test
  void stats_ofBadLines_exitsWith1() throws IOException {
    Path file = file("x.jsonl", "{}\n" + RECORD.formatted("g", 1));
    assertThat(run("stats", file.toString(), "--type", "proofwriter")).isEqualTo(1);
    assertThat(out.toString()).contains("tasks                         1");
  }

  @Test
  void convert_keepsTheHopsThatWereAskedFor() throws IOException {
    Path file = file("x.jsonl", RECORD.formatted("g", 1) + RECORD.formatted("h", 2));
    Path output = folder.resolve("new/train.jsonl");
    assertThat(
            run(
                "convert",
                file.toString(),
                "--type",
                "proofwriter",
                "--hops",
                "2,5",
                "--output",
                output.toString()))
        .isZero();
    assertThat(Files.readAllLines(output))
        .containsExactly(
            "{\"guid\":\"h\",\"question\":\"q\",\"answer\":\"true\",\"facts\":[\"a\"],\"hops\":2}");
    assertThat(err.toString()).contains("left out: 1 (hops must be one of [2, 5])");
  }

  @Test
  void convert_ofDepthZero_isNotThatOfAnUnknownDepth() throws IOException {
    String unknown = RECORD.formatted("u", 1).replace(", \"hops\": 1", "");
    Path file = file("x.jsonl", RECORD.formatted("g", 0) + unknown);
    Path output = folder.resolve("train.jsonl");
    for (String hops : List.of("0", "-1")) {
      assertThat(
              run(
                  "convert",
                  file.toString(),
                  "--type=proofwriter",
                  "--hops=" + hops,
                  "--output=" + output))
          .isZero();
      assertThat(Files.readString(output))
          .contains(hops.equals("0") ? "\"g\"" : "\"u\"")
          .hasLineCount(1);
      assertThat(Files.readString(output).contains("\"hops\":0")).isEqualTo(hops.equals("0"));
    }
  }

  @Test
  void convert_ofBadLines_writesNothingUnlessTheyAreSkipped() throws IOException {
    Path file = file("x.jsonl", RECORD.formatted("g", 1) + "{}\n");
    Path output = folder.resolve("train.jsonl");
    List<String> arguments =
        List.of("convert", file.toString(), "--type", "proofwriter", "-o", output.toString());
    assertThat(run(arguments.toArray(new String[0]))).isEqualTo(1);
    assertThat(err.toString()).contains("train.jsonl was not written; correct the lines above");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }

    assertThat(
            run(Stream.concat(arguments.stream(), Stream.of("--skip-bad")).toArray(String[]::new)))
        .isEqualTo(1);
    assertThat(Files.readAllLines(output)).hasSize(1);
  }

  @Test
  void convert_ofFilesWithEqualIds_givesEachTaskItsOwn() throws IOException {
    Path one = file("x.jsonl", RECORD.formatted("g", 1));
    Path two = file("y.jsonl", RECORD.formatted("g", 2) + RECORD.formatted("g-2", 2));
    Path output = folder.resolve("both.jsonl");
    assertThat(run("convert", one + "", two + "", "--type=proofwriter", "-o", output + ""))
        .isZero();
    assertThat(out.toString())
        .contains("3 records; 2 with an id that occurs again end in -2, -3, ..");
    assertThat(run("validate", output + "", "--type=proofwriter")).isZero();
  }

  @Test
  void convert_withoutATaskOfTheseHops_leavesTheOutputAsItIs() throws IOException {
    Path file = file("x.jsonl", RECORD.formatted("g", 1));
    Path output = file("old.jsonl", "old");
    assertThat(run("convert", file + "", "--type=proofwriter", "--hops=7", "-o", output + ""))
        .isEqualTo(1);
    assertThat(err.toString()).contains("was not written: no task has these hops, only [1]");
    assertThat(output).hasContent("old");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | the file has no task",
        "# Readme | it begins with '# Readme', which matches no known format; give --format, or --type for records",
        "{\"data\": []} | it begins with '{\"data\": []}', which matches no known format",
        "{\"guid\": 1} | has records: give --type, one of proofwriter, clutrr,"
      })
  void unknownFormat_isExplained(String text, String reason) throws IOException {
    Path file = file("x.jsonl", text);
    assertThat(run("validate", file.toString())).isEqualTo(2);
    assertThat(err.toString()).contains(reason);
  }

  @Test
  void gzipThatEndsInItsHeader_isNamed() throws IOException {
    Path file = Files.write(folder.resolve("a.gz"), new byte[] {0x1f, (byte) 0x8b});
    assertThat(run("validate", file.toString())).isEqualTo(2);
    assertThat(err.toString()).startsWith(file + ": the compressed data is damaged or incomplete");
  }

  @Test
  void formatsThatImplyTheirType_needNoOther() throws IOException {
    Path records = file("x.jsonl", RECORD.formatted("g", 1));
    Path folio =
        file("f.jsonl", "{\"premises\": [\"P.\"], \"conclusion\": \"C.\", \"label\": \"True\"}");
    assertThat(run("validate", records.toString(), folio.toString(), "--type=proofwriter"))
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "validate",
        "validate nowhere.jsonl",
        "stats FILE",
        "stats FILE --type cat",
        "stats FILE --format ruletaker --type clutrr",
        "stats FILE --type clutrr --limit -1",
        "convert FILE --type clutrr",
        "convert FILE --type proofwriter -o -",
        "convert FILE --type proofwriter --hops=-2 -o x.jsonl",
        "generate --hops 1",
        "generate --kind theory",
        "generate --kind theories --world close",
        "generate --train 0 --val 0 --test 0",
        "generate -o -",
        "generate --train -1",
        "generate --kind theories --distractors -1"
      })
  void wrongCommand_exitsWith2AndOneSentence(String arguments) throws IOException {
    Path file = file("x.jsonl", RECORD.formatted("g", 1));
    String[] split =
        Stream.of(arguments.split(" ", -1))
            .filter(argument -> !argument.isEmpty())
            .map(argument -> argument.replace("FILE", file.toString()))
            .toArray(String[]::new);
    assertThat(run(split)).isEqualTo(2);
    assertThat(err.toString().strip()).isNotBlank().doesNotContain("Exception").hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void pipe_isValidated() throws Exception {
    Path pipe = folder.resolve("pipe");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs mkfifo");
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try (OutputStream bytes = Files.newOutputStream(pipe)) {
                bytes.write(RECORD.formatted("g", 1).getBytes(StandardCharsets.UTF_8));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertThat(run("validate", pipe.toString(), "--type", "proofwriter")).isZero();
    writer.join();
  }

  @Test
  void directory_isRefused() {
    assertThat(run("validate", folder.toString())).isEqualTo(2);
    assertThat(err.toString()).startsWith(folder + " is a directory; name the files in it");
  }

  @Test
  void fullDisk_isNamed_andNothingIsLeft() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        execute("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk.toString()) == 0,
        "only root may mount a small disk");
    try {
      String records =
          IntStream.range(0, 2000)
              .mapToObj(i -> RECORD.formatted("g" + i, 1))
              .collect(Collectors.joining());
      Path file = file("x.jsonl", records);
      Path data = disk.resolve("new/data");
      Path output = data.resolve("y.jsonl");
      assertFull(
          output, "convert", file.toString(), "--type", "proofwriter", "-o", output.toString());
      assertFull(data.resolve("train.jsonl"), "generate", "--output", data.toString());
      assertThat(disk).isEmptyDirectory();
    } finally {
      execute("umount", disk.toString());
    }
  }

  private void assertFull(Path output, String... words) {
    err.getBuffer().setLength(0);
    assertThat(run(words)).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo(
            "'%s' cannot be written: No space left on device; free some space or choose a place on another disk",
            output);
  }

  private static int execute(String... command) throws Exception {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
