package org.reckoning.trainer.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextFileTest {
  @TempDir Path directory;

  @Test
  void read_ofAByteOrderMark_dropsIt() throws IOException {
    assertThat(TextFile.read(file("\uFEFFa\r\nb"))).isEqualTo("a\r\nb");
  }

  @Test
  void lines_endInAnyWay() throws IOException {
    assertThat(TextFile.lines(file("\uFEFFa\r\nb\nc\rd"))).containsExactly("a", "b", "c", "d");
  }

  @Test
  void read_ofAnEmptyFile_isEmpty() throws IOException {
    assertThat(TextFile.read(file(""))).isEmpty();
  }

  @Test
  void read_ofGzip_unpacksWhateverTheName() throws IOException {
    Path file = Files.write(directory.resolve("t.txt"), gzip("\uFEFFa"));

    assertThat(TextFile.read(file)).isEqualTo("a");
  }

  @Test
  void read_ofCutGzip_namesTheFile() throws IOException {
    byte[] whole = gzip("a".repeat(1000));
    Path file = Files.write(directory.resolve("t.gz"), Arrays.copyOf(whole, whole.length - 9));

    assertThatThrownBy(() -> TextFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("'%s' cannot be read: ".formatted(file));
  }

  @Test
  void read_ofLatin1_namesFileAndLine() throws IOException {
    Path file =
        Files.write(
            directory.resolve("t.txt"), "a\nb\nS\u00e3o\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThatThrownBy(() -> TextFile.read(file))
        .hasMessage("'%s', line 3: must be text in UTF-8; save it in that encoding", file);
  }

  @Test
  void read_ofUtf16OrNul_saysWhatItIs() throws IOException {
    Path file = directory.resolve("t.txt");
    Files.write(file, "a".getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> TextFile.read(file))
        .hasMessage("'%s': the text must be UTF-8 but is UTF-16; save it as UTF-8", file);
    Files.writeString(file, "a\rb\r\nc\0");
    assertThatThrownBy(() -> TextFile.read(file))
        .hasMessage("'%s', line 3: must be text but has a NUL byte; save it as UTF-8", file);
  }

  /** A program may write a line, and wait for the answer before it writes the next one. */
  @ParameterizedTest
  @ValueSource(strings = {"\n", "?\n", "ab\n", "a\r"})
  void open_readsNothingAfterAShortFirstLine(String line) throws IOException {
    InputStream waiting =
        new InputStream() {
          private int read;

          @Override
          public int read() {
            throw new UnsupportedOperationException("only as many bytes as there are");
          }

          @Override
          public int read(byte[] bytes, int from, int most) {
            if (read == line.length()) {
              throw new IllegalStateException("would wait");
            }
            bytes[from] = (byte) line.charAt(read++);
            return 1;
          }
        };
    InputStream text = TextFile.open(waiting);
    assertThat(text.readNBytes(line.length())).isEqualTo(line.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void read_ofMoreThanFits_isRefused() throws IOException {
    Path file = directory.resolve("t.txt");
    Files.write(file, gzip("a".repeat((64 << 20) + 1)));
    assertThatThrownBy(() -> TextFile.read(file))
        .hasMessage("'%s' is larger than the limit of 64 MiB; use another file", file);
  }

  @Test
  void read_ofAMissingFile_namesIt() {
    Path file = directory.resolve("none");

    assertThatThrownBy(() -> TextFile.read(file))
        .hasMessage("'%s' cannot be read: no such file or directory", file);
  }

  @Test
  void read_ofADirectory_namesIt() {
    assertThatThrownBy(() -> TextFile.read(directory))
        .hasMessageStartingWith("'%s' cannot be read: ".formatted(directory));
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("t.txt"), text);
  }

  private static byte[] gzip(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
