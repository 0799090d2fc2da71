package org.reckoning.trainer.data.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.reckoning.trainer.data.ReasoningTask;

/** Where the tests find data, and short ways to read it. */
public final class Samples {
  /** Samples whose licences let them be shipped, see {@code NOTICE.md} there. */
  public static final Path SHIPPED = Path.of("src/test/resources/data");

  private Samples() {}

  /** Returns a file of the shared data; the test is skipped where there is none. */
  public static Path shared(String name) {
    Path folder = sharedFolder();
    assumeTrue(
        folder != null,
        "skipped: no folder ../shared/data beside the repository, which holds data that cannot be"
            + " shipped");
    return folder == null ? Path.of(name) : folder.resolve(name);
  }

  private static @Nullable Path sharedFolder() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      Path data = folder.resolveSibling("shared/data");
      if (Files.isDirectory(data)) {
        return data;
      }
    }
    return null;
  }

  /** Reads a file that has no bad line. */
  public static List<ReasoningTask> read(TaskReader reader, Path file) throws IOException {
    TaskReader.Result result = reader.readAll(List.of(file));
    assertThat(result.problems().listed()).isEmpty();
    assertThat(result.problems().badLines()).isZero();
    assertThat(result.problems().tasks()).isEqualTo(result.tasks().size());
    return result.tasks();
  }

  public static ReasoningTask byId(List<ReasoningTask> tasks, String id) {
    return tasks.stream().filter(task -> task.id().equals(id)).findFirst().orElseThrow();
  }

  /** Returns the texts of the facts that a task's first question needs. */
  public static List<String> needed(ReasoningTask task) {
    return task.questions().get(0).relevant().stream()
        .map(index -> task.facts().get(index).text())
        .toList();
  }

  public static Path write(Path file, String... lines) throws IOException {
    String text = String.join("\n", lines) + "\n";
    try (OutputStream bytes = Files.newOutputStream(file);
        OutputStream out = file.toString().endsWith(".gz") ? new GZIPOutputStream(bytes) : bytes) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }
}
