package org.reckoning.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Unpacks the archive into a directory that cannot be written and has blanks in its path, and uses
 * it as a user without a home directory, through a symbolic link on the {@code PATH}.
 */
class ArchiveIT {
  private static final Path ARCHIVE =
      Path.of(Objects.requireNonNull(System.getProperty("archive")));

  private static final String NOBODY = "65534";

  private static final List<String> TINY =
      List.of(
          "experiment=quickstart",
          "baselines=[]",
          "n_inner_iter=2",
          "model.n_layer=1",
          "model.n_embd=16",
          "train_batch_size=4",
          "task_groups=1",
          "max_steps=4",
          "eval_steps=4",
          "eval_tasks=4",
          "eval_batch_size=4",
          "save_steps=4",
          "data.train_tasks=40",
          "data.val_tasks=6",
          "data.test_tasks=6");

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by JUnit
  Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private Path root;

  /** Output and exit code of a command. */
  private record Ended(int code, String out, String err) {}

  @BeforeEach
  void unpack() throws Exception {
    Path place = Files.createDirectories(directory.resolve("a read only place"));
    Path bin = Files.createDirectory(directory.resolve("bin"));
    for (String own : List.of("work", "tmp")) {
      allow("rwxrwxrwx", Files.createDirectory(directory.resolve(own)));
    }
    allow("rwxr-xr-x", directory);
    assertThat(execute("tar", "-xzf", ARCHIVE.toString(), "-C", place.toString()).code).isZero();
    try (Stream<Path> children = Files.list(place)) {
      root = children.findFirst().orElseThrow();
    }
    Files.createSymbolicLink(bin.resolve("reckoning"), root.resolve("reckoning"));
    execute("chmod", "-R", "a-w", place.toString());
  }

  @AfterEach
  void allowToDelete() throws Exception {
    execute("chmod", "-R", "u+w", directory.toString());
  }

  @Test
  void archive_whereNothingCanBeWritten_trainsAsksAndExports() throws Exception {
    Map<String, String> before = files();

    Ended version = reckoning("--version");
    assertThat(version.out).startsWith(version() + System.lineSeparator());
    assertThat(version.err).contains("are kept in " + directory.resolve("tmp/reckoning-"));

    Ended trained = reckoning(Stream.concat(Stream.of("train"), TINY.stream()));
    assertThat(trained.code).as(trained.err).isZero();
    assertThat(trained.out).contains("reckoning ", "next:");
    assertThat(trained.err.lines()).noneMatch(line -> line.startsWith("reckoning: "));

    String run = only(directory.resolve("work/outputs/quickstart")).toString();
    Ended asked = reckoning("ask", "--run", run, "--problem", "1");
    assertThat(asked.code).as(asked.err).isZero();
    assertThat(asked.out).contains("?");

    Ended exported = reckoning("export", "--run", run, "--to", "a model");
    assertThat(exported.code).as(exported.err).isZero();
    Ended checked = reckoning("export", "--check", "a model");
    assertThat(checked.code).as(checked.err).isZero();
    assertThat(checked.out).contains("the model and the run agree");

    assertThat(files()).isEqualTo(before);
  }

  /** Returns the first line of the version: {@code reckoning 0.1.0}. */
  private static String version() {
    String[] words = ARCHIVE.getFileName().toString().split("-", 3);
    return words[0] + " " + words[1];
  }

  private Ended reckoning(String... words) throws Exception {
    return reckoning(Stream.of(words));
  }

  /** Runs the program in an empty environment, as a user without privileges if possible. */
  private Ended reckoning(Stream<String> words) throws Exception {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(
          List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"));
    }
    String path = directory.resolve("bin") + ":/usr/bin:/bin";
    command.addAll(
        List.of("env", "-i", "PATH=" + path, "TMPDIR=" + directory.resolve("tmp"), "reckoning"));
    words.forEach(command::add);
    return execute(command.toArray(String[]::new));
  }

  private Ended execute(String... command) throws Exception {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Path work = directory.resolve("work");
    int code =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    return new Ended(code, Files.readString(out), Files.readString(err));
  }

  /** Returns size and time of each file of the unpacked archive, by its name. */
  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        files.put(
            root.relativize(file).toString(),
            Files.size(file) + " " + Files.getLastModifiedTime(file));
      }
    }
    return files;
  }

  private static void allow(String permissions, Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private static Path only(Path parent) throws IOException {
    try (Stream<Path> children = Files.list(parent)) {
      List<Path> all = children.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }
}
