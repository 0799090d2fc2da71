package org.reckoning.trainer.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicOutputTest {
  @TempDir Path directory;

  @Test
  void commit_replacesTheFile_andLeavesNoOther() throws IOException {
    Path file = Files.writeString(directory.resolve("a.txt"), "old");

    DurableFiles.write(file, "new");

    assertThat(file).hasContent("new");
    assertThat(directory).isDirectoryNotContaining(path -> path.endsWith(".a.txt.tmp"));
  }

  @Test
  void close_withoutCommit_leavesTheOldFileAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("a.txt"), "old");

    try (AtomicOutput output = AtomicOutput.open(file)) {
      output.stream().write("new".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(file).hasContent("old");
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
  }

  /** Begins a file in a process of its own, says so, and waits to be ended. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      try (AtomicOutput output = AtomicOutput.open(Path.of(args[0]))) {
        output.stream().write("a part".getBytes(StandardCharsets.UTF_8));
        System.out.println("begun");
        Thread.sleep(TimeUnit.MINUTES.toMillis(1));
      }
    }
  }

  /** As by Ctrl-C. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void signal_thatEndsTheProcess_leavesNothing() throws Exception {
    Process writer = JavaProcess.start(Writer.class, directory.resolve("new/data/a.txt"));
    try {
      assertThat(writer.inputReader().readLine()).isEqualTo("begun");
      assertThat(directory.resolve("new/data")).isNotEmptyDirectory();

      writer.destroy();

      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(directory).isEmptyDirectory();
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  @Test
  void open_ofAFileThatIsBeingWritten_isRefused_andLeavesItsWriterAlone() throws IOException {
    Path file = directory.resolve("a.txt");
    try (AtomicOutput first = AtomicOutput.open(file)) {
      first.stream().write("first".getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> AtomicOutput.open(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process is writing it");
      first.commit();
    }
    assertThat(file).hasContent("first");

    DurableFiles.write(file, "second");
    assertThat(file).hasContent("second");
  }

  @Test
  void write_throughALink_replacesWhatItLeadsTo() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    Path file = Files.writeString(other.resolve("a.txt"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("l1"), Path.of("other", "a.txt"));
    Path twice = Files.createSymbolicLink(directory.resolve("l2"), link);

    DurableFiles.write(twice, "new");

    assertThat(twice).isSymbolicLink();
    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("new");
  }

  @Test
  void write_throughALinkToNothing_makesWhatItLeadsTo() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("later.txt"));

    DurableFiles.write(link, "new");

    assertThat(link).isSymbolicLink();
    assertThat(directory.resolve("later.txt")).hasContent("new");
  }

  @Test
  void write_throughLinksInACircle_saysSo() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("link"));

    assertThatThrownBy(() -> DurableFiles.write(link, "new"))
        .hasMessage("'%s' cannot be written: its links form a circle", link);
  }

  @Test
  void write_toAPipe_leavesItAPipe() throws Exception {
    Path pipe = directory.resolve("pipe");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no mkfifo");
    var read = CompletableFuture.supplyAsync(() -> new String(bytes(pipe), StandardCharsets.UTF_8));

    DurableFiles.write(pipe, "through");

    assertThat(read.get()).isEqualTo("through");
    assertThat(Files.isRegularFile(pipe)).isFalse();
    assertThat(pipe).exists();
  }

  @Test
  void write_toAFullDevice_namesTheFileAndTheRemedy() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "this system has no /dev/full");
    Path link = Files.createSymbolicLink(directory.resolve("link"), full);

    assertThatThrownBy(() -> DurableFiles.write(link, "x"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "'%s' cannot be written: No space left on device; free some space or choose a place on another disk",
            link);
    assertThat(full).exists();
  }

  @Test
  void write_overAFileWithPermissions_keepsThem() throws IOException {
    Path file = Files.writeString(directory.resolve("a.txt"), "old");
    assumeTrue(Files.getFileStore(file).supportsFileAttributeView("posix"), "no permissions here");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

    DurableFiles.write(file, "new");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void write_toADirectory_saysSo() {
    assertThatThrownBy(() -> DurableFiles.write(directory, "x"))
        .hasMessage("'%s' cannot be written: it is a directory", directory);
  }

  @Test
  void write_belowAFile_namesIt() throws IOException {
    Path file = Files.writeString(directory.resolve("a.txt"), "old");

    assertThatThrownBy(() -> DurableFiles.write(file.resolve("b.txt"), "x"))
        .hasMessage("'%s' cannot be written: '%s' is not a directory", file.resolve("b.txt"), file);
  }

  @Test
  void moveDirectory_makesAllOfItAppear() throws IOException {
    Path temporary = Files.createDirectories(directory.resolve(".t.tmp/inner"));
    Files.writeString(temporary.resolve("a.txt"), "a");

    DurableFiles.moveDirectory(directory.resolve(".t.tmp"), directory.resolve("t"));

    assertThat(directory.resolve("t/inner/a.txt")).hasContent("a");
    assertThat(directory.resolve(".t.tmp")).doesNotExist();
  }

  @Test
  void createDirectories_thatFails_leavesNone() throws IOException {
    Path file = Files.writeString(directory.resolve("a"), "");

    assertThatThrownBy(() -> DurableFiles.createDirectories(file.resolve("b/c")))
        .isInstanceOf(IOException.class);
    assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
  }

  @Test
  void stream_ofAFullDevice_namesTheFile() throws IOException {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "this system has no /dev/full");
    try (AtomicOutput output = AtomicOutput.open(full)) {
      OutputStream stream = output.stream();

      assertThatThrownBy(() -> stream.write(1)).hasMessageStartingWith("'/dev/full' cannot be");
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
