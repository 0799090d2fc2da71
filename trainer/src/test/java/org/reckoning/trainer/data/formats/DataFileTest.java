package org.reckoning.trainer.data.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reckoning.trainer.data.DatasetType;
import org.reckoning.trainer.data.ReasoningTask;
import org.reckoning.trainer.data.ReasoningTask.Fact;
import org.reckoning.trainer.data.formats.TaskReader.DataProblems;

/** Files as people have them: whatever saved, packed or cut them. */
class DataFileTest {
  private static final TaskReader RECORDS =
      TaskReader.of(DataFormat.RECORDS, DatasetType.PROOFWRITER);
  private static final String ONE =
      "{\"guid\":\"g1\",\"question\":\"q\",\"answer\":\"true\",\"facts\":[\"a\"]}";
  private static final String TWO = ONE.replace("g1", "g2");
  private static final String CSV_HEADER = "id,story,query,target,clean_story,task_name";
  private static final String CSV_ROW =
      "x,\"[Ann] met her son [Bo].\",\"('Ann', 'Bo')\",son,[Ann] met her son [Bo].,task_1.1";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  private Path folder;

  static Stream<byte[]> goodFiles() {
    String lines = ONE + "\n" + TWO + "\n";
    return Stream.of(
        bytes(lines),
        bytes("\uFEFF" + lines),
        bytes(lines.replace("\n", "\r\n")),
        bytes(lines.replace("\n", "\r")),
        bytes("\uFEFF\r\n\r\n" + ONE + "\r\n \r\n" + TWO),
        bytes("[" + ONE + "," + TWO + "]"),
        bytes("\uFEFF\n[\n  " + ONE.replace(",", ",\r\n    ") + ",\n" + TWO + "\n]\n"),
        gzip(lines),
        gzip("\uFEFF[" + ONE + "," + TWO + "]"),
        join(gzip(ONE + "\n"), gzip(TWO + "\n")),
        join(gzip(lines), new byte[100]));
  }

  @ParameterizedTest
  @MethodSource("goodFiles")
  void file_isReadWhateverSavedIt(byte[] bytes) throws IOException {
    for (String name : List.of("x.jsonl", "x.json", "x.jsonl.gz", "x")) {
      Path file = Files.write(folder.resolve(name), bytes);
      assertThat(DataFormat.of(file)).isEqualTo(DataFormat.RECORDS);
      assertThat(Samples.read(RECORDS, file))
          .extracting(ReasoningTask::id)
          .containsExactly("g1", "g2");
    }
  }

  @ParameterizedTest
  @MethodSource("goodFiles")
  void pipe_isReadOnce_whereItsFormatIsGuessed(byte[] bytes) throws Exception {
    Path pipe = folder.resolve("pipe");
    assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "needs mkfifo");
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try (OutputStream out = Files.newOutputStream(pipe)) {
                for (byte each : bytes) { // in the smallest pieces
                  out.write(each);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try (DataFile file = DataFile.open(pipe)) {
      assertThat(file.format()).isEqualTo(DataFormat.RECORDS);
      assertThat(RECORDS.read(file, task -> {}).lines())
          .containsExactly("tasks read: 2, bad lines: 0");
    }
    writer.join();
  }

  @Test
  void arrayOfOfficialTheories_isReadAsLinesAre() throws IOException {
    for (String sample :
        List.of(
            "proofwriter/meta-sample.jsonl",
            "ruletaker/meta-sample.jsonl",
            "ruletaker/plain-sample.jsonl")) {
      Path lines = Samples.SHIPPED.resolve(sample);
      String elements = String.join(",\n", Files.readAllLines(lines));
      Path array = Files.writeString(folder.resolve("a.json"), "[" + elements + "]\n");
      DataFormat format = DataFormat.of(lines);
      TaskReader reader = TaskReader.of(format, DatasetType.PROOFWRITER);

      assertThat(DataFormat.of(array)).isEqualTo(format);
      assertThat(Samples.read(reader, array)).isEqualTo(Samples.read(reader, lines));
    }
  }

  @Test
  void arrayOfMultipleChoice_isKnownWithoutItsEnding() throws IOException {
    Path array = folder.resolve("choice");
    Files.copy(Samples.SHIPPED.resolve("proofwriter/choice-sample.json"), array);
    assertThat(DataFormat.of(array)).isEqualTo(DataFormat.PROOFWRITER);
    assertThat(Samples.read(TaskReader.of(DataFormat.PROOFWRITER, DatasetType.PROOFWRITER), array))
        .hasSize(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"triples", "options", "premises", "ordered_kv_records", "context"})
  void recordWithAKeyOfAnotherFormat_isStillARecord(String key) throws IOException {
    String record = ONE.replaceFirst("\\{", "{\"" + key + "\":[],");
    Path file = Samples.write(folder.resolve("x.jsonl"), record);
    assertThat(DataFormat.of(file)).isEqualTo(DataFormat.RECORDS);
    assertThat(Samples.read(RECORDS, file)).hasSize(1);
  }

  @Test
  void csv_isKnownByItsHeader() throws IOException {
    Path file =
        Files.writeString(folder.resolve("x.txt"), "\uFEFF" + CSV_HEADER + "\r\n" + CSV_ROW);
    assertThat(DataFormat.of(file)).isEqualTo(DataFormat.CLUTRR_CSV);
    assertThat(
            Samples.read(TaskReader.of(DataFormat.CLUTRR_CSV, DatasetType.CLUTRR), file)
                .get(0)
                .facts())
        .containsExactly(new Fact("Ann met her son Bo.", true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void csvCell_mayHaveLineBreaks_andLaterRowsKeepTheirLines(String end) throws IOException {
    String row = CSV_ROW.replaceFirst("met her", "met\nher \"\"dear\"\"\n");
    String text = String.join("\n", CSV_HEADER, row, "bad", row, CSV_ROW, "bad");
    Path file = Files.writeString(folder.resolve("x.csv"), text.replace("\n", end));
    TaskReader.Result result =
        TaskReader.of(DataFormat.CLUTRR_CSV, DatasetType.CLUTRR).readAll(List.of(file));

    assertThat(result.tasks().get(0).facts().get(0).text())
        .isEqualTo("Ann met her \"dear\" son Bo.");
    assertThat(result.tasks()).hasSize(3);
    assertThat(result.problems().listed())
        .extracting(DataProblems.Problem::line)
        .containsExactly(5L, 10L);
  }

  @Test
  void csvQuoteThatNothingCloses_spoilsItsRowAlone() throws IOException {
    Path file =
        Samples.write(
            folder.resolve("x.csv"), CSV_HEADER, "x,\"open", CSV_ROW, "y,\"open", CSV_ROW);
    DataProblems problems =
        TaskReader.of(DataFormat.CLUTRR_CSV, DatasetType.CLUTRR).readAll(List.of(file)).problems();

    assertThat(problems.tasks()).isEqualTo(2);
    assertThat(problems.listed()).extracting(DataProblems.Problem::line).containsExactly(2L, 4L);
  }

  @Test
  void csvCellWithALineThatIsNotText_spoilsItsRowAlone() throws IOException {
    String row = CSV_ROW.replaceFirst("met her", "met\n\0\nher");
    Path file = Samples.write(folder.resolve("x.csv"), CSV_HEADER, row, CSV_ROW);
    DataProblems problems =
        TaskReader.of(DataFormat.CLUTRR_CSV, DatasetType.CLUTRR).readAll(List.of(file)).problems();

    assertThat(problems.tasks()).isEqualTo(1);
    assertThat(problems.listed())
        .extracting(DataProblems.Problem::line)
        .containsExactly(2L, 3L, 4L);
    assertThat(problems.listed().get(1).reason()).contains("has a NUL byte");
  }

  @Test
  void badElementsOfAnArray_areListedWithTheirLines_andTheOthersRead() throws IOException {
    Path file =
        Samples.write(folder.resolve("x.json"), "[" + ONE, ",5,", "{\"guid\": 1},", TWO, "] 7");
    DataProblems problems = RECORDS.readAll(List.of(file)).problems();

    assertThat(problems.tasks()).isEqualTo(2);
    assertThat(problems.listed())
        .extracting(DataProblems.Problem::toString)
        .containsExactly(
            file + ":2: an element of the array ('5') must be an object",
            file + ":3: record '1': key 'facts' is missing; the keys are 'guid'",
            file + ":5: no text may follow the array; the rest of the file was not read");
  }

  static Stream<Object[]> badFiles() {
    byte[] packed = gzip(ONE + "\n" + TWO + "\n");
    return Stream.of(
        new Object[] {bytes(""), 1, "the file has no task"},
        new Object[] {bytes("\n \r\n"), 1, "the file has no task"},
        new Object[] {bytes("[]"), 1, "the file has no task"},
        new Object[] {gzip(""), 1, "the file has no task"},
        new Object[] {
          ONE.getBytes(StandardCharsets.UTF_16), 1, "the text must be UTF-8 but is UTF-16"
        },
        new Object[] {
          ONE.getBytes(StandardCharsets.UTF_16LE), 1, "the text must be UTF-8 but has a NUL byte"
        },
        new Object[] {
          ("[" + ONE + "]").getBytes(StandardCharsets.UTF_16LE),
          1,
          "the text must be UTF-8 but has a NUL byte"
        },
        new Object[] {
          ("[" + ONE + "]").getBytes(StandardCharsets.UTF_16BE),
          1,
          "the text must be UTF-8 but has a NUL byte"
        },
        new Object[] {
          (ONE + "\n" + TWO.replace("q", "\u00e3")).getBytes(StandardCharsets.ISO_8859_1),
          2,
          "the line must be UTF-8 text"
        },
        new Object[] {
          ("[" + ONE + ",\n" + TWO.replace("q", "\u00e3") + "]")
              .getBytes(StandardCharsets.ISO_8859_1),
          2,
          "the text from here on was not read: the text must be UTF-8"
        },
        new Object[] {
          bytes(ONE.replace("a\"]", "\\ud83d\"]")),
          1,
          "record 'g1': element of facts ('?') must be text but has an unpaired surrogate"
        },
        new Object[] {bytes(ONE + "\n\0\n"), 2, "the line must be text but has a NUL byte"},
        new Object[] {
          Arrays.copyOf(packed, packed.length - 9),
          3,
          "the compressed data is damaged or incomplete from here on"
        },
        new Object[] {
          Arrays.copyOf(packed, 5), 1, "the compressed data is damaged or incomplete from here on"
        },
        new Object[] {
          Arrays.copyOf(gzip("[" + ONE + "," + TWO + "]"), packed.length - 9),
          1,
          "the compressed data is damaged or incomplete from here on"
        },
        new Object[] {
          join(packed, bytes("more")),
          3,
          "the compressed data is damaged or incomplete from here on (other data"
        },
        new Object[] {
          join(packed, Arrays.copyOf(packed, 5)),
          3,
          "the compressed data is damaged or incomplete from here on"
        },
        new Object[] {
          join(packed, Arrays.copyOf(packed, packed.length - 2)),
          5,
          "the compressed data is damaged or incomplete from here on"
        },
        new Object[] {
          bytes("[" + "[".repeat(10_000)), 1, "the text from here on was not read: 'Doc"
        },
        new Object[] {
          bytes("[{\"guid\":1,\n\"guid\":2}]"),
          2,
          "the text from here on was not read: 'Duplicate field 'guid'' at column"
        },
        new Object[] {bytes("{\"guid\":" + "[".repeat(10_000)), 1, "the line must be a JSON"});
  }

  @ParameterizedTest
  @MethodSource("badFiles")
  void badFile_isRefusedWithLineAndReason(byte[] bytes, long line, String reason)
      throws IOException {
    Path file = Files.write(folder.resolve("x.jsonl"), bytes);
    DataProblems problems = RECORDS.readAll(List.of(file)).problems();

    assertThat(problems.listed()).hasSize(1);
    assertThat(problems.listed().get(0).line()).isEqualTo(line);
    assertThat(problems.listed().get(0).reason()).startsWith(reason).doesNotContain("\n", "Stream");
    assertThat(DataFormat.of(file)).isEqualTo(DataFormat.RECORDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s\n{\"guid\":\"%s\"}\n%s\n", "[%s,\n{\"guid\":\"%s\"},\n%s]"})
  void recordThatWouldFillTheMemory_isRefused(String pattern) throws IOException {
    String huge = "x".repeat(17 << 20);
    Path file = Files.writeString(folder.resolve("x"), pattern.formatted(ONE, huge, TWO));
    DataProblems problems = RECORDS.readAll(List.of(file)).problems();

    assertThat(problems.tasks()).isGreaterThanOrEqualTo(1);
    assertThat(problems.listed()).hasSize(1);
    assertThat(problems.listed().get(0).reason()).contains("is longer than the limit of 16 MiB");
    assertThat(problems.listed().get(0).line()).isEqualTo(2);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(bytes(text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
